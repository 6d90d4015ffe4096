"""What goes with the exports: their settings, a README of their columns, and the truth."""

import json
from pathlib import Path
from typing import Any

from pipeline.sample import truth, world
from pipeline.sample.exports import ENDINGS, SELECTS, Form
from pipeline.sample.ledger import Ledger

HERE = Path(__file__).parent


def write_paper(
    out: Path, form: Form, customers: int, seed: int, personas: dict[str, str], ledger: Ledger
) -> None:
    """Write journeys.yml, README.md and truth.json beside the exports."""
    (out / "journeys.yml").write_text(settings_text("", form), encoding="utf-8")
    (out / "README.md").write_text((HERE / "columns.md").read_text(encoding="utf-8"), "utf-8")
    told = told_truth(customers) | {
        "dirt": ledger,
        "seed": seed,
        "customers": customers,
        "constants": constants(),
        "personas": personas,
    }
    (out / "truth.json").write_text(_json(told), encoding="utf-8")


def settings_text(folder: str, form: Form) -> str:
    """The settings of a sample whose exports are in `folder` (empty, or ending in a slash)."""
    text = (HERE / "journeys.yml").read_text(encoding="utf-8")
    for name in SELECTS:
        file = f"{name}.{ENDINGS.get(name, 'csv')}"
        path = file if form == "exports" else f"{name}/*.parquet"
        text = text.replace(f"path: {file}\n", f"path: {folder}{path}\n")
    return text


def told_truth(customers: int) -> dict[str, Any]:
    """The planted findings, each under its key in truth.json."""
    by_persona, everywhere = truth.rates_of(truth.many_counts(customers))
    stage = world.TOUCHPOINTS[world.PAIN_TOUCHPOINT][0]
    return {
        "drop_off": by_persona,
        "drop_off_all": everywhere,
        "pain_point": {
            "persona": world.PERSONAS[world.PAIN_PERSONA],
            "stage": world.STAGES[stage],
            "touchpoint": world.PAIN_TOUCHPOINT,
        },
        "moment_of_truth": {"touchpoint": world.MOMENT_OF_TRUTH},
        "decoy": {"touchpoint": world.DECOY},
        "change": {
            "stage": world.STAGES[world.CHANGE_STAGE],
            "month": world.CHANGE_MONTH,
            "rates": list(world.CHANGE_RATES),
        },
    }


def constants() -> dict[str, Any]:
    """Every planted number, by the name that it has in `world`."""
    return {
        name.lower(): value
        for name, value in vars(world).items()
        if name.isupper() and name != "UTC"
    }


def _json(value: dict[str, Any]) -> str:
    """JSON with a line per key and per identifier, so that differences can be read."""
    parts = []
    for key, entry in value.items():
        indent = 1 if key != "constants" else None
        text = json.dumps(entry, ensure_ascii=False, indent=indent)
        parts.append(f" {json.dumps(key)}: {text}")
    return "{\n" + ",\n".join(parts) + "\n}\n"
