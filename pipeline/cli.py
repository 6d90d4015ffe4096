"""The command `journeys`. Every command imports what it needs only when it is called."""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import click

from pipeline import __version__, interrupts
from pipeline.errors import JourneysError, SettingsError
from pipeline.findings_command import findings
from pipeline.options import (
    config_option,
    data_option,
    json_option,
    open_published,
    warehouse_option,
)
from pipeline.question_commands import around, funnel, paths
from pipeline.report_command import report
from pipeline.runs_command import list_runs


class Moment(click.ParamType[datetime]):
    """A time on the command line; without a zone it is UTC."""

    name = "time"

    def convert(self, value: Any, param: Any, ctx: Any) -> datetime:
        if isinstance(value, datetime):
            return value
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no time; write it as 2025-12-31 or 2025-12-31T18:00:00Z")
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="journeys")
def cli() -> None:
    """Infer customer journeys from event data, and see where and why customers drop off."""


@cli.command()
@config_option
@data_option
@warehouse_option
@click.option("--full", is_flag=True, help="Read every file again and build every table anew.")
@click.option("--refit", is_flag=True, help="Find the personas anew instead of keeping them.")
@click.option("--until", type=Moment(), help="Look back: as if nothing later had been seen.")
@click.option("--now", type=Moment(), help="The run's clock; events later than it are set aside.")
@click.option("--wait", default=0.0, help="Seconds to wait for another run to end.")
@click.option("--memory-limit", help="The most memory that DuckDB may use, such as 4GB.")
@json_option
def run(
    config: Path, data: Path | None, warehouse: Path, full: bool, refit: bool,
    until: datetime | None, now: datetime | None, wait: float,
    memory_limit: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Load what is new and bring every table up to date, or publish nothing."""
    is_plain = not (full or refit or until or now)
    if is_plain and _says_nothing_new(config, data, warehouse, wait, as_json):
        return
    from pipeline import runs
    from pipeline.progress import shown
    from pipeline.settings import read_settings
    from pipeline.warehouse import Options

    settings = read_settings(config, data)
    clock = now or datetime.now(UTC)
    options = Options(full, refit, until, clock, wait, memory_limit=memory_limit)
    with shown(as_json=as_json) as progress:
        result = runs.run(settings, warehouse, options, progress)
    _print_run(result, as_json)


def _says_nothing_new(
    config: Path, data: Path | None, warehouse: Path, wait: float, as_json: bool
) -> bool:
    """Whether a look at the disk was enough to tell that there is nothing to do, and to say so."""
    import duckdb

    from pipeline.publish import lock, new_run_id
    from pipeline.records import note_nothing_new
    from pipeline.unchanged import read_unchanged

    if not warehouse.exists():
        return False
    run_id = new_run_id()
    with lock(warehouse, wait):
        try:
            figures = read_unchanged(config, data, warehouse)
        except duckdb.Error:  # it is damaged; the long way finds the words for it
            return False
        if figures is None:
            return False
        note_nothing_new(warehouse, run_id)
    told = {"run_id": run_id, "is_new": False, "reasons": [], "notes": []}
    _print_summary(warehouse, told, figures, as_json)
    return True


def _print_run(result: Any, as_json: bool) -> None:
    from pipeline.database import open_readonly
    from pipeline.unchanged import read_figures

    connection = open_readonly(result.warehouse)
    try:
        figures = read_figures(connection)
    finally:
        connection.close()
    told = {
        "run_id": result.run_id, "is_new": result.is_new,
        "reasons": result.reasons, "notes": result.notes,
    }  # fmt: skip
    _print_summary(result.warehouse, told, figures, as_json)


def _print_summary(
    warehouse: Path, told: dict[str, Any], figures: dict[str, Any], as_json: bool
) -> None:
    from pipeline.summary import Summary, summary_lines

    if as_json:
        click.echo(json.dumps(told | figures, ensure_ascii=False))
        return
    if not told["is_new"]:
        click.echo(f"Nothing new: {warehouse} is up to date.")
    reasons = [f"every file was read anew: {why}" for why in told["reasons"]]
    for note in [*reasons, *told["notes"]]:
        click.echo(f"{note[0].upper()}{note[1:]}.")
    for line in summary_lines(Summary(**figures)):
        click.echo(line)


@cli.command()
@config_option
@data_option
@click.option("--now", type=Moment(), help="The run's clock.")
def check(config: Path, data: Path | None, now: datetime | None) -> None:
    """Check settings, sources and every promise, without publishing anything."""
    import tempfile

    from pipeline import runs
    from pipeline.progress import shown
    from pipeline.settings import read_settings
    from pipeline.warehouse import Options

    settings = read_settings(config, data)
    options = Options(now=now or datetime.now(UTC), publish=False)
    with tempfile.TemporaryDirectory(prefix="journeys-") as folder, shown() as progress:
        runs.run(settings, Path(folder) / "check.duckdb", options, progress)
    click.echo(f"{config}: settings, sources and promises are in order.")


@cli.command()
@warehouse_option
@json_option
def tables(warehouse: Path, as_json: bool) -> None:
    """List the tables: their rows, and what a row is."""
    from pipeline.dictionary import table_list

    connection = open_published(warehouse)
    try:
        listed = table_list(connection)
    finally:
        connection.close()
    if as_json:
        click.echo(json.dumps(listed, ensure_ascii=False))
        return
    for table in listed:
        click.echo(f"{table['table']:<28} {table['rows']:>10,}  {table['grain']}")


@cli.command()
@click.argument("table")
@warehouse_option
@click.option("--rows", default=5, show_default=True, help="How many rows to print.")
def show(table: str, warehouse: Path, rows: int) -> None:
    """Show one table: its contract, its SQL and its first rows."""
    from pipeline.dictionary import describe

    connection = open_published(warehouse)
    try:
        click.echo(describe(connection, table, rows))
    finally:
        connection.close()


@cli.command()
@warehouse_option
@json_option
def actions(warehouse: Path, as_json: bool) -> None:
    """Print what came of the actions of the settings."""
    from pipeline.actions import TOO_YOUNG, WARNING, read_actions

    connection = open_published(warehouse)
    try:
        taken = read_actions(connection)
    finally:
        connection.close()
    if as_json:
        click.echo(json.dumps(taken, ensure_ascii=False, default=str))
        return
    for action in taken:
        click.echo(f"{action['action_number']:>3}. {_taken(action)}")
        for sentence in action["sentences"] or [f"{TOO_YOUNG[0].upper()}{TOO_YOUNG[1:]}."]:
            click.echo(f"     {sentence}")
    click.echo(WARNING if taken else "The settings tell of no actions: see `actions`.")


def _taken(action: dict[str, Any]) -> str:
    """`2025-10-01, coach call: a coach offers a call (customer success)`."""
    owner = f" ({action['owner']})" if action["owner"] else ""
    return f"{action['taken_on']}, {action['touchpoint']}: {action['what']}{owner}"


@cli.command()
@warehouse_option
@click.option(
    "--paths",
    "paths",
    type=click.Path(path_type=Path),
    help="Credit these paths instead: CSV or Parquet with path, conversions, value, nulls.",
)
@click.option(
    "--separator",
    default=">",
    show_default=True,
    help="What stands between the touches of --paths.",
)
@click.option(
    "--level",
    default="channel",
    show_default=True,
    type=click.Choice(["channel", "touchpoint", "stage"]),
)
@click.option("--persona", default="all", show_default=True, help="A persona's id or name.")
@json_option
def attribute(
    warehouse: Path, paths: Path | None, separator: str, level: str, persona: str, as_json: bool
) -> None:  # fmt: skip
    """Credit conversions to channels, touchpoints or stages, by removal effects and by rules."""
    from pipeline import withheld
    from pipeline.chain import credits
    from pipeline.notebook import open_journeys

    if paths:
        table, least = credits.of_paths(paths, separator), 0
    else:
        with open_journeys(warehouse) as journeys:
            least = journeys.min_group
            table = withheld.credits(journeys.attribution(persona, level), least)
    click.echo(credits.as_json(table) if as_json else credits.as_text(table, least))


@cli.command()
@warehouse_option
@click.option("--out", default="out/graph", show_default=True, type=click.Path(path_type=Path),
              help="The folder to write to.")  # fmt: skip
@click.option("--persona", default="all", show_default=True)
@click.option("--level", default="touchpoint", type=click.Choice(["touchpoint", "stage"]))
def export(warehouse: Path, out: Path, persona: str, level: str) -> None:
    """Export the graph as GraphML, JSON, Mermaid and Parquet, without small groups."""
    from pipeline.graph import export_graph

    connection = open_published(warehouse)
    try:
        written = export_graph(connection, out, persona, level)
    finally:
        connection.close()
    for path in written:
        click.echo(str(path))


@cli.command()
@click.option("--out", default="sample", show_default=True, type=click.Path(path_type=Path),
              help="The folder to write to.")  # fmt: skip
@click.option("--customers", type=click.IntRange(min=1), default=4000, show_default=True)
@click.option("--events", type=click.IntRange(min=1), help="Make about so many events instead.")
@click.option("--seed", default=1, show_default=True)
@click.option("--format", "form", default="exports", show_default=True,
              type=click.Choice(["exports", "parquet"]))  # fmt: skip
def sample(out: Path, customers: int, events: int | None, seed: int, form: str) -> None:
    """Make sample data of any size, with known truth."""
    from pipeline.sample import make_sample
    from pipeline.sample.exports import Form

    make_sample(out, customers=customers, seed=seed, form=cast(Form, form), events=events)
    click.echo(f"The sample is in {out}")


for command in (report, findings, list_runs, funnel, paths, around):
    cli.add_command(command)


def main() -> None:
    """Run the command, with errors in words and the exit codes of the house.

    0 done; 1 a promise of the data was broken, nothing was published; 2 bad settings or input;
    130 and 143 interrupted.
    """
    interrupts.watch()
    interrupts.leave(ended())  # here, where no traceback keeps a connection any more


def ended() -> int:
    """Run the command; gives the exit code, and tells why it is none of success."""
    try:
        code = cli.main(standalone_mode=False)
    except click.ClickException as problem:
        if not _told_as_json("failed", problem.format_message(), 2):
            problem.show()
        return 2
    except JourneysError as problem:
        prefix = "" if isinstance(problem, SettingsError) else "Error: "
        if not _told_as_json("failed", str(problem), problem.exit_code):
            click.echo(f"{prefix}{problem}", err=True)
        return problem.exit_code
    except BaseException as problem:
        if not (stopped := interrupts.exit_code()) and not isinstance(problem, click.Abort):
            raise
        if not _told_as_json("interrupted", interrupts.SAID, stopped or 130):
            click.echo(interrupts.SAID, err=True)
        return stopped or 130
    return code if isinstance(code, int) else 0


def _told_as_json(event: str, message: str, exit_code: int) -> bool:
    """Tell how a command ended as an event, where JSON was asked for."""
    if "--json" not in sys.argv[1:]:
        return False
    from pipeline.progress import tell_event

    tell_event(event, message=message, exit_code=exit_code)
    return True
