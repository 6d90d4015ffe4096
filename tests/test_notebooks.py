"""The notebooks run from top to bottom on the sample, and hold nothing but questions."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOKS = sorted((Path(__file__).parent.parent / "notebooks").glob("*.ipynb"))
SECONDS_PER_CELL = 120

pytestmark = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def test_a_notebook_runs_without_an_error(path, sample_warehouse, tmp_path, monkeypatch):
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))  # a history of its own
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(
        notebook,
        timeout=SECONDS_PER_CELL,
        kernel_name="python3",
        resources={"metadata": {"path": str(sample_warehouse.parent.parent)}},
    ).execute()  # raises at the first cell that fails
    outputs = [output for cell in code(notebook) for output in cell.outputs]
    assert not [output for output in outputs if output.output_type == "error"]
    assert sum("text/html" in output.get("data", {}) for output in outputs) >= 5  # frames


def test_a_notebook_is_kept_without_results(path):
    for cell in code(nbformat.read(path, as_version=4)):
        assert (cell.outputs, cell.execution_count) == ([], None)


def test_a_notebook_opens_the_warehouse_first_and_defines_nothing(path):
    sources = [cell.source for cell in code(nbformat.read(path, as_version=4))]
    assert 'open_journeys("out/journeys.duckdb")' in sources[0]
    assert not [source for source in sources if "def " in source]
