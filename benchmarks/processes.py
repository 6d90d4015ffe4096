"""Runs a command in a process of its own and says how long it took and how much memory it held."""

import json
import os
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Measured:
    """One process: seconds by the clock, peak of resident memory, and the JSON it ended with."""

    seconds: float
    peak_bytes: int
    told: dict[str, Any] = field(default_factory=dict)


class BenchmarkError(Exception):
    """A process that was to be measured ended badly; with the end of what it said."""


def measure(
    command: Sequence[str | Path], environment: Mapping[str, str] | None = None
) -> Measured:
    """Run `command` to its end, from the clone. Raises BenchmarkError where it ends badly."""
    words = [str(word) for word in command]
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        began = time.perf_counter()
        process = subprocess.Popen(
            words, stdout=out, stderr=err, cwd=ROOT, env={**os.environ, **(environment or {})}
        )
        _, status, usage = os.wait4(process.pid, 0)  # the memory of this one process
        seconds = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        said, complained = out.read(), err.read()
    if process.returncode:
        end = "\n".join((said + complained).splitlines()[-12:])
        raise BenchmarkError(f"{' '.join(words)} ended with {process.returncode}:\n{end}")
    return Measured(seconds, usage.ru_maxrss * 1024, _last_json(said))


def _last_json(said: str) -> dict[str, Any]:
    lines = said.strip().splitlines()
    try:
        told = json.loads(lines[-1]) if lines else {}
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}
