"""The package is light until it is asked for something heavy; benchmarks/small_end.py times it."""

import json
import subprocess
import sys

import pytest

HEAVY = {"sklearn", "scipy", "plotly", "networkx", "pandas", "sqlglot", "jinja2", "rich"}
LIGHT = ["import pipeline", "from pipeline import open_journeys", "import pipeline.cli"]


def python(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    return done.stdout


@pytest.mark.parametrize("statement", LIGHT)
def test_importing_it_imports_nothing_heavy(statement):
    modules = json.loads(
        python(f"import json, sys; {statement}; print(json.dumps([*sys.modules]))")
    )
    assert not HEAVY & set(modules)
