"""What tests of different modules share: the sample's warehouse, and how much is repeated."""

import fcntl
import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def pytest_addoption(parser):
    parser.addoption(
        "--prove", action="store_true", help="repeat as often as a proof needs, not as a test does"
    )
    parser.addoption(
        "--pin", action="store_true", help="write down anew what the tables of the sample hold"
    )


@pytest.fixture(scope="session")
def prove(request):
    """Whether this is `make prove`, which repeats in full."""
    return request.config.getoption("--prove")


@pytest.fixture(scope="session")
def sample_settings():
    """The settings of the sample, as a person's clone has them."""
    from pipeline.settings import read_settings

    return read_settings(ROOT / "journeys.yml")


@pytest.fixture(scope="session")
def sample_warehouse(tmp_path_factory, sample_settings):
    """The warehouse that `journeys run` makes of the sample; to be read only.

    Made once for all workers of pytest-xdist: the first one makes it while the others wait.
    """
    from pipeline.runs import run
    from pipeline.warehouse import Options

    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent  # the base of all workers
    warehouse = folder / "sample" / "out" / "journeys.duckdb"
    with (folder / "sample.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        if not warehouse.exists():
            run(sample_settings, warehouse, Options())
    return warehouse


@pytest.fixture(scope="module")
def sample(sample_warehouse):
    """The sample's warehouse, open to be read."""
    from pipeline.database import open_readonly

    connection = open_readonly(sample_warehouse)
    yield connection
    connection.close()
