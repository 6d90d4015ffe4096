"""The same seed gives the same files, in either form and of any size."""

import gzip
from pathlib import Path

import count_by_hand as hand
import pandas as pd
import pytest
from count_by_hand import SAMPLE, TRUTH

from pipeline.database import open_scratch
from pipeline.errors import InputError
from pipeline.sample import make_sample
from pipeline.sample.paper import settings_text
from pipeline.settings import read_settings

pytestmark = pytest.mark.xdist_group("sample")
ROOT = SAMPLE.parents[1]


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def unpacked(folder: Path) -> dict[str, bytes]:
    files = contents(folder)
    files["web_events.csv.gz"] = gzip.decompress(files["web_events.csv.gz"])
    return files


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        make_sample(tmp_path / name, customers=200, seed=7)
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_another_seed_gives_other_customers(tmp_path: Path) -> None:
    for seed in (7, 8):
        make_sample(tmp_path / str(seed), customers=200, seed=seed)
    first, second = (unpacked(tmp_path / str(seed)) for seed in (7, 8))
    assert first["web_events.csv.gz"] != second["web_events.csv.gz"]


def test_the_sample_in_the_repository_is_what_the_generator_makes(tmp_path: Path) -> None:
    make_sample(tmp_path)
    assert unpacked(tmp_path) == unpacked(SAMPLE)


def test_the_settings_at_the_root_are_those_of_the_sample() -> None:
    text = (ROOT / "journeys.yml").read_text(encoding="utf-8")
    assert text == settings_text("data/sample/", "exports")


def test_the_settings_of_either_form_are_valid(tmp_path: Path) -> None:
    for form in ("exports", "parquet"):
        make_sample(tmp_path / form, customers=20, form=form)
        assert read_settings(tmp_path / form / "journeys.yml").title == "Fjord Academy"


def test_the_readme_names_every_column() -> None:
    text = (SAMPLE / "README.md").read_text(encoding="utf-8")
    files = [pd.read_csv(file, nrows=1) for file in SAMPLE.glob("*.csv*")]
    files += [pd.read_json(file, lines=True, nrows=1) for file in SAMPLE.glob("*.ndjson")]
    assert [name for frame in files for name in frame if name not in text] == []


def test_it_is_small_and_has_about_100_000_events(events: pd.DataFrame) -> None:
    assert sum(file.stat().st_size for file in SAMPLE.iterdir()) < 6 * 2**20
    assert 90_000 <= len(events) <= 110_000
    assert 3_000 <= TRUTH["customers"] <= 6_000


def test_parquet_holds_the_same_events(tmp_path: Path) -> None:
    make_sample(tmp_path / "exports", customers=200)
    make_sample(tmp_path / "parquet", customers=200, form="parquet")
    connection = open_scratch()
    parts = str(tmp_path / "parquet" / "web_events" / "*.parquet")
    rows = connection.execute("select * from read_parquet(?)", [parts]).df()
    text = pd.read_csv(tmp_path / "exports" / "web_events.csv.gz")
    assert rows["event_id"].tolist() == text["event_id"].tolist()
    assert str(rows["occurred_at"].dtype).startswith("datetime64")


def test_a_smaller_sample_leaves_no_part_of_a_larger_one(tmp_path: Path) -> None:
    stale = tmp_path / "surveys" / "part-0009.parquet"
    stale.parent.mkdir()
    stale.write_bytes(b"")
    make_sample(tmp_path, customers=20, form="parquet")
    assert not stale.exists()


def test_a_sample_of_one_customer_can_be_made(tmp_path: Path) -> None:
    make_sample(tmp_path, customers=1)
    assert (tmp_path / "truth.json").exists()


def test_a_sample_of_nobody_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="at least one customer"):
        make_sample(tmp_path, customers=0)


def test_so_many_events_are_made_as_were_asked_for(tmp_path: Path) -> None:
    make_sample(tmp_path, events=20_000)
    assert 18_000 <= len(hand.events_of(tmp_path)) <= 22_000
