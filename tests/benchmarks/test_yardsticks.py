"""The yardsticks are fair, count the same, and keep to themselves."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import ours
from benchmarks.sizes import NO_TRACKING, OTHERS, YARDSTICKS

# Stands in for the real package, which has an environment of its own: tells what it finds at
# import, and whether a connection can be made.
STAND_IN = """
import json, os, socket, sys
found = {"no_track": os.environ.get("RETENTIONEERING_NO_TRACK")}
for name in ("connect", "connect_ex"):
    with socket.socket() as tried:
        try:
            getattr(tried, name)(("127.0.0.1", 9))
            found[name] = "went through"
        except OSError as problem:
            found[name] = str(problem)
print(json.dumps(found))
sys.exit(0)
"""


def test_retentioneering_finds_its_telemetry_off_and_can_connect_to_nothing(tmp_path):
    package = tmp_path / "retentioneering"
    package.mkdir()
    (package / "__init__.py").write_text(STAND_IN)
    script = YARDSTICKS / "with_retentioneering.py"
    bare = {"PYTHONPATH": str(tmp_path)}  # without NO_TRACKING: the script sees to it alone
    done = subprocess.run(
        [sys.executable, script, tmp_path], env=bare, capture_output=True, text=True, check=True
    )
    refused = "a yardstick connects to nothing"
    found = {"no_track": "1", "connect": refused, "connect_ex": refused}
    assert json.loads(done.stdout) == found
    assert NO_TRACKING == {"RETENTIONEERING_NO_TRACK": "1"}


def test_every_other_package_has_a_script_and_pinned_requirements():
    for environment, script in OTHERS.values():
        assert (YARDSTICKS / script).exists()
        pins = Path(YARDSTICKS.parent, "requirements", f"{environment}.txt").read_text().split()
        assert pins
        assert all("==" in pin for pin in pins)


def test_load_to_transitions_is_all_that_the_transitions_need_and_no_more():
    needed = ours.needed_for(ours.TO_TRANSITIONS)
    assert {"load", "checks", "run.identity", "core.events", "core.sessions"} <= needed
    assert {"journeys.steps", "journeys.journeys", "graph.transitions"} <= needed
    assert not [name for name in needed if name.startswith(("personas.", "findings."))]


@pytest.mark.parametrize("goals", [ours.TO_STEPS, ours.TO_TRANSITIONS])
def test_seconds_until_leave_out_only_the_steps_that_are_not_needed(goals):
    process = ours.Measured(10.0, 1)
    run = ours.Run(process, {"load": 3.0, "findings.trust": 2.0, "journeys.steps": 4.0}, Path())
    assert run.until(goals) == 8.0
