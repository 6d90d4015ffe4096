"""Writes the report: reads the tables once, renders the templates, seals the page."""

import hashlib
import json
import os
import tempfile
from base64 import b64encode
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from pipeline import __version__, charts, palette
from pipeline.actions import WARNING
from pipeline.numbers import fewer, filters
from pipeline.report import chain, compare, sections
from pipeline.report.asked import Asked, read
from pipeline.report.assumed import assumed
from pipeline.report.chances import beyond_chance, chances
from pipeline.report.feelings import feelings, is_felt, languages
from pipeline.report.found import own_moments, own_pains
from pipeline.report.journey_map import journey_maps, most_lost
from pipeline.report.personas import about, cards, people, unknown_of
from pipeline.report.tables import Tables
from pipeline.report.trust import trust
from pipeline.report.words import words_used
from pipeline.scales import SCALES
from pipeline.settings import Settings
from pipeline.stages import restored

if TYPE_CHECKING:
    import plotly.graph_objects as go

TEMPLATES = Path(__file__).parent.parent / "templates"

SECTIONS = (
    ("map", "Map"), ("findings", "Findings"), ("funnel", "Funnel"), ("flow", "Flow"),
    ("steps", "First steps"), ("graph", "Graph"), ("chain", "Chances"), ("paths", "Paths"),
    ("assumed", "Assumed map"), ("personas", "Personas"),
    ("feelings", "Feelings"), ("leaving", "Before and after"),
    ("time", "Over time"), ("compare", "Compare"),
    ("trust", "Trust"), ("words", "Words"),
)  # fmt: skip
ROWS = (
    ("came", "How many come"), ("leave", "Drop-off"), ("do", "What they do"),
    ("before", "Just before leaving"), ("after", "If they come back, they begin with"),
    ("time", "Time spent and waited"), ("feel", "How they feel"), ("pain", "Pain points"),
    ("moment", "Moments of truth"), ("behind", "Who and what is behind"),
    ("notes", "Notes and actions"),
)  # fmt: skip
SAME = ("behind", "notes")  # of everyone alike, so told once where two stand side by side


def write_report(
    connection: duckdb.DuckDBPyConnection, settings: Settings, out: Path, asked: Asked | None = None
) -> Path:
    """Write the report of an open warehouse to `out`, whole or not at all, and return its path.

    The same warehouse, asked for the same, gives the same bytes. Raises JourneysError where what
    is asked for is not there.
    """
    settings = restored(connection, settings)  # with the stages of the run, where it inferred them
    asked = asked or Asked()
    return save(render(read(connection, settings, asked), settings, asked.personas), out)


def save(html: str, out: Path) -> Path:
    """Write a page to `out`, whole or not at all, and return its path."""
    out.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=out.parent, prefix=f".{out.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(html)
        Path(name).chmod(0o644)
        Path(name).replace(out)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return out


def render(tables: Tables, settings: Settings, personas: Sequence[str] | None = None) -> str:
    """The report as HTML text."""
    shown_people = people(tables, personas)
    ids = [person["persona_id"] for person in shown_people]
    least = settings.privacy.min_group
    first = sections.first_screen(tables, settings)
    environment = _environment(settings)
    maps = journey_maps(tables, settings, ids)
    reddest = sections.most_lost_touchpoint(tables, ids, least)
    stages = [stage.stage for stage in settings.stages]
    chances_of = [chances(tables, each, stages, least) for each in ids]
    has_moments = any(row["kind"] == "moment_of_truth" for row in tables.findings) or bool(
        tables.comparison and tables.comparison.moments
    )
    shown = {
        "maps": maps,
        "most_lost_rate": most_lost(maps, least),
        "funnels": [sections.funnel(tables, each, least) for each in ids],
        "flows": [sections.flow(tables, each, least) for each in ids],
        "most_lost_touchpoint": reddest,
        "graphs": [sections.graph(tables, settings, each, reddest) for each in ids],
        "felt": [feelings(tables, settings, each) for each in ids],
        "is_felt": is_felt(tables),
        "scale_ends": {scale: high for scale, (_, high) in SCALES.items()},
        "languages": languages(tables),
        "leaving": [sections.leaving(tables, settings, each) for each in ids],
        "times": [sections.months(tables, settings, each) for each in ids],
        "assumed": [assumed(tables, each) for each in ids],
        "steps": [sections.first_steps(tables, settings, each) for each in ids],
        "paths": [sections.paths(tables.of("paths", each), least) for each in ids],
        "converting": [sections.paths(tables.of("converting_paths", each), least) for each in ids],
        "detours": [tables.of("detours", each) for each in ids],
        "cards": cards(tables, shown_people, least, settings.personas.column),
        "unknown": unknown_of(tables),
        "about": about(tables, least),
        "findings": [row | {"evidence": sections.evidence(row)} for row in tables.findings],
        "most_lost": max((row["high"] or row["size"] for row in tables.findings), default=1) or 1,
        "milestones": [tables.of("milestones", each) for each in ids],
        "compared": compare.comparison(tables, shown_people, least),
        "since": compare.since_last_run(tables),
        "came_of": tables.came_of,
        "came_of_warning": WARNING,
        "believed": [chain.believed(tables, each, least) for each in ids],
        "chances": chances_of,
        "chances_apart": beyond_chance(chances_of, shown_people),
        "what_ifs": [chain.what_ifs(tables, each) for each in ids],
        "own_pains": [own_pains(tables, each) for each in ids],
        "own_moments": [own_moments(tables, each) for each in ids],
        "credits": [chain.credited(tables, each, least) for each in ids],
        "trust": trust(tables, settings),
        "words_used": words_used(settings),
    }
    figures = _figures(shown) if first["has_journeys"] else {}
    scripts = [_plotly(), _text("report.js")] if figures else []
    return environment.get_template("report.html.j2").render(
        **first,
        **shown,
        **_words(settings),
        people=shown_people,
        sections=_sections(
            has_journeys=first["has_journeys"],
            missing={
                "assumed": not assumed(tables, ids[0]),
                "feelings": not is_felt(tables),
            },
        ),
        rows=[row for row in ROWS if has_moments or row[0] != "moment"],
        same=SAME,
        period=tables.period,
        trusted=tables.trusted,
        standing=tables.standing,
        chances_beside=tables.chances_beside,
        compared_by=tables.comparison.by if tables.comparison else "",
        said=sections.said,
        kinds=sections.KINDS,
        fewer=fewer(least),
        min_group=least,
        style=_style(environment, len(shown_people)),
        policy=policy(scripts),
        figures=_embedded(figures) if figures else "",
        scripts=_scripts(*scripts) if scripts else "",
        version=__version__,
        made_at=next((row["started_at"] for row in tables["runs"]), None),
    )


