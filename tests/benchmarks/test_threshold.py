"""The share above which everyone is made anew is read off measurements."""

import pytest

from benchmarks.threshold import Both, crossing, measure_threshold


def test_the_crossing_lies_between_the_measurements_around_it():
    found = [Both(0.1, 2.0, 4.0), Both(0.3, 3.0, 4.0), Both(0.5, 5.0, 4.0)]
    assert crossing(found) == pytest.approx(0.4)


def test_where_only_those_touched_is_always_cheaper_there_is_no_crossing():
    assert crossing([Both(0.1, 1.0, 4.0), Both(0.8, 3.0, 4.0)]) is None


def test_where_everyone_is_always_cheaper_the_crossing_is_at_the_first():
    assert crossing([Both(0.1, 5.0, 4.0), Both(0.8, 6.0, 4.0)]) == 0.1


def test_both_ways_are_run_on_the_same_rows(tmp_path):
    [both] = measure_threshold(tmp_path, 1000, [0.5], lambda words: None)
    assert both.share == 0.5
    assert both.only_touched > 0 < both.all_anew
