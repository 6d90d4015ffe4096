"""A file that looks as it did need not be read to be known; one that may have changed is."""

import os
import time
from dataclasses import replace

import pytest

from pipeline.load import marks
from pipeline.load.marks import CLEARLY_PAST, Mark, look

LONG_AGO = 3600  # seconds


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "events.csv"
    path.write_text("id,at\n1,2025-01-01\n")
    return path


@pytest.fixture
def read(monkeypatch):
    """The files whose content was read."""
    paths = []
    digest_of = marks.digest_of

    def told(path):
        paths.append(path)
        return digest_of(path)

    monkeypatch.setattr(marks, "digest_of", told)
    return paths


def looked_later(mark: Mark) -> Mark:
    """The same, as if looked at when its dates were long past."""
    return replace(mark, looked_ns=mark.looked_ns + LONG_AGO * 10**9)


def test_a_file_that_looks_as_it_did_is_not_read_again(file, read):
    known = looked_later(look(file))
    assert look(file, known) == known
    assert read == [file]  # by the first look


def test_a_file_that_was_new_when_it_was_looked_at_is_read_again(file, read):
    known = look(file)
    assert look(file, known).digest == known.digest
    assert read == [file, file]


def test_a_file_of_another_size_is_read_again(file, read):
    known = looked_later(look(file))
    file.write_text("id,at\n")
    assert look(file, known).digest != known.digest


def test_content_exchanged_with_size_and_date_kept_is_noticed(file, read):
    known, dates = looked_later(look(file)), file.stat()
    file.write_text(file.read_text().replace("2025", "2024"))
    os.utime(file, ns=(dates.st_atime_ns, dates.st_mtime_ns))
    assert file.stat().st_mtime_ns == known.modified_ns
    assert look(file, known).digest != known.digest


def test_another_file_renamed_over_it_with_size_and_date_kept_is_noticed(file, read):
    known, dates = looked_later(look(file)), file.stat()
    other = file.with_name("other.csv")
    other.write_text(file.read_text().replace("2025", "2024"))
    os.utime(other, ns=(dates.st_atime_ns, dates.st_mtime_ns))
    other.replace(file)
    assert look(file, known).digest != known.digest


@pytest.mark.parametrize(("past", "is_still"), [(0, False), (1, True)])
def test_a_date_counts_once_it_is_clearly_past(past, is_still):
    now = time.time_ns()
    mark = Mark("digest", 1, now - CLEARLY_PAST - past, now - CLEARLY_PAST - past, 1, now)
    assert mark.is_still(replace(mark, looked_ns=now + 1)) == is_still
