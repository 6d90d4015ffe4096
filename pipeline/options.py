"""Options that several commands share, and the warehouse that they open."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    import duckdb

WAREHOUSE = Path("out/journeys.duckdb")

config_option = click.option(
    "--config", default="journeys.yml", show_default=True, type=click.Path(path_type=Path),
    help="The settings.",
)  # fmt: skip
data_option = click.option(
    "--data", type=click.Path(path_type=Path),
    help="Where the relative paths of the settings start, instead of their own folder.",
)  # fmt: skip
warehouse_option = click.option(
    "--warehouse", default=WAREHOUSE, show_default=True, type=click.Path(path_type=Path),
    help="The DuckDB file that holds every table.",
)  # fmt: skip
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for machines.")


def open_published(warehouse: Path) -> "duckdb.DuckDBPyConnection":
    """Open what was published, to read it. Raises WarehouseError where there is none of ours."""
    from pipeline.database import open_readonly
    from pipeline.errors import WarehouseError
    from pipeline.warehouse import refuse_other_layout

    if not warehouse.exists():
        raise WarehouseError(f"{warehouse}: there is no warehouse yet. Make one: journeys run")
    connection = open_readonly(warehouse)
    try:
        refuse_other_layout(connection, warehouse)
    except WarehouseError:
        connection.close()
        raise
    return connection
