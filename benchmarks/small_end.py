"""What it costs to have this at all: importing, installing, and the sample's report."""

import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks.lines import Line
from benchmarks.page import seconds, size, times
from benchmarks.processes import ROOT, measure

HEAVY = ("sklearn", "plotly", "networkx", "pandas", "sqlglot")
MIB = 2**20


def measure_small_end(say: Callable[[str], None] = print) -> list[Line]:
    """The lines "at the small end", each held against its bound."""
    say("the small end: importing, the wheel, the sample's report")
    return [_importing(), _imported(), *_installed(), _sample()]


def import_seconds(module: str) -> float:
    """Seconds that `import module` takes in a fresh Python, the median of five."""
    code = f"import time; t = time.perf_counter(); import {module}; print(time.perf_counter() - t)"
    took = [
        float(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout)
        for _ in range(5)
    ]
    return statistics.median(took)


def _importing() -> Line:
    ours, duckdb = import_seconds("pipeline.notebook"), import_seconds("duckdb")
    words = f"{times(ours / duckdb)} ({ours * 1000:.0f} ms, {duckdb * 1000:.0f} ms)"
    return Line(
        "importing the package and its notebook handle, against importing duckdb",
        "below 2 ×",
        words,
        ours < 2 * duckdb,
    )


def _imported() -> Line:
    heavy = f"sorted(set(sys.modules) & set({HEAVY}))"
    code = f"import json, sys, pipeline.notebook; print(json.dumps({heavy}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    found = json.loads(done.stdout)
    return Line(
        "of " + ", ".join(HEAVY) + ", importing it imports",
        "none",
        ", ".join(found) or "none",
        not found,
    )


def _installed() -> list[Line]:
    """The size of the wheel, and how many packages an install brings."""
    with tempfile.TemporaryDirectory(prefix="journeys-wheel-") as folder:
        pip = ["-m", "pip", "--quiet", "--disable-pip-version-check"]
        measure([sys.executable, *pip, "wheel", "--no-deps", "--wheel-dir", folder, ROOT])
        wheel = next(Path(folder).glob("*.whl"))
        size_ = wheel.stat().st_size
        constraints = ROOT / "constraints.txt"
        told = Path(folder) / "report.json"
        measure([
            sys.executable, *pip, "install", "--dry-run", "--ignore-installed", "--report", told,
            "-c", constraints, wheel,
        ])  # fmt: skip
        packages = len(json.loads(told.read_text())["install"])
    return [
        Line("the wheel", "below 1 MiB", size(size_), size_ < MIB),
        Line("packages of an install without extras", "40", str(packages), packages <= 40),
    ]


def _sample() -> Line:
    """`make report` in a tree that is set up and has no warehouse: run and report of the sample."""
    with tempfile.TemporaryDirectory(prefix="journeys-sample-") as folder:
        warehouse = Path(folder) / "journeys.duckdb"
        commands = [
            ["run", "--warehouse", warehouse],
            ["report", "--warehouse", warehouse, "--out", Path(folder) / "report.html"],
        ]
        took = sum(
            measure([sys.executable, "-m", "pipeline", *command]).seconds for command in commands
        )
    return Line(
        "`make report` on the sample, from a tree that is set up", "20 s", seconds(took), took <= 20
    )
