"""What `make prove` found: figures, seed and revision, kept in docs/proofs.json.

Each proof names the code that it is about; a test says when that code has changed since.
"""

import fcntl
import hashlib
import json
import subprocess
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
FILE = ROOT / "docs" / "proofs.json"

# What decides which personas are found.
FOUND_BY = [
    *(f"pipeline/personas/{name}.py" for name in
      ("matrix", "scaling", "clustering", "markov", "number", "fitting", "model")),
    *(f"sql/personas/{name}.sql" for name in ("features", "behaviour", "walks")),
]  # fmt: skip

# What decides which findings are told.
TOLD_BY = [
    *(f"sql/findings/{name}.sql" for name in
      ("tests", "findings", "comparisons", "stretches", "differences", "first_moves",
       "first_journeys", "weekly_moves", "groups", "pace", "telling_segments", "first_meetings",
       "meeting_journeys", "meeting_places", "meetings", "meeting_parts", "meeting_errors",
       "meeting_odds", "moments_of_truth", "pain_points", "drop_off_excesses")),
    "tests/planted_worlds.py",
]  # fmt: skip

# What each proof is about: files or folders of the clone.
ABOUT = {
    "intervals of the chain": ["pipeline/chain"],
    "mature steps keep their fate": [
        "sql/journeys/steps.sql", "sql/journeys/journeys.sql", "sql/journeys/moves.sql",
        "sql/graph/drop_offs.sql",
    ],
    "drop-off intervals cover the truth": [
        "sql/graph/segment_drop_offs.sql", "tests/simulated_worlds.py",
    ],
    "personas over ten seeds": [*FOUND_BY, "pipeline/sample"],
    "personas of one chain": [*FOUND_BY, "pipeline/personas/differences.py"],
    "as many personas as planted": FOUND_BY,
    "markov mixtures recovered": ["pipeline/personas/markov.py"],
    "killed runs lose nothing": ["pipeline/publish.py", "pipeline/runs.py", "pipeline/journal.py"],
    "what is planted is found": TOLD_BY,
    "where nothing is planted hardly anything is found": TOLD_BY,
    "nightly runs equal full runs": [
        "pipeline/touched.py", "pipeline/models.py", "pipeline/build.py", "pipeline/listed.py",
        "pipeline/promises.py", "pipeline/sums.py", "sql/core", "sql/journeys",
    ],
}  # fmt: skip


def digest(about: list[str]) -> str:
    """Of the contents of these files and folders."""
    whole = hashlib.sha256()
    for name in about:
        path = ROOT / name
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in files:
            if file.suffix in (".py", ".sql", ".yml"):
                whole.update(file.relative_to(ROOT).as_posix().encode() + file.read_bytes())
    return whole.hexdigest()[:16]


def write(name: str, key: str, figures: Any) -> None:
    """Note one figure of a proof; `key` is its seed or case."""
    FILE.parent.mkdir(exist_ok=True)
    with FILE.open("a+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # of the workers of pytest-xdist
        file.seek(0)
        proofs = json.loads(file.read() or "{}")
        proof = proofs.setdefault(name, {})
        if proof.get("digest") != digest(ABOUT[name]):
            proof |= {"digest": digest(ABOUT[name]), "revision": revision(), "figures": {}}
        proof["figures"] = dict(sorted((proof["figures"] | {key: figures}).items()))
        file.truncate(0)
        file.write(json.dumps(dict(sorted(proofs.items())), indent=1) + "\n")


def revision() -> str:
    command = ["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def read() -> dict[str, Any]:
    return json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}
