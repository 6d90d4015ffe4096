"""The command `report`: the page, and on demand a PDF, a picture and the tables beside it."""

from dataclasses import replace
from pathlib import Path

import click

from pipeline.options import config_option, data_option, open_published, warehouse_option

REPORT = Path("out/report.html")


@click.command()
@config_option
@data_option
@warehouse_option
@click.option("--out", default=REPORT, show_default=True, type=click.Path(path_type=Path))
@click.option(
    "--persona",
    "personas",
    multiple=True,
    metavar="PERSONA",
    help="Show this persona (its id or name) beside everyone, and no other; repeatable.",
)
@click.option(
    "--period",
    metavar="FIRST..LAST",
    help="Only journeys begun in these months, such as 2025-07..2025-12.",
)
@click.option(
    "--compare",
    default="persona",
    show_default=True,
    metavar="BY",
    help="What is held beside each other: persona; period (the one asked for and as long "
    "before it); run (the last two); or a segment or attribute, such as channel.",
)
@click.option("--png", is_flag=True, help="Also a picture of the first screen and the map.")
@click.option("--pdf", is_flag=True, help="Also a PDF on A4 pages. Both need Chromium or Chrome.")
@click.option("--tables", "with_tables", is_flag=True,
              help="Also the tables behind it, as CSV files without small groups.")  # fmt: skip
def report(
    config: Path, data: Path | None, warehouse: Path, out: Path, personas: tuple[str, ...],
    period: str | None, compare: str, png: bool, pdf: bool, with_tables: bool,
) -> None:  # fmt: skip
    """Write the report from the warehouse: one HTML file that opens offline."""
    from pipeline import journal
    from pipeline.findings import since_last_run, standings, tell_between
    from pipeline.groups import Period
    from pipeline.report.asked import Asked, read
    from pipeline.report.beside import write_tables
    from pipeline.report.page import render, save
    from pipeline.report.paper import find_chromium, write_pdf, write_png
    from pipeline.settings import read_settings
    from pipeline.stages import restored

    if png or pdf:
        find_chromium()  # before anything is written
    settings = read_settings(config, data)
    asked = Asked(personas or None, Period.of(period) if period else None, compare)
    connection = open_published(warehouse)
    try:
        settings = restored(connection, settings)
        tables = read(connection, settings, asked)
        between = since_last_run(connection, journal.read(warehouse))
    finally:
        connection.close()
    tested = tuple(tell_between(between)) if between else ()
    tables = replace(tables, standing=standings(journal.read(warehouse)), tested_since=tested)
    save(render(tables, settings, asked.personas), out)
    click.echo(f"The report is {out}")
    if pdf:
        click.echo(f"On paper: {write_pdf(out, out.with_suffix('.pdf'))}")
    if png:
        click.echo(f"As a picture: {write_png(out, out.with_suffix('.png'))}")
    if with_tables:
        folder = out.with_name(f"{out.stem}-tables")
        written = write_tables(tables, folder, settings.privacy.min_group)
        click.echo(f"Its {len(written)} tables: {folder}")
