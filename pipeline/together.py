"""Several steps of a run as one."""

from collections.abc import Mapping
from typing import Any

import duckdb

from pipeline.models import Step


def together(name: str, *steps: Step) -> Step:
    """One step that runs these in turn; none of them may need a table between two others."""

    def run(connection: duckdb.DuckDBPyConnection, parameters: Mapping[str, Any]) -> None:
        for step in steps:
            step.run(connection, parameters)

    reads = frozenset(table for step in steps for table in step.reads)
    makes = tuple(table for step in steps for table in step.makes)
    return Step(name, reads - set(makes), makes, run)
