"""Options that several commands share."""

from pathlib import Path

import click

WAREHOUSE = Path("out/journeys.duckdb")

warehouse_option = click.option(
    "--warehouse", default=WAREHOUSE, show_default=True, type=click.Path(path_type=Path),
    help="The DuckDB file that holds every table.",
)  # fmt: skip
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for machines.")
