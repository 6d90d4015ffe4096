"""The checks of graph and personas are silent over sound tables and find what breaks them."""

from datetime import timedelta

import pytest
from graph_rows import START, made, moves, warehouse

from pipeline.chain.counts import counts_step
from pipeline.chain.step import chain_step
from pipeline.models import sql_folder

BREAKS = {
    "transitions_add_up": [
        "delete from graph.transitions where to_node = 'DROPPED' and persona_id = 'all'",
        "update graph.transitions set steps = steps + 1 where from_node = 'START'",
        "update graph.transitions set probability = 0.4 where probability = 0.5",
        "update graph.drop_offs set dropped = 0",
        "update graph.drop_offs set mature_steps = 9",
        "delete from graph.transitions where persona_id = 'p2'",
    ],
    "stages_are_a_partition": [
        "update graph.stages set advanced = advanced + 1 where persona_id = 'all'",
        "update graph.stages set dropped_rate = 0.2 where dropped_rate > 0.2",
        "update graph.stages set entered = 9, dropped = dropped + 9 - entered",
        "delete from graph.stages where persona_id = 'p2'",
    ],
    "personas_add_up": [
        "delete from personas.assignments where customer_id = 1",
        "insert into personas.assignments values (3, 'p1')",
        "delete from run.persona_names where persona_id = 'p2'",
    ],
}
WAYS = [(check, broken) for check, all_broken in BREAKS.items() for broken in all_broken]


@pytest.fixture(scope="module")
def sound():
    walks = [(1, "a > b > DROPPED"), (1, "a > b > CONVERTED"), (2, "a > DROPPED")]
    hour = timedelta(hours=1)
    visits = [(1, "a"), (1, "b"), (2, "a"), (2, "b"), (3, "a")]
    connection = warehouse(
        {
            "journeys.moves": list(moves(*walks)),
            "journeys.stage_visits": [
                (journey, ord(stage) - 96, 1 if journey < 3 else 2, stage, ord(stage) - 96,
                 START, START + hour, True, True)
                for journey, stage in visits
            ],
            "journeys.journeys": [
                (1, 1, START, START, "dropped"), (2, 1, START, START, "converted"),
                (3, 2, START, START, "dropped"),
            ],
            "personas.assignments": [(1, "p1"), (2, "p2")],
            "run.persona_names": [("p1", "Early", 0.5), ("p2", "Late", 0.5)],
            "core.sessions": [(1, 1), (2, 1), (3, 2)],
        }
    )  # fmt: skip
    made(connection, "graph.transitions")
    made(connection, "graph.move_counts", look=3)
    for step in (counts_step(), chain_step()):
        step.run(connection, {"look": 3})
    made(connection, "graph.drop_offs")
    made(connection, "graph.stage_fates")
    made(connection, "graph.stages")
    return connection


def offending(connection, check):
    path = sql_folder() / "checks" / f"{check}.sql"
    return connection.execute(path.read_text(encoding="utf-8")).fetchall()


@pytest.mark.parametrize("check", BREAKS)
def test_over_sound_tables_a_check_is_silent(check, sound):
    assert offending(sound, check) == []


@pytest.mark.parametrize(("check", "broken"), WAYS)
def test_a_check_finds_the_data_that_breaks_it(check, broken, sound):
    sound.execute("begin")
    sound.execute(broken)
    found = offending(sound, check)
    sound.execute("rollback")
    assert found
