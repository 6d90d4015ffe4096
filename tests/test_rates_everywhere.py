"""No rate stands alone: an interval is beside every one, and small groups do not leave the house.

Walks over all tables and columns, the commands, the files and the report, so that a new rate
without an interval, or a new figure of a small group, fails here.
"""

import re
import subprocess
import sys

import duckdb
import pytest

from pipeline import runs
from pipeline.database import open_readonly
from pipeline.graph import export_graph
from pipeline.report import write_report
from pipeline.warehouse import Options

pytestmark = pytest.mark.xdist_group("sample")

RATE = re.compile(r"(^|_)(rate|share|probability|effect)$")
ALL = "a part of all that there is, counted and not estimated"
# Rates without an interval beside them: what they are, or the column that has it.
ALONE = {
    "findings.outcomes.converted_share": ALL,
    "findings.outcomes.dropped_share": ALL,
    "findings.outcomes.open_share": ALL,
    "findings.stage_reach.journey_share": ALL,
    "findings.blind_spots.share": ALL,
    "findings.lone_sources.share": ALL,
    "findings.feelings.answered_share": ALL,
    "findings.map_fits.steps_share": ALL,
    "findings.map_fits.places_share": ALL,
    "graph.conversion.open_share": ALL,
    "personas.attributes.converters_share": ALL,
    "personas.attributes.others_share": ALL,
    "personas.confusion.own_share": ALL,
    "personas.profiles.customer_share": ALL,
    "personas.profiles.top_channel_share": ALL,
    "personas.profiles.top_device_share": ALL,
    "personas.typical_journeys.stands_for_share": ALL,
    "personas.words.share": ALL,
    "personas.words.rest_share": ALL,
    "findings.drop_off_excesses.conversion_probability": "graph.drop_offs.conversion_low",
    "findings.pain_points.usual_rate": "findings.drop_off_excesses.usual_low",
    "findings.pain_points.touchpoint_drop_off_rate": "findings.drop_off_excesses.drop_off_low",
    "findings.pain_points.touchpoint_usual_rate": "findings.drop_off_excesses.usual_low",
    "findings.pain_points.went_back_rate": "graph.stages.went_back_low",
    "findings.stage_signs.went_back_rate": "graph.stages.went_back_low",
    "findings.pain_points.repeat_share": ALL,
    "findings.pain_points.support_share": ALL,
    "findings.stage_signs.repeat_share": ALL,
    "findings.stage_signs.support_share": ALL,
    "findings.differences.share": "findings.differences.difference_low",
    "findings.differences.other_share": "findings.differences.difference_low",
    "findings.moments_of_truth.rate": "findings.moments_of_truth.odds_ratio_low",
    "findings.moments_of_truth.expected_rate": "findings.moments_of_truth.odds_ratio_low",
    "findings.what_ifs.drop_off_rate": "findings.pain_points.drop_off_low",
    "findings.what_ifs.new_drop_off_rate": "findings.drop_off_excesses.usual_low",
    "journeys.milestones.reached_rate": "graph.milestones.reached_low",
    "journeys.milestones.converted_rate": "graph.milestones.converted_low",
    "personas.differences.drop_off_rate": "personas.differences.difference_low",
    "personas.differences.rest_rate": "personas.differences.difference_low",
}
# Tables of rates that do not say of how many customers: where that stands.
COUNTED_ELSEWHERE = {
    "findings.stage_signs": "findings.pain_points",
    "findings.what_ifs": "findings.pain_points",
    "graph.chain": "graph.drop_offs",
    "journeys.milestones": "graph.milestones",
    "personas.attributes": "personas.profiles",
}
COLUMNS = """
    select schema_name || '.' || table_name as table_name, list(column_name order by column_index)
    from duckdb_columns()
    where database_name = current_database()
        and schema_name in ('core', 'journeys', 'personas', 'graph', 'findings')
    group by all order by all
"""


@pytest.fixture(scope="module")
def tables(sample_warehouse):
    """The columns of each table."""
    with duckdb.connect(str(sample_warehouse), read_only=True) as connection:
        return dict(connection.execute(COLUMNS).fetchall())


