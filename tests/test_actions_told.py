"""`journeys actions`: what came after what was done, for people and for machines."""

import json

from click.testing import CliRunner

from pipeline.cli import cli
from pipeline.notebook import open_journeys


def told(*arguments):
    done = CliRunner().invoke(cli, ["actions", *map(str, arguments)], catch_exceptions=False)
    assert done.exit_code == 0
    return done.output


def test_after_the_planted_change_more_are_lost_at_the_pricing_page(sample_warehouse):
    lines = told("--warehouse", sample_warehouse).splitlines()
    assert lines[0].endswith("pricing page: prices are shown for groups of ten only (sales)")
    assert "points more" in lines[1] and "at the other touchpoints of its stage" in lines[1]
    assert "no clear change" in lines[4]  # nothing was planted at the coach call's offer
    assert lines[-1].startswith("Other things changed in that time too")


def test_for_machines_it_is_a_list_of_them(sample_warehouse):
    first, second = json.loads(told("--warehouse", sample_warehouse, "--json"))
    assert (first["taken_on"], first["touchpoint"]) == ("2025-08-01", "pricing page")
    assert len(second["sentences"]) == 2


def test_the_handle_gives_the_rows(sample_warehouse):
    with open_journeys(sample_warehouse) as journeys:
        rows = journeys.actions()
    assert list(rows["side"][:4]) == ["concerned", "concerned", "others", "others"]
    assert (rows["change_low"] <= rows["change"]).all()
