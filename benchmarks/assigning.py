"""Assigning many customers by a kept model: `python -m benchmarks.assigning`; docs/personas.md.

Customers of three kinds, each with about nine features. Each number of customers has a warehouse
and processes of its own: one makes the features, one finds the personas and assigns everyone, one
assigns everyone by the kept model, as each night does. Memory is that process's peak; DuckDB's part
of it has a limit, beyond which it goes to disk.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path

from benchmarks import page
from benchmarks.personas import PAGE
from benchmarks.processes import measure
from pipeline.database import open_warehouse
from pipeline.personas import persona_step
from pipeline.settings import Settings

SIZES = (100_000, 1_000_000, 4_000_000)
MEMORY = "512MiB"
HEADER = ("customers", "features", "a first fit and everyone", "everyone, by the kept model",
          "peak memory then", "of which before it begins")  # fmt: skip
SETTINGS = {
    "sources": [{"name": "web", "kind": "web", "path": "web.csv", "event": "event", "time": "at",
                 "identifiers": {"visitor": "visitor"}}],
    "stages": [{"stage": "buy", "touchpoints": [{"touchpoint": "deal", "where": "true"}]}],
    "journey": {"goal": "deal"},
}  # fmt: skip
FEATURES = """
    create table personas.features as
    with customers as (
        select range as number, hash(range) >> 4 as customer_id,
            case when hash(range, 1) % 10 = 0 then hash(range, 2) else range end % 3 as kind
        from range($customers)
    ),
    luck as (
        select number, customer_id, cast(kind as integer) as kind,
            hash(number, 10 + place) / 18446744073709551616.0 as luck, place
        from customers
        cross join range(9) as places (place)
    )
    select cast(customer_id as bigint) as customer_id,
        ['channel', 'device', 'first touchpoint', 'first steps', 'first steps', 'first steps',
         'hour', 'pace', 'weekend'][place + 1] as feature_group,
        case place
            when 0 then 'channel: ' || ['paid', 'mail', 'fair'][kind + 1]
            when 1 then 'device: ' || ['mobile', 'desktop', 'desktop'][kind + 1]
            when 2 then 'begins with: ' || ['ad', 'post', 'talk'][kind + 1]
            when 6 then 'hour of the first step'
            when 7 then 'days before step 2'
            when 8 then 'first step at a weekend'
            else 'among the first steps: t'
                || cast(place * 10 + cast(floor(luck * 9) as int) as varchar)
        end as feature,
        case place when 6 then 6 + 6 * kind + 4 * luck when 7 then exp(kind + luck)
            when 8 then 1 when 3 then 1 / 3e0 when 4 then 1 / 3e0 when 5 then 1 / 3e0
            else 1 end as value
    from luck
    where place <> 8 or luck < 0.3
"""


def main() -> None:
    """Measure each size, print the table and write it into the page."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    asked.add_argument("--sizes", type=int, nargs="*", help=f"customers, else {SIZES}")
    asked.add_argument("--do", nargs=2, metavar=("WHAT", "WAREHOUSE"), help=argparse.SUPPRESS)
    asked.add_argument("--customers", type=int, default=0, help=argparse.SUPPRESS)
    told = asked.parse_args()
    if told.do:
        print(json.dumps(_do(told.do[0], Path(told.do[1]), told.customers)))
        return
    rows = [_of_size(customers) for customers in told.sizes or SIZES]
    lines = [*page.table(HEADER, rows), "", page.circumstances()]
    print("\n".join(lines))
    if not told.sizes:
        page.put("assigning", lines, PAGE)


def _of_size(customers: int) -> list[str]:
    with tempfile.TemporaryDirectory(prefix="journeys-bench-") as folder:
        warehouse = Path(folder) / "w.duckdb"
        made, fitted, kept, rest = (
            measure([sys.executable, "-m", "benchmarks.assigning", "--do", what, str(warehouse),
                     "--customers", str(customers)])
            for what in ("make", "assign", "assign", "rest")
        )  # fmt: skip
    assert fitted.told["assigned"] == kept.told["assigned"] == customers
    sizes = [page.size(each.peak_bytes) for each in (kept, rest)]
    times = [page.seconds(each.seconds) for each in (fitted, kept)]
    return [f"{customers:,}", f"{made.told['features']:,}", *times, *sizes]


def _do(what: str, warehouse: Path, customers: int) -> dict[str, int]:
    """One process's work: make the features, assign everyone, or only start and open."""
    connection = open_warehouse(warehouse, memory_limit=MEMORY)
    if what == "make":
        connection.execute(FEATURES, {"customers": customers})
        for table, columns in (
            ("personas.attributes", "attribute varchar, is_refused boolean,"
             " converters_share double, others_share double"),
            ("core.attributes", "customer_id bigint, attribute varchar, value varchar"),
            ("core.events", "customer_id bigint"),
            ("run.persona_notes", "persona varchar, notes varchar"),
        ):  # fmt: skip
            connection.execute(f"create table {table} ({columns})")
        connection.execute(
            "create table core.sessions as select distinct customer_id from personas.features"
        )
    if what == "assign":
        persona_step(Settings.model_validate(SETTINGS)).run(connection, {})
    if what == "rest":
        import pandas  # noqa: F401
    counted = {}
    for name, table in (("features", "personas.features"), ("assigned", "run.persona_assignments")):
        found = connection.execute(
            "select count(*) from duckdb_tables() where schema_name || '.' || table_name = ?",
            [table],
        ).fetchone()
        if found and found[0]:
            [(counted[name],)] = connection.execute(f"select count(*) from {table}").fetchall()
    connection.close()
    return counted


if __name__ == "__main__":
    sys.exit(main())
