"""Nightly runs over what is new give the tables that one full run over the same rows gives."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import night_rows
import proofs
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from night_rows import Night, deal_row, splits, web_row, write

from pipeline import runs, touched
from pipeline.database import open_readonly
from pipeline.errors import PromiseError
from pipeline.load import merging, standing
from pipeline.settings import read_settings
from pipeline.warehouse import Options

PUBLIC = ("core", "journeys", "personas", "graph", "findings")
# What a run says of itself, not of the data.
NOT_COMPARED = {"findings.rejections", "findings.trust"}
SITUATIONS = (
    "late", "new version", "old version after the new", "conflict", "duplicate", "late merge",
    "guard crossed late", "guard lifted", "future",
)  # fmt: skip
DAY = 24  # hours


def run(folder: Path, now: datetime, **options):
    return runs.run(
        read_settings(folder / "journeys.yml"), folder / "w.duckdb", Options(now=now, **options)
    )


def shop(folder: Path) -> Path:
    folder.mkdir(parents=True)
    (folder / "journeys.yml").write_text(night_rows.SETTINGS)
    return folder


@contextmanager
def shop_of(tmp_path: Path, name: str) -> Iterator[Path]:
    folder = shop(tmp_path / name)
    yield folder
    shutil.rmtree(folder)


def run_nights(folder: Path, nights: list[Night]) -> None:
    for number, night in enumerate(nights):
        write(folder, number, night)
        run(folder, night.clock)


def tables(folder: Path, schemas=PUBLIC):
    """{table: its rows, in order} of everything public."""
    connection = open_readonly(folder / "w.duckdb")
    try:
        names = connection.execute(
            "select table_schema || '.' || table_name from information_schema.tables "
            "where table_catalog = 'warehouse' order by 1"
        ).fetchall()
        wanted = [n for (n,) in names if n.split(".")[0] in schemas and n not in NOT_COMPARED]
        return {n: connection.execute(f"from {n} order by all").fetchall() for n in wanted}
    finally:
        connection.close()


def differing(folder: Path, now: datetime):
    """The tables that a full run with the same persona model makes differently."""
    nightly = tables(folder)
    run(folder, now, full=True)
    full = tables(folder)
    return [name for name in full if repr(nightly[name]) != repr(full[name])]


@pytest.fixture(autouse=True)
def only_touched(monkeypatch):
    """However many customers a night touches, only they are made anew: that is what is tried."""
    monkeypatch.setattr(touched, "ALL_ABOVE", 1.0)


FEW, MANY = 6, 100  # examples in a test, and in a proof


def test_nightly_runs_equal_one_full_run(tmp_path, prove):
    tried = []

    @settings(max_examples=MANY if prove else FEW, deadline=None, derandomize=True, database=None)
    @given(nights=splits())
    def equal(nights):
        tried.append(nights)
        with shop_of(tmp_path, str(len(tried))) as folder:
            run_nights(folder, nights)
            assert differing(folder, nights[-1].clock) == []

    equal()
    seen = night_rows.counted(tried)
    assert set(seen) == set(SITUATIONS)  # each came about in some example
    if prove:
        assert min(seen.values()) > MANY / 10
        proofs.write("nightly runs equal full runs", "splits tried", len(tried))
        proofs.write("nightly runs equal full runs", "splits with", seen)


def forget_who_was_merged_away(monkeypatch):
    """Who a customer was before the night is not made anew."""
    replaced = touched.TOUCHED.replace(
        "select customer_before as customer_id from affected where customer_before is not null\n"
        "    union\n    ",
        "",
    ).replace("select customer_now from", "select customer_now as customer_id from")
    assert replaced != touched.TOUCHED
    monkeypatch.setattr(touched, "TOUCHED", replaced)


def forget_who_moved(monkeypatch):
    """Only customers with new rows are made anew, not those whose people were joined or parted."""
    replaced = touched.TOUCHED.replace("or customer_before is distinct from customer_now", "")
    assert replaced != touched.TOUCHED
    monkeypatch.setattr(touched, "TOUCHED", replaced)


def forget_what_was_set_aside(monkeypatch):
    """Rows of the future whose time has come touch nobody."""
    monkeypatch.setattr(touched, "touch_due", lambda connection: None)


def forget_the_horizon(monkeypatch):
    """Outcomes of untouched customers stay as they were."""
    monkeypatch.setattr(
        touched, "JUDGED",
        "create or replace table run.customers_to_judge as "
        "select customer_id from run.customers where $give_up_after is not null",
    )  # fmt: skip


def forget_rows_that_went(monkeypatch):
    """A CRM row in a new version touches only whom it belongs to now."""
    monkeypatch.setattr(
        standing, "_touch",
        lambda connection: connection.execute(
            "insert into run.touched_sets select distinct identifier_set_id from ranked "
            "where is_new and place = 1 and not is_known"
        ),
    )  # fmt: skip


def forget_events_that_changed(monkeypatch):
    """An event told anew with other content touches nobody."""
    monkeypatch.setattr(
        merging, "_changed",
        lambda: "select identifier_set_id from candidates "
        "where event_id not in (select event_id from contested)",
    )  # fmt: skip


FORGETTING = (
    forget_who_was_merged_away, forget_who_moved, forget_what_was_set_aside, forget_the_horizon,
    forget_rows_that_went, forget_events_that_changed,
)  # fmt: skip


@pytest.mark.parametrize("forget", FORGETTING, ids=lambda forget: forget.__name__)
def test_the_comparison_has_teeth(forget, tmp_path, monkeypatch, prove):
    """With something forgotten, some example gives other tables (or a promise notices first)."""
    if not prove and forget is not forget_who_was_merged_away:
        pytest.skip("the other ways to forget are tried by make prove")
    forget(monkeypatch)
    tried = 0

    @settings(
        max_examples=100,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        report_multiple_bugs=False,
    )
    @given(nights=splits())
    def equal(nights):
        nonlocal tried
        tried += 1
        with shop_of(tmp_path, str(tried)) as folder:
            run_nights(folder, nights)
            assert differing(folder, nights[-1].clock) == []

    with pytest.raises((AssertionError, PromiseError)):
        equal()


def test_ids_depend_neither_on_the_order_of_arrival_nor_on_how_many_runs_it_took(tmp_path, prove):
    """Nor do all tables that know no persona, where none is kept."""
    tried = 0

    @settings(max_examples=30 if prove else 2, deadline=None, derandomize=True, database=None)
    @given(nights=splits(), rng=st.randoms(use_true_random=False))
    def equal(nights, rng):
        nonlocal tried
        tried += 1
        web = [row for night in nights for row in night.web]
        deals = [row for night in nights for row in night.deals]
        rng.shuffle(web)
        rng.shuffle(deals)
        with shop_of(tmp_path, f"{tried}") as by_nights, shop_of(tmp_path, f"{tried}-once") as once:
            run_nights(by_nights, nights)
            run_nights(once, [Night(nights[-1].clock, web, deals)])
            assert without_personas(by_nights) == without_personas(once)

    equal()


def without_personas(folder: Path):
    """{table: its rows} of what knows no persona, and of everyone where personas are told."""
    connection = open_readonly(folder / "w.duckdb")
    try:
        everyone = {
            name: connection.execute(
                f"select * from {name} where persona_id = 'all' order by all"
            ).fetchall()
            for name in ("graph.drop_offs", "graph.stages", "graph.transitions", "graph.flows")
        }
    finally:
        connection.close()
    return everyone | tables(folder, ("core", "journeys"))


# -- the same by name, on a few rows


@pytest.fixture
def two_nights(tmp_path):
    """What two nights with these rows make, as rows of a query after each."""

    def made(first, second, query, days=(60, 62)):
        folder = shop(tmp_path / "shop")
        found = []
        for number, (rows, day) in enumerate(zip((first, second), days, strict=True)):
            web = [row for row in rows if "visitor" in row]
            deals = [row for row in rows if "opened" in row]
            clock = night_rows.START + timedelta(days=day)
            write(folder, number, Night(clock, web, deals))
            run(folder, clock)
            found.append(ask(folder, query))
        return found

    return made


def ask(folder: Path, query: str):
    connection = open_readonly(folder / "w.duckdb")
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


CUSTOMERS = "select count(distinct customer_id), count(*) from core.events"
TOUCHED = "select count(*) from run.customers"


def test_a_merge_found_late_joins_what_both_did(two_nights):
    first = [web_row(1, DAY, "a"), web_row(2, DAY, email="a@x"), web_row(3, DAY, "b")]
    assert two_nights(first, [web_row(4, 2 * DAY, "a", "a@x")], CUSTOMERS) == [[(3, 3)], [(2, 4)]]


def test_a_guard_crossed_late_parts_whom_an_earlier_night_had_joined(two_nights):
    people = [web_row(n, DAY, f"v{n}", "shared@x") for n in range(6)]
    assert two_nights(people[:4], people[4:], CUSTOMERS) == [[(1, 4)], [(6, 6)]]


def test_a_row_set_aside_as_future_is_taken_up_later(two_nights):
    first = [web_row(1, DAY, "a"), web_row(2, 61 * DAY, "a")]
    assert two_nights(first, [web_row(3, DAY, "b")], CUSTOMERS) == [[(1, 1)], [(2, 3)]]


def test_a_new_version_of_a_crm_row_takes_its_events_to_another_customer(two_nights):
    owners = "select identifier from core.events join core.identities using (customer_id)"
    first = [deal_row(1, DAY, "a@x", won=1), deal_row(2, DAY, "c@x")]
    second = [deal_row(1, DAY, "b@x", version=1)]
    assert two_nights(first, second, owners + " order by all") == [
        [("a@x",), ("a@x",), ("c@x",)],
        [("b@x",), ("c@x",)],
    ]


def test_a_late_row_in_the_middle_joins_two_sessions(two_nights):
    first = [web_row(1, 10, "a"), web_row(2, 10.8, "a")]
    sessions = "select count(*) from core.sessions"
    assert two_nights(first, [web_row(3, 10.4, "a")], sessions) == [[(2,)], [(1,)]]


def test_what_came_before_changes_nothing_and_touches_nobody(two_nights):
    first = [web_row(1, DAY, "a"), web_row(2, DAY, "b")]
    assert two_nights(first, [*first, *first[:1]], TOUCHED) == [[(2,)], [(0,)]]


def test_outcomes_of_untouched_customers_move_with_the_horizon(two_nights):
    outcomes = (
        "select outcome, customer_id in (select customer_id from run.customers) "
        "from journeys.journeys join core.identities using (customer_id) where identifier = 'a'"
    )
    first = [web_row(1, DAY, "a"), web_row(2, 10 * DAY, "b")]
    second = [web_row(3, 40 * DAY, "b")]
    assert two_nights(first, second, outcomes) == [[("open", True)], [("dropped", False)]]


# -- looking back


@pytest.fixture
def looked_back(tmp_path):
    """The tables of a look back over nights, and those of nights that never saw later rows."""

    def made(nights, until):
        with shop_of(tmp_path, "back") as back, shop_of(tmp_path, "then") as then:
            for number, night in enumerate(nights):
                write(back, number, night)
                run(back, night.clock, until=until)
                write(then, number, never_saw(night, until))
                run(then, night.clock)
            return tables(back), tables(then)

    return made


def never_saw(night: Night, until: datetime) -> Night:
    """The rows without what is later; a CRM row stays, for its attributes, without later events."""

    def cut(cell):
        return cell if cell and datetime.fromisoformat(cell) <= until else ""

    return Night(
        night.clock,
        [row for row in night.web if cut(row["at"])],
        [row | {"opened": cut(row["opened"]), "won": cut(row["won"])} for row in night.deals],
    )


def test_a_look_back_equals_runs_that_never_saw_later_rows(looked_back, prove):
    @settings(max_examples=40 if prove else 2, deadline=None, derandomize=True, database=None)
    @given(nights=splits(), day=st.integers(20, 80))
    def equal(nights, day):
        back, then = looked_back(nights, night_rows.START + timedelta(days=day))
        assert [name for name in then if repr(back[name]) != repr(then[name])] == []

    equal()
