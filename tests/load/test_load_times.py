"""What a text says of time, in UTC."""

from datetime import timedelta

import pytest
from exports import at


def instants(exports, *texts, **changes):
    rows = "".join(f'"{text}",page,v{number}\n' for number, text in enumerate(texts))
    exports.more["max_rejected_share"] = 1.0
    exports.log(**changes).write("web.csv", "at,what,who\n" + rows).load()
    return [row[0] for row in exports.rows("select occurred_at from landing.events order by 1")]


@pytest.mark.parametrize(
    "text",
    [
        "2025-01-01 10:00:00", "2025-01-01T10:00:00", "2025-01-01T10:00:00Z", "2025-01-01T10:00Z",
        "2025-01-01T10:00:00.000Z", "2025-01-01T12:00:00+02:00", "2025-01-01 12:00:00+02",
        "2025-01-01T05:00:00-0500", "2025-01-01 10:00:00 UTC", " 2025-01-01 10:00 ", "1735725600",
        "1735725600000", "1735725600000000", "1735725600.0",
    ],
)  # fmt: skip
def test_one_instant(exports, text):
    assert instants(exports, text) == [at(1, 10)]


def test_fractions_are_kept(exports):
    found = instants(exports, "2025-01-01T10:00:00.25Z", "1735725600.5", "1735725600750")
    assert [(time - at(1, 10)) / timedelta(milliseconds=1) for time in found] == [250, 500, 750]


def test_offsets_win_over_the_zone_of_the_source(exports):
    found = instants(exports, "2025-01-01T10:00:00Z", timezone="Europe/Stockholm")
    assert found == [at(1, 10)]


def test_naive_times_are_in_the_zone_of_the_source(exports):
    found = instants(exports, "2025-01-01 10:00", "2025-07-01 10:00", timezone="Europe/Stockholm")
    assert found == [at(1, 9), at(1, 8, month=7)]


def test_epochs_know_no_zone(exports):
    assert instants(exports, "1735725600", timezone="Europe/Stockholm") == [at(1, 10)]


def test_a_date_alone_is_its_start(exports):
    assert instants(exports, "2025-01-01") == [at(1)]


def test_a_date_alone_is_its_end_where_the_source_says_so(exports):
    found = instants(exports, "2025-01-01", "2025-01-01 10:00", date_only="end")
    assert found == [at(1, 10), at(2) - timedelta(microseconds=1)]


def test_the_end_of_a_date_in_the_zone_of_the_source(exports):
    found = instants(exports, "2025-07-01", date_only="end", timezone="Europe/Stockholm")
    assert found == [at(1, 22, month=7) - timedelta(microseconds=1)]


def test_the_hour_that_comes_twice_is_the_second_of_the_two(exports):
    found = instants(exports, "2025-10-26 02:30", timezone="Europe/Stockholm")
    assert found == [at(26, 1, 30, month=10)]


def test_the_hour_that_is_missing_goes_on_from_before(exports):
    found = instants(exports, "2025-03-30 02:30", timezone="Europe/Stockholm")
    assert found == [at(30, 1, 30, month=3)]


@pytest.mark.parametrize(
    "text",
    [
        "31/12/2025", "12/31/2025 10:00", "31.12.2025", "yesterday", "2025-02-30", "2025-13-01",
        "0000-00-00 00:00:00", "20250101", "12", "-1", "infinity", "2025-01-01 25:00", "now", "NaN",
        "1e9", "2025-01-01 10:00:00 Europe/Stockholm", "2025-01-01 10:00:00 PM",
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_rejected(exports, text):
    assert instants(exports, text) == []
    assert exports.balance("rows_rejected", "events_rejected") == [(1, 1)]


@pytest.mark.parametrize("text", ["31/12/2025", "12/31/2025", "31.12.2025 10:00"])
def test_the_reason_says_that_day_and_month_may_be_swapped(exports, text):
    instants(exports, text)
    assert "day and month" in exports.rows("select reason from landing.rejected_rows")[0][0]


def test_strange_years_stop_nothing(exports):
    found = instants(
        exports, "0001-01-01", "9999-12-31", "9999-12-31T23:59:59-14:00", "1900-01-01 00:00",
        timezone="America/Sao_Paulo", date_only="end",
    )  # fmt: skip
    assert len(found) == 4