def rates(tables):
    """Each rate as (table, column, the column of its low end if there is one)."""
    for table, columns in tables.items():
        for column in filter(RATE.search, columns):
            stem = re.sub("_(rate|share|probability)$", "", column)
            lows = [f"{name}_low" for name in (column, stem) if f"{name}_low" in columns]
            yield table, column, next(iter(lows), None)


def test_an_interval_is_beside_every_rate(tables):
    bare = {f"{table}.{column}" for table, column, low in rates(tables) if low is None}
    assert bare == set(ALONE)


def test_where_an_interval_is_said_to_stand_it_stands(tables):
    for place in set(ALONE.values()) - {ALL}:
        table, _, column = place.rpartition(".")
        assert {column, column.replace("_low", "_high")} <= set(tables[table])


def test_every_rate_lies_in_its_interval(tables, sample_warehouse):
    with duckdb.connect(str(sample_warehouse), read_only=True) as connection:
        for table, column, low in rates(tables):
            if low:
                high = low.replace("_low", "_high")
                [(out,)] = connection.execute(f"""
                    select count(*) from {table}
                    where not coalesce({low} <= {column} + 1e-12 and {column} <= {high} + 1e-12
                        and {low} >= 0 and {high} <= 1, {column} is null)
                """).fetchall()
                assert not out, (table, column)


def test_every_table_of_rates_says_of_how_many_customers(tables):
    silent = {table for table, *_ in rates(tables) if "customers" not in tables[table]}
    assert silent == set(COUNTED_ELSEWHERE)
    assert all("customers" in tables[table] for table in COUNTED_ELSEWHERE.values())


# -- with `min_group` above the number of all customers, nothing that is told of a group is left

EVERYBODY = 10**9
# The report's sections on data as such, and what is said in words about intervals.
ABOUT_DATA = ("trust", "words")
FIGURE = re.compile(r"(?<!\d)(?!95\D|8\D|0\D|100\D)\d+(\.\d+)?[\u202f ]%")


@pytest.fixture(scope="module")
def shy_settings(sample_settings):
    privacy = sample_settings.privacy.model_copy(update={"min_group": EVERYBODY})
    return sample_settings.model_copy(update={"privacy": privacy})


@pytest.fixture(scope="module")
def shy(shy_settings, tmp_path_factory):
    """The sample's warehouse, of which no group is let out."""
    target = tmp_path_factory.mktemp("shy") / "journeys.duckdb"
    runs.run(shy_settings, target, Options())
    return target


@pytest.mark.parametrize(
    "command",
    [
        ("funnel", "pricing page", "demo call", "deal won"),
        ("paths", "pricing page -> * -> deal won"),
        ("paths",),
        ("around", "demo call"),
        ("findings",),
        ("attribute",),
        ("attribute", "--level", "touchpoint", "--persona", "p1"),
    ],
)
@pytest.mark.parametrize("form", ["text", "--json"])
def test_a_command_tells_nothing_of_small_groups(shy, command, form):
    asked = [*command, "--warehouse", str(shy), *([form] if form == "--json" else [])]
    done = subprocess.run(
        [sys.executable, "-m", "pipeline", *asked], capture_output=True, text=True, check=True
    )
    told = re.sub(rf"{EVERYBODY}|95 %|40-20-40|p90|\d+ rows withheld", "", done.stdout)
    assert not re.search(r"\d\.\d|\d{2,}", told), told


def test_the_files_of_the_graph_hold_nothing_of_small_groups(shy, tmp_path):
    connection = open_readonly(shy)
    written = export_graph(connection, tmp_path, "all", "touchpoint")
    connection.close()
    assert "<edge" not in written[0].read_text()


def test_the_report_tells_nothing_of_small_groups(shy, shy_settings, tmp_path):
    connection = open_readonly(shy)
    write_report(connection, shy_settings, tmp_path / "report.html")
    connection.close()
    page = (tmp_path / "report.html").read_text()
    page = re.sub("<(script|style).*?</\\1>", "", page, flags=re.DOTALL)
    for section in page.split('<section id="'):
        words = re.sub("<[^>]*>", " ", section)
        if not section.startswith(ABOUT_DATA):
            assert not FIGURE.findall(words), FIGURE.search(words)
