"""pipeline/report/chain.py: the sentences and the credit that the report shows of the chain."""

from datetime import datetime

import pytest
import report_rows

from pipeline.report.chain import credited, forecast_sentence, memory_sentence
from pipeline.report.page import render


def memory(held_out, by_bic):
    return [
        {"level": "stage", "persona_id": "all", "steps_remembered": n,
         "is_best_held_out": n == held_out, "is_best_by_bic": n == by_bic}
        for n in range(3)
    ]  # fmt: skip


@pytest.mark.parametrize(
    "held_out, by_bic, words",
    [
        (0, 0, "does not even depend"), (1, 1, "and not on the one before"),
        (2, 2, "depends on the stage before too"), (2, 1, "is not settled"),
    ],
)  # fmt: skip
def test_one_sentence_says_which_memory_holds(held_out, by_bic, words):
    assert words in memory_sentence(memory(held_out, by_bic))


def test_where_nobody_was_held_out_nothing_is_said_of_memory():
    assert memory_sentence(memory(None, 1)) == ""
    assert memory_sentence([]) == ""


def forecast(node, predicted, observed, measure="drop-off", is_missed=False):
    return {
        "level": "stage", "persona_id": "all", "node": node, "measure": measure,
        "learned_until": datetime(2025, 9, 12), "within_seconds": 55 * 86400.0,
        "predicted": predicted, "predicted_low": predicted - 0.02,
        "predicted_high": predicted + 0.02, "observed": observed, "observed_low": observed - 0.02,
        "observed_high": observed + 0.02, "is_missed": is_missed,
    }  # fmt: skip


def test_one_sentence_says_that_the_past_foretold_what_came():
    assert forecast_sentence([forecast("usage", 0.2, 0.21)] * 3) == (
        "What was learned until 12 September 2025 foretold all 3 figures of the time since, "
        "within what chance allows."
    )


def test_a_miss_is_told_with_both_figures():
    rows = [
        forecast("usage", 0.2, 0.21), forecast("support", 0.1, 0.4, is_missed=True),
        forecast("START", 0.2, 0.13, "conversion", is_missed=True),
    ]  # fmt: skip
    said = forecast_sentence(rows)
    assert "foretold 1 of 3 figures" in said
    assert "of 100 visits to “support” 10 were to be the last, and 40 were" in said
    assert "of 100 journeys 20 were to convert within 55\u202fdays, and 13 did" in said


def credit(node, journeys, level="channel", number=9.0):
    rules = ("first_touch", "last_touch", "linear", "position_based", "time_decay", "shapley")
    return {
        "level": level, "persona_id": "all", "node": node, "journeys": journeys,
        "customers": journeys,
        "removal_effect": 0.5, "removal_effect_low": 0.4, "removal_effect_high": 0.6,
        "credit": number, "credit_low": 8.0, "credit_high": 10.0,
        "credit_value": 0.0, **dict.fromkeys(rules, number),
    }  # fmt: skip


def shown(*rows):
    return credited(report_rows.tables(attribution=list(rows)), "all", 5)


def test_credit_is_by_channel_where_sessions_tell_one_else_by_touchpoint():
    paid, demo = credit("paid", 9), credit("demo", 9, "touchpoint")
    assert shown(paid, demo)["level"] == "channel"
    assert shown(credit("none", 0), credit("mail", 0), demo)["level"] == "touchpoint"


def test_a_small_group_is_withheld_and_never_alone():
    block = shown(credit("paid", 90), credit("mail", 30), credit("fax", 2))
    assert [row["node"] for row in block["rows"]] == ["paid"]
    assert block["withheld"] == 2


def test_the_report_says_both_sentences_and_shows_the_gain():
    hostile = {"level": "stage", "persona_id": "all", "node": "<b>usage", "customers": 90}
    what_if = {
        "finding_id": "x", "rank": 1, "persona_id": "all", "stage": "usage",
        "drop_off_rate": 0.4, "new_drop_off_rate": 0.1, "journeys": 900.0, "conversions": 400.0,
        "conversions_gained": 123.0, "conversions_gained_low": 100.0,
        "conversions_gained_high": 150.0, "value_gained": None, "value_gained_low": None,
        "value_gained_high": None,
    }  # fmt: skip
    html = render(
        report_rows.tables(
            memory=memory(1, 1), forecasts=[forecast("<b>usage", 0.2, 0.4, is_missed=True)],
            drop_offs=[*report_rows.drop_offs(), report_rows.drop_offs()[0] | hostile],
            what_ifs=[what_if], attribution=[credit("<i>paid", 90)],
        ),
        report_rows.settings(),
    )  # fmt: skip
    for words in ("as the chain takes for granted", "foretold 0 of 1 figures", "<b>123</b>"):
        assert words in html
    assert "<b>usage" not in html
    assert "<i>paid" not in html
