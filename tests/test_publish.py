"""A run's result is published whole or not at all."""

import subprocess
import sys

import pytest

from pipeline.errors import WarehouseError
from pipeline.publish import beside, lock, publishing


def test_the_new_file_stands_after_the_block(tmp_path):
    warehouse = tmp_path / "w.duckdb"
    with publishing(warehouse, fresh=True) as target:
        target.write_text("new")
    assert warehouse.read_text() == "new"


def test_work_goes_on_from_a_copy_of_the_published_file(tmp_path):
    warehouse = tmp_path / "w.duckdb"
    warehouse.write_text("old")
    with publishing(warehouse, fresh=False) as target:
        assert target.read_text() == "old"


def test_a_fresh_run_starts_from_nothing(tmp_path):
    warehouse = tmp_path / "w.duckdb"
    warehouse.write_text("old")
    with publishing(warehouse, fresh=True) as target:
        assert not target.exists()
        target.write_text("new")


def test_an_error_leaves_the_published_file_and_no_debris(tmp_path):
    warehouse = tmp_path / "w.duckdb"
    warehouse.write_text("old")
    with pytest.raises(ZeroDivisionError), publishing(warehouse, fresh=False) as target:
        target.write_text("half")
        raise ZeroDivisionError
    assert [path.name for path in tmp_path.iterdir()] == ["w.duckdb"]
    assert warehouse.read_text() == "old"


def test_a_rehearsal_publishes_nothing(tmp_path):
    warehouse = tmp_path / "w.duckdb"
    with publishing(warehouse, fresh=True, keep=False) as target:
        target.write_text("new")
    assert list(tmp_path.iterdir()) == []


def test_a_file_with_an_unfinished_log_is_not_published(tmp_path):
    warehouse = tmp_path / "w.duckdb"
    with pytest.raises(WarehouseError), publishing(warehouse, fresh=True) as target:
        target.write_text("new")
        beside(target, ".wal").write_text("unfinished")
    assert not warehouse.exists()


def test_debris_of_a_killed_run_is_cleared(tmp_path):
    warehouse = tmp_path / "w.duckdb"
    beside(warehouse, ".next").write_text("half")
    with publishing(warehouse, fresh=False) as target:
        assert not target.exists()
        target.write_text("new")


HOLD = """
import sys
from pathlib import Path
from pipeline.publish import lock
with lock(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def holder(tmp_path):
    """Another process that holds the lock of tmp_path / w.duckdb until it reads a line."""
    command = [sys.executable, "-c", HOLD, str(tmp_path / "w.duckdb")]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_a_second_run_is_refused_with_the_name_of_the_holder(tmp_path, holder):
    with (
        pytest.raises(WarehouseError, match=f"process {holder.pid} on"),
        lock(tmp_path / "w.duckdb"),
    ):
        pass


def test_a_second_run_waits_as_long_as_it_is_told(tmp_path, holder):
    holder.stdin.write("go\n")
    holder.stdin.flush()
    with lock(tmp_path / "w.duckdb", wait=30):
        pass


def test_a_holder_that_died_holds_nothing(tmp_path, holder):
    holder.kill()
    holder.wait()
    with lock(tmp_path / "w.duckdb"):
        pass
