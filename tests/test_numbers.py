"""How numbers, shares, times and names are written."""

from datetime import datetime

import pytest

from pipeline import numbers


@pytest.mark.parametrize(
    ("told", "written"),
    [
        (numbers.count(1234567), "1 234 567"),
        (numbers.count(None), "–"),
        (numbers.count(float("nan")), "–"),
        (numbers.number(38.5), "38.5"),
        (numbers.number(40.0), "40"),
        (numbers.number(-0.04), "0"),
        (numbers.number(-12.5), "−12.5"),
        (numbers.steady(-12345), "−12 345.0"),
        (numbers.steady(-0.04), "0.0"),
        (numbers.steady(None), "–"),
        (numbers.score(-0.04), "0.0"),
        (numbers.rough(6_069_634), "6.1 million"),
        (numbers.rough(45_400), "45 thousand"),
        (numbers.rough(873.2), "870"),
        (numbers.rough(None), "–"),
        (numbers.share(0.1234), "12.3 %"),
        (numbers.share(0.0), "0.0 %"),
        (numbers.share(0.0001), "< 0.1 %"),
        (numbers.share(None), "–"),
        (numbers.interval(0.1, 0.149), "10.0–14.9 %"),
        (numbers.interval(None, 0.2), "–"),
        (numbers.per_hundred(0.234), "23"),
        (numbers.per_hundred(0.001), "fewer than 1"),
        (numbers.times(34.6), "35"),
        (numbers.times(1.04), "1"),
        (numbers.times(0.0412), "0.041"),
        (numbers.times(None), "–"),
        (numbers.duration(45), "45 s"),
        (numbers.duration(720), "12 min"),
        (numbers.duration(5400), "1.5 h"),
        (numbers.duration(86400), "1 day"),
        (numbers.duration(86400 * 12.3), "12 days"),
        (numbers.duration(None), "–"),
        (numbers.month("2025-03"), "Mar 2025"),
        (numbers.day(datetime(2025, 12, 31, 23, 30), "Europe/Stockholm"), "1 Jan 2026"),
        (numbers.instant(datetime(2025, 7, 1, 10), "Europe/Stockholm"), "1 Jul 2025, 12:00"),
    ],
)
def test_as_a_reader_expects_it(told: str, written: str) -> None:
    assert told.replace(numbers.THIN, " ") == written


def test_marks_that_turn_the_reading_direction_are_taken_out_of_names() -> None:
    assert numbers.clean("pay\u202eexe.\u200b\x00 now\n") == "pay exe. now"


def test_letters_that_are_read_from_right_to_left_stay() -> None:
    assert numbers.clean("שלום") == "שלום"


def test_an_emoji_made_of_several_stays_whole() -> None:
    assert numbers.clean("🧑🏽\u200d🔬") == "🧑🏽\u200d🔬"


def test_a_long_name_is_cut_and_the_cut_is_marked() -> None:
    shown = numbers.name("x" * 10_000, 20)
    assert shown.count("x") == 299 + 19
    assert "…</bdi>" in shown


def test_a_name_is_escaped() -> None:
    assert numbers.name('"<b>') == "<bdi>&#34;&lt;b&gt;</bdi>"


@pytest.mark.parametrize(
    ("counts", "withheld"),
    [
        ([10, 20, 30], [False, False, False]),
        ([10, 3, 30], [True, True, False]),
        ([4, 3, 30], [True, True, False]),
        ([0, 3, 0], [False, True, False]),
        ([0, 20, 0], [False, False, False]),
    ],
)
def test_a_lone_small_part_takes_the_next_smallest_with_it(
    counts: list[int], withheld: list[bool]
) -> None:
    assert numbers.kept_back(counts, 5) == withheld
