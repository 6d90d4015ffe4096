"""What a person gets who installs the package, without the clone."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PIP = ["-m", "pip", "--quiet", "--disable-pip-version-check"]

pytestmark = pytest.mark.xdist_group("wheel")


def run(*command, **options):
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=900, check=False, **options
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, *PIP, "wheel", "--no-deps", "--wheel-dir", folder, ROOT)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def environment(wheel):
    """An empty environment with the wheel in it; gives the folder of its commands."""
    folder = wheel.parent / "environment"
    run(sys.executable, "-m", "venv", folder)
    constraints = ("-c", ROOT / "constraints.txt")
    run(folder / "bin/python", *PIP, "install", *constraints, wheel)
    return folder / "bin"


def test_the_wheel_holds_every_sql_file(wheel):
    inside = {name for name in zipfile.ZipFile(wheel).namelist() if name.endswith(".sql")}
    assert inside == {f"pipeline/{path.relative_to(ROOT)}" for path in ROOT.glob("sql/*/*.sql")}


def test_the_wheel_is_below_a_mebibyte(wheel):
    assert wheel.stat().st_size < 1024 * 1024


def test_an_install_brings_at_most_forty_packages(environment):
    listed = run(environment / "python", *PIP, "list", "--format=freeze").splitlines()
    assert len([name for name in listed if not name.startswith(("pip=", "setuptools="))]) <= 40


def test_the_installed_command_makes_a_sample_and_its_report(environment, tmp_path):
    journeys = environment / "journeys"
    run(journeys, "sample", "--out", "data/sample", "--customers", "300", cwd=tmp_path)
    settings = tmp_path / "data/sample/journeys.yml"
    assert settings.exists(), "a sample brings the settings that read it"
    common = ("--config", settings, "--data", tmp_path / "data/sample")
    run(journeys, "run", *common, cwd=tmp_path)
    run(journeys, "report", *common, cwd=tmp_path)
    assert (tmp_path / "out/report.html").stat().st_size > 100_000