def _sections(*, has_journeys: bool, missing: Mapping[str, bool]) -> list[tuple[str, str]]:
    """What the bar leads to: only what is there."""
    there = SECTIONS if has_journeys else SECTIONS[-2:]
    return [section for section in there if not missing.get(section[0])]


def _words(settings: Settings) -> dict[str, Any]:
    """What the analyst wrote."""
    return {
        "title": settings.title,
        "objective": settings.map.objective,
        "audience": settings.map.audience,
        "goal": settings.journey.goal,
        "give_up_after": sections.in_words(settings.journey.give_up_after),
        "within": sections.in_words(settings.journey.within),
        "look": settings.personas.look,
        "read_from": settings.personas.features,
        "own_column": settings.personas.column,
        "timezone": settings.report.timezone,
        "currency": settings.report.currency,
        "questions": settings.questions,
        "actions": settings.actions,
    }


def _figures(shown: dict[str, Any]) -> dict[str, Any]:
    """The plotly figures of the page by name, as plain data."""
    import pandas

    drawn: dict[str, go.Figure] = {}
    for place, time in enumerate(shown["times"]):
        if time["rows"]:
            drawn[f"time-{place}"] = charts.over_time(
                pandas.DataFrame(time["drawn"]), time["marks"]
            )
    return {name: json.loads(figure.to_json()) for name, figure in drawn.items()}


def _environment(settings: Settings) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(filters(settings.report.timezone))
    return environment


def _style(environment: Environment, people: int) -> Markup:
    """The style sheet with the colours, and a rule for each persona that hides the others."""
    switch = "\n".join(_switch(place) for place in range(people if people > 1 else 0))
    text = environment.from_string(_text("report.css")).render(
        light=Markup(palette.declarations(palette.LIGHT)),
        dark=Markup(palette.declarations(palette.DARK)),
        switch=Markup(switch),
    )
    return Markup(text)


def _switch(place: int) -> str:
    """A persona is hidden unless it is chosen, and stands second where it is chosen beside one."""
    block = f'.for-persona[data-persona="{place}"]'
    second = f"body:has(#beside-{place}:checked):not(:has(#persona-{place}:checked)) {block}"
    return (
        f"body:not(:has(#persona-{place}:checked, #beside-{place}:checked)) {block} "
        f"{{ display: none; }} {second} {{ --second: 1; --under: var(--sunk); "
        f"--track: var(--line); }} "
        f"@media (min-width: 48rem) {{ {second} .same {{ display: none; }} }} "
        f"{second} .row-said {{ display: none; }}"
    )


def policy(scripts: Sequence[str]) -> str:
    """The content security policy of the page: its own scripts by their hash, and nothing else."""
    hashes = " ".join(
        f"'sha256-{b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
        for script in scripts
    )
    allowed = hashes or "'none'"
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def _embedded(figures: dict[str, Any]) -> Markup:
    """Data for the script, with nothing in it that could end the element."""
    text = json.dumps(
        {"drawn": figures, "colours": palette.pairs()}, sort_keys=True, ensure_ascii=True
    )
    safe = text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    return Markup(f'<script type="application/json" id="figures">{safe}</script>')


def _scripts(plotly: str, own: str) -> Markup:
    """The page's own script, and before it plotly's, which it runs once the page has opened."""
    waiting = f'<script type="text/plain" id="plotly">{plotly}</script>'
    return Markup(f"{waiting}\n<script>{own}</script>")


@cache
def _text(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


@cache
def _plotly() -> str:
    """Plotly's bundle. It is inside a script element, which only its own end tag may close."""
    from plotly.offline import get_plotlyjs

    text: str = get_plotlyjs()
    return text.replace("</script", "<\\/script")
