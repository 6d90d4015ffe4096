"""What a report was asked for: some personas, one period, a comparison; and reading just that."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import duckdb

from pipeline import group_chains, group_maps, group_moments
from pipeline.chain.absorbing import START
from pipeline.errors import JourneysError
from pipeline.excerpt import OF_A_GROUP, excerpt
from pipeline.group_cards import cards
from pipeline.group_pains import pain_points
from pipeline.groups import BY_MONTHS, IN_GROUP, Period, differences, grouped
from pipeline.nearest import nearest
from pipeline.report.tables import EVERYONE, Comparison, Row, Tables, read_tables
from pipeline.settings import Settings

PERSONA, PERIOD, RUN = "persona", "period", "run"


@dataclass(frozen=True)
class Asked:
    """`personas` besides everyone, by id or name (None: all); the months in which journeys began;
    and what is held beside each other: `persona`, `period`, `run`, a segment or an attribute."""

    personas: tuple[str, ...] | None = None
    period: Period | None = None
    compare: str = PERSONA


def read(connection: duckdb.DuckDBPyConnection, settings: Settings, asked: Asked) -> Tables:
    """The tables of the journeys asked for. Raises JourneysError for what is not there."""
    if asked.period is None or asked.compare == PERIOD:  # a period is held beside the whole
        tables = _read_whole(connection, settings)
    else:
        values = {
            "timezone": settings.report.timezone,
            "first": asked.period.first, "last": asked.period.last,
        }  # fmt: skip
        with excerpt(connection, settings, BY_MONTHS, values) as chosen:
            tables = replace(_read_whole(chosen, settings), period=str(asked.period))
        if not tables.of("outcomes", EVERYONE):
            raise JourneysError(f"No journey began in {asked.period}.")
    if asked.compare == RUN and len({row["run_id"] for row in tables["figures"]}) < 2:
        raise JourneysError("There is one run only, so there is none to compare it with.")
    if asked.compare in (PERSONA, RUN):
        return _with_personas(tables, asked)
    return _with_groups(connection, settings, asked, tables)


def _with_personas(tables: Tables, asked: Asked) -> Tables:
    """The tables, once it is sure that the personas asked for are there."""
    known = {row["persona_id"]: row["name"] for row in tables["profiles"]}
    for wanted in asked.personas or ():
        if wanted not in (*known, *known.values()):
            said = ", ".join(f"{persona_id} ({name})" for persona_id, name in known.items())
            hint = nearest(wanted, [*known, *known.values()])
            raise JourneysError(
                f"There is no persona {wanted!r}{hint or '.'} There are: {said or 'none'}"
            )
    return tables


def _with_groups(
    connection: duckdb.DuckDBPyConnection, settings: Settings, asked: Asked, tables: Tables
) -> Tables:
    """The tables with rows of each group beside everyone's, in the place of the personas'."""
    by = None if asked.compare == PERIOD else asked.compare
    least, zone = settings.privacy.min_group, settings.report.timezone
    if asked.personas:
        raise JourneysError("--persona and --compare by something else cannot be asked at once.")
    groups, left_out = grouped(connection, by, asked.period, zone, least)
    rows, chains, moments = dict(tables.rows), {}, {}
    for group in groups:
        values = {"name": group["name"]}
        with excerpt(connection, settings, IN_GROUP, values, only=OF_A_GROUP) as chosen:
            told = read_tables(chosen)
            chains[group["persona_id"]] = group_chains.read_chain(chosen)
            moments[group["persona_id"]] = group_moments.read_moments(chosen)
        for name, found in told.rows.items():
            rows[name] = [*rows[name], *_as_group(found, group)]
    pains = _pain_points(connection, settings, groups, rows)
    comparison = Comparison(
        by="period" if by is None else by, groups=groups, left_out=left_out,
        differences=differences(connection, groups), pain_points=pains,
        moments=group_moments.moments(moments), what_ifs=group_chains.what_ifs(chains, pains),
        removals=_met(group_chains.removals(chains, least), rows["attribution"]),
        # Of a younger period more of the long journeys are open, so that ended ones differ anyhow.
        maps=group_maps.compared(connection, groups, least) if by else [],
        cards=_cards(connection, settings, groups, rows),
    )  # fmt: skip
    beside = _came(group_chains.chances(chains, least), rows)
    return replace(tables, rows=rows, comparison=comparison, chances_beside=beside)


def _read_whole(connection: duckdb.DuckDBPyConnection, settings: Settings) -> Tables:
    """All that there is, with the chances of each persona beside those of the others."""
    tables = read_tables(connection)
    tested = next(iter(tables["persona_test"]), {}).get("is_tested")
    beside = group_chains.of_personas(connection, settings.privacy.min_group) if tested else []
    return replace(tables, chances_beside=_came(beside, tables.rows))


def _came(beside: list[Row], rows: Mapping[str, list[Row]]) -> list[Row]:
    """Chances with the customers of whom they tell: those who came to the stage, or began."""
    came = {
        (row["persona_id"], row["node"]): row["customers"]
        for row in rows["drop_offs"]
        if row["level"] == "stage"
    }
    came |= {(row["persona_id"], START): row["customers"] for row in rows["outcomes"]}
    return [row | {"customers": came.get((row["persona_id"], row["node"]), 0)} for row in beside]


def _met(removals: list[Row], attribution: list[Row]) -> list[Row]:
    """Removal effects with the customers who met the channel or touchpoint and converted."""
    place = ("persona_id", "level", "node")
    met = {tuple(row[name] for name in place): row["customers"] for row in attribution}
    return [row | {"customers": met.get(tuple(row[name] for name in place), 0)} for row in removals]


def _as_group(rows: list[Row], group: Row) -> list[Row]:
    """The rows of everyone in a group's excerpt, as the group's."""
    own = [row for row in rows if row.get("persona_id") == EVERYONE]
    return [row | {"persona_id": group["persona_id"]} for row in own]


def _cards(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    groups: list[Row],
    rows: dict[str, list[Row]],
) -> dict[str, list[Row]]:
    """What the groups' cards tell, with the conversion that was read of each of them."""
    ids = {group["persona_id"] for group in groups}
    conversion = [row for row in rows["conversion"] if row["persona_id"] in ids]
    journeys = sum(row["journeys"] for row in rows["outcomes"] if row["persona_id"] == EVERYONE)
    return cards(connection, settings, groups, conversion, journeys)


def _pain_points(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    groups: list[Row],
    rows: dict[str, list[Row]],
) -> list[Row]:
    """The pain points of the groups, of what was read of everyone and of each of them."""
    ids = {EVERYONE, *(group["persona_id"] for group in groups)}
    drop_offs, transitions = (
        [row for row in rows[name] if row["persona_id"] in ids]
        for name in ("drop_offs", "transitions")
    )
    converted = [row for row in transitions if row["to_node"] == "CONVERTED"]
    return pain_points(connection, settings, groups, drop_offs, converted)
