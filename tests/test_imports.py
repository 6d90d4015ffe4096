"""The package is light until it is asked for something heavy."""

import json
import subprocess
import sys

import pytest

HEAVY = {"sklearn", "scipy", "plotly", "networkx", "pandas", "sqlglot", "jinja2", "rich"}
LIGHT = ["import pipeline", "from pipeline import open_journeys", "import pipeline.cli"]


def python(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    return done.stdout


def best_of_five(statement: str) -> float:
    timed = f"import time; t = time.perf_counter(); {statement}; print(time.perf_counter() - t)"
    return min(float(python(timed)) for _ in range(5))


@pytest.mark.parametrize("statement", LIGHT)
def test_importing_it_imports_nothing_heavy(statement):
    modules = json.loads(
        python(f"import json, sys; {statement}; print(json.dumps([*sys.modules]))")
    )
    assert not HEAVY & set(modules)


def test_importing_it_takes_below_twice_what_importing_duckdb_takes():
    assert best_of_five("from pipeline import open_journeys") < 2 * best_of_five("import duckdb")
