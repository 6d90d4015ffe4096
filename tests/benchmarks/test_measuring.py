"""What is measured is what the process took, and what is told is what was measured."""

import sys

import pytest

from benchmarks import page
from benchmarks.lines import Line, at_most
from benchmarks.processes import BenchmarkError, measure
from benchmarks.tables import bounds


def test_a_process_is_measured_with_its_time_its_memory_and_what_it_tells():
    code = "import time, json; held = b'x' * 200_000_000; time.sleep(.3); print('hm'); "
    measured = measure([sys.executable, "-c", code + "print(json.dumps({'rows': 3}))"])
    assert 0.3 < measured.seconds < 5
    assert measured.peak_bytes > 200_000_000
    assert measured.told == {"rows": 3}


def test_a_process_that_fails_is_no_measurement():
    with pytest.raises(BenchmarkError, match=r"ended with 3:\nout of luck"):
        measure([sys.executable, "-c", "import sys; print('out of luck'); sys.exit(3)"])


def test_the_page_keeps_its_prose_and_gets_the_new_table(tmp_path):
    path = tmp_path / "page.md"
    path.write_text("Before\n<!-- a: made by benchmarks -->\nold\n<!-- a: end -->\nAfter\n")
    page.put("a", ["new", "newer"], path)
    page.put("a", ["newest"], path)
    made = "<!-- a: made by benchmarks -->\nnewest\n<!-- a: end -->"
    assert path.read_text() == f"Before\n{made}\nAfter\n"


def test_a_page_without_the_markers_is_left_alone(tmp_path):
    path = tmp_path / "page.md"
    path.write_text("Only prose\n")
    with pytest.raises(page.PlaceError, match="must stand in it"):
        page.put("a", ["new"], path)
    assert path.read_text() == "Only prose\n"


def test_every_section_that_is_written_has_its_place_in_the_page():
    text = page.PAGE.read_text()
    for section in ("yardsticks", "nights", "threshold"):
        assert f"<!-- {section}: made by benchmarks -->" in text


def test_a_bound_is_reached_up_to_and_with_itself_and_not_beyond():
    assert at_most("a", 5, 5.0, "5 ×").is_reached is True
    assert at_most("a", 5, 5.01, "5 ×").is_reached is False
    assert at_most("a", 5, None, "").row() == ("a", "5 × the floor", "not measured in this run", "")


def test_what_is_not_reached_stands_out():
    rows = bounds([Line("a", "1", "2", False), Line("b", "1", "1", True)])
    assert rows[2:] == ["| a | 1 | 2 | **no** |", "| b | 1 | 1 | yes |"]
