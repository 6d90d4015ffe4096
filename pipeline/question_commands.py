"""The commands that ask a question of one's own: `funnel`, `paths`, `around`.

They print what leaves the house: groups of fewer than `min_group` customers are withheld.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.options import json_option, warehouse_option

if TYPE_CHECKING:
    import pandas

    from pipeline.notebook import Journeys

WITHHELD = "withheld"
NAMES = ("touchpoint", "node", "path")  # columns of names

persona_option = click.option(
    "--persona", default="all", show_default=True, help="A persona's id or name."
)


@click.command()
@click.argument("touchpoints", nargs=-1, required=True)
@click.option("--order", default="closed", show_default=True,
              type=click.Choice(["closed", "strict", "open"]),
              help="In this order; straight one after the other; or entered anywhere.")  # fmt: skip
@click.option("--per", default="journey", show_default=True,
              type=click.Choice(["journey", "customer"]), help="What is counted.")  # fmt: skip
@click.option("--within", help='The longest time from the first touchpoint on, such as "7 days".')
@click.option("--without", multiple=True, help="A touchpoint after which nothing counts.")
@persona_option
@warehouse_option
@json_option
def funnel(
    touchpoints: tuple[str, ...], order: str, per: str, within: str | None,
    without: tuple[str, ...], persona: str, warehouse: Path, as_json: bool,
) -> None:  # fmt: skip
    """How many come to each of these TOUCHPOINTS, and how many go on from there."""
    from pipeline import withheld
    from pipeline.numbers import fewer

    with _asking(warehouse) as journeys:
        answer = journeys.funnel(
            *touchpoints, order=order, per=per, within=within, without=without, persona=persona
        )
        told = withheld.funnel(answer, journeys.min_group)
        least = journeys.min_group
    if as_json:
        click.echo(_json(told))
        return
    click.echo(f"{order.capitalize()} funnel: {per}s that came to each place, and of those known")
    click.echo("at the place before, how many went on")
    _tell_persona(persona)
    head = ["", "touchpoint", f"{per}s", "went on", "95 %", "of the first", "95 %", "still may",
            "median"]  # fmt: skip
    _print(head, [_funnel_row(row) for row in _records(told)])
    if told["is_withheld"].any():
        click.echo(f"Withheld: {fewer(least)} customers came there, or did not go on to there.")


def _funnel_row(row: dict[str, Any]) -> list[str]:
    from pipeline.numbers import count, duration, interval, share

    number = f"{row['place']}"
    if row["is_withheld"]:
        return [number, row["touchpoint"], WITHHELD]
    told = {name: None if _is_nothing(value) else value for name, value in row.items()}
    cells = [number, row["touchpoint"], count(told["reached"])]
    if row["place"] == 1:
        return cells
    return [
        *cells,
        share(told["rate"]), interval(told["rate_low"], told["rate_high"]),
        share(told["rate_from_first"]),
        interval(told["rate_from_first_low"], told["rate_from_first_high"]),
        count(told["open"]), duration(told["median_seconds"]),
    ]  # fmt: skip


@click.command()
@click.argument("query", required=False)
@click.option("--limit", default=10, show_default=True, type=click.IntRange(min=0),
              help="How many paths to print.")  # fmt: skip
@click.option("--within", help='The longest time for the whole way, such as "30 days".')
@persona_option
@warehouse_option
@json_option
def paths(
    query: str | None, limit: int, within: str | None, persona: str, warehouse: Path, as_json: bool
) -> None:
    """Journeys that match a QUERY such as "pricing page -> * -> deal won", and their paths.

    Between arrows: a touchpoint, alternatives (a|b), any steps (*), any but these (!a|b). A
    touchpoint may end in `within 7 days`. START may stand first; CONVERTED, DROPPED or OPEN last.
    Without a query, the paths most taken.
    """
    from pipeline import withheld

    with _asking(warehouse) as journeys:
        least, in_time = journeys.min_group, journeys.convert_within
        answer = journeys.paths(query, limit=limit, within=within, persona=persona, least=least)
        told = withheld.paths(answer, least) if query else withheld.outcomes(answer, least)
    if as_json:
        click.echo(_json(told))
        return
    records = _records(told)
    if query:
        row = records.pop(0)
        for line in _match_lines(row, least, in_time):
            click.echo(line)
        if row["journeys"] == 0:
            _tell_gaps(query)
            return
        _tell_persona(persona)
    if records:
        head = ["journeys", "converted", "dropped", "open", "path"]
        _print(head, [_path_row(row) for row in records])
    elif limit:
        click.echo(f"No path was taken by {least} customers or more.")


def _tell_persona(persona: str) -> None:
    if persona != "all":
        click.echo("Of a persona, steps count after each customer's first ones, by which it was")
        click.echo("recognised.")


def _tell_gaps(query: str) -> None:
    if "*" not in query and "!" not in query:
        click.echo('"a -> b" is b straight after a; "a -> * -> b" lets other steps come between.')


def _match_lines(row: dict[str, Any], least: int, in_time: str) -> list[str]:
    from pipeline.numbers import count, duration, fewer, interval, share

    if row["is_withheld"]:
        return [f"{fewer(least).capitalize()} customers match, so nothing of them is told."]
    told = {name: None if _is_nothing(value) else value for name, value in row.items()}
    whole = f"the {count(told['known'])} that came to the first place long enough ago to know"
    if not told["journeys"]:
        if not told["known"]:
            return ["No journey matches."]
        return [f"No journey matches. Of {whole}, below {share(told['match_high'])} do (95 %)."]
    lines = [
        f"{count(told['journeys'])} journeys of {count(told['customers'])} customers match: "
        f"{share(told['match_rate'])} ({interval(told['match_low'], told['match_high'])}) of "
        f"{whole}."
    ]
    if told["median_seconds"]:
        lines.append(
            f"The whole way took them {duration(told['median_seconds'])} (half longer; one in ten "
            f"longer than {duration(told['p90_seconds'])})."
        )
    if told["conversion_rate"] is not None:
        lines.append(
            f"From there, {share(told['conversion_rate'])} "
            f"({interval(told['conversion_low'], told['conversion_high'])}) "
            f"convert within {in_time}."
        )
    return lines


def _path_row(row: dict[str, Any]) -> list[str]:
    from pipeline.numbers import NONE, count

    cells = [NONE if _is_nothing(row[name]) else count(row[name]) for name in
             ("journeys", "converted", "dropped", "open")]  # fmt: skip
    return [*cells, row["path"]]


@click.command()
@click.argument("touchpoint")
@click.option("--depth", default=3, show_default=True, type=click.IntRange(1, 3),
              help="How many steps before and after.")  # fmt: skip
@click.option("--rows", default=5, show_default=True, type=click.IntRange(min=1),
              help="How many rows to print for each position.")  # fmt: skip
@persona_option
@warehouse_option
@json_option
def around(
    touchpoint: str, depth: int, rows: int, persona: str, warehouse: Path, as_json: bool
) -> None:
    """What comes just before and straight after a TOUCHPOINT, step by step, with times."""
    from pipeline import withheld
    from pipeline.numbers import count, duration, fewer, interval, share

    with _asking(warehouse) as journeys:
        answer, least = journeys.around(touchpoint, depth, persona), journeys.min_group
        told = withheld.rows(answer, least)
    if as_json:
        click.echo(_json(told))
        return
    _tell_persona(persona)
    head = ["position", "node", "visits", "share", "95 %", "median time"]
    _print(head, [
        [f"{row['position']:+d}", row["node"], count(row["visits"]), share(row["share"]),
         interval(row["share_low"], row["share_high"]), duration(row["median_seconds"])]
        for row in _records(told[told["rank"] <= rows])
    ])  # fmt: skip
    if (left := len(told) - len(told[told["rank"] <= rows])) > 0:
        click.echo(f"{left} more rows: --rows")
    if held := len(answer) - len(told):
        click.echo(f"{held} rows withheld: {fewer(least)} customers")


def _asking(warehouse: Path) -> "Journeys":
    from pipeline.notebook import open_journeys

    return open_journeys(warehouse)


def _records(answer: "pandas.DataFrame") -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in answer.to_dict("records")]


def _is_nothing(value: Any) -> bool:
    import pandas

    return bool(pandas.isna(value))


def _json(answer: "pandas.DataFrame") -> str:
    rows = [
        {name: None if _is_nothing(value) else value for name, value in row.items()}
        for row in _records(answer.astype(object))
    ]
    return json.dumps(rows, ensure_ascii=False, default=lambda value: value.item())


def _print(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Columns under each other: names to the left, numbers to the right."""
    from pipeline.numbers import clean

    lines = [[clean(cell) for cell in row] for row in (head, *rows)]
    padded = [[*line, *[""] * (len(head) - len(line))] for line in lines]
    widths = [max(map(len, column)) for column in zip(*padded, strict=True)]
    for line in padded:
        cells = [
            cell.ljust(width) if name in NAMES else cell.rjust(width)
            for name, cell, width in zip(head, line, widths, strict=True)
        ]
        click.echo("  ".join(cells).rstrip())
