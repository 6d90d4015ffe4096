"""What stands after a load does not depend on when the database writes a checkpoint.

A checkpoint clears deleted rows away, and the rows after them may get other rowids.
"""

import pytest

from pipeline import database
from pipeline.load import merging

ROWS = 250_000  # more than two groups of rows, of which a checkpoint makes one if most are deleted


def log(name, version, first=0):
    lines = (f"2025-01-01 10:00,{name} {version},a,{row},{version}\n" for row in range(first, ROWS))
    return "at,what,who,id,version\n" + "".join(lines)


def test_events_that_lose_to_newer_ones_go(exports, monkeypatch):
    def ranked(connection, *rest):
        counts = rank(connection, *rest)
        connection.execute("checkpoint")
        return counts

    rank = merging.rank
    monkeypatch.setitem(database.SETTINGS, "checkpoint_threshold", "1GB")
    monkeypatch.setattr(merging, "rank", ranked)
    for name in ("shop", "web"):
        exports.log(name=name, path=f"{name}*", event_id="id", version="version")
        exports.write(f"{name}-1.csv", log(name, 1))
    exports.load()
    exports.write("shop-2.csv", log("shop", 2, first=1)).write("web-2.csv", log("web", 2)).load()
    assert exports.rows("select event, count(*) from landing.events group by all order by 1") == [
        ("shop 1", 1), ("shop 2", ROWS - 1), ("web 2", ROWS),
    ]  # fmt: skip


@pytest.mark.parametrize("threshold", ["1KB", "16MB", "32MB", "64MB", "1GB"])
def test_latin_1_that_begins_late(exports, monkeypatch, threshold):
    monkeypatch.setitem(database.SETTINGS, "checkpoint_threshold", threshold)
    plain = "2025-01-01 10:00:00,page,a\n" * 100_000
    content = f"at,what,who\n{plain}2025-01-02 10:00:00,köp,a\n".encode("latin-1")
    exports.log().write("web-1.csv", "at,what,who\n2025-01-01 10:00:00,look,a\n")
    exports.write("web-2.csv", content).load()
    assert exports.rows("select event, row_number from landing.events order by 1") == [
        ("köp", 100_001), ("look", 1), ("page", 1),
    ]  # fmt: skip
