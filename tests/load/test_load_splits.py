"""What stands does not depend on how files come: in one load, one a load, in any order."""

import hashlib
import random
from collections.abc import Iterator

import pytest
from exports import DEALS, LOG, WIDE, Exports

VERSIONS = ["", "1", "2", "10", "b"]
TABLES = {
    "events": "*", "rows": "*", "attributes": "*", "identifier_sets": "*", "placeholders": "*",
    "unread_values": "*",
}  # fmt: skip
WEB = "id,at,what,who,much\n"


@pytest.fixture
def seeds(prove):
    return range(100 if prove else 8)


def deals(chance: random.Random) -> list[str]:
    """A row of few ids and values, so that many meet; some twice, some without identifier."""
    return [
        chance.choice(["1", "2", "3", ""]),
        chance.choice(VERSIONS),
        chance.choice(["a", "b", "null", "a"]),
        chance.choice(["2025-01-01", "2025-01-02", "", "soon"]),
        chance.choice(["2025-02-01", ""]),
        chance.choice(["won", "lost"]),
        chance.choice(["5", "x", ""]),
    ]


def clicks(chance: random.Random) -> list[str]:
    return [
        chance.choice(["1", "2", "3", "4", ""]),
        chance.choice(["2025-01-01 10:00", "2025-01-01 11:00", "soon", "2030-01-01"]),
        chance.choice(["page", "order"]),
        chance.choice(["a", "b", "c", "null"]),
        chance.choice(["5", "x", ""]),
    ]


def written(exports: Exports, seed: int) -> list[str]:
    """Random files of both sources; their names."""
    chance = random.Random(seed)
    exports.more["max_rejected_share"] = 1.0
    names = []
    for kind, header, row in (("deals", DEALS, deals), ("web", WEB, clicks)):
        for number in range(chance.randint(1, 5)):
            rows = [",".join(row(chance)) for _ in range(chance.randint(0, 12))]
            names.append(f"{kind}-{number}.csv")
            exports.write(names[-1], header + "".join(f"{row}\n" for row in rows))
    return names


def sources(exports: Exports, deals_path: str = "deals*", web_path: str = "web*") -> None:
    exports.sources = [
        WIDE | {"path": deals_path, "attributes": {"stage": "stage"}},
        LOG | {"path": web_path, "event_id": "id", "value": "much"},
    ]


def in_batches(exports: Exports, names: list[str], warehouse: str, chance: random.Random) -> None:
    """Load the files in random batches and order, each with what came before or without."""
    names = chance.sample(names, len(names))
    contents = {name: (exports.folder / name).read_bytes() for name in names}
    for name in names:
        (exports.folder / name).unlink()
    empty = {"deals-x.csv": DEALS, "web-x.csv": WEB}
    for name, header in empty.items():
        exports.write(name, header)
    while names:
        size = chance.randint(1, 3)
        batch, names = names[:size], names[size:]
        for name in batch:
            exports.write(name, contents[name])
        exports.load(warehouse)
        if chance.random() < 0.5:  # the next load finds only what is new
            for name in batch:
                (exports.folder / name).unlink()
    for name, content in contents.items():
        exports.write(name, content)


def landed(exports: Exports, warehouse: str) -> dict[str, list]:
    return {
        table: exports.rows(f"select {columns} from landing.{table} order by all", warehouse)
        for table, columns in TABLES.items()
    }


def test_any_split_into_loads_ends_the_same(exports, seeds):
    for seed in seeds:
        names = written(exports, seed)
        sources(exports)
        exports.load(f"whole-{seed}.duckdb")
        in_batches(exports, names, f"split-{seed}.duckdb", random.Random(seed))
        whole, split = (landed(exports, f"{kind}-{seed}.duckdb") for kind in ("whole", "split"))
        for table in TABLES:
            assert split[table] == whole[table], (seed, table)
        for kind in ("whole", "split"):
            assert unbalanced(exports, f"{kind}-{seed}.duckdb") == [], (seed, kind)


def unbalanced(exports: Exports, warehouse: str) -> list:
    return exports.rows(
        """
        select * from landing.balances
        where rows_read <> rows_used + rows_repeated + rows_superseded + rows_rejected + rows_idle
            or candidates <> events_made + events_duplicate + events_superseded + events_rejected
            or rows_read <> (
                select sum(rows_read) from landing.files where files.source = balances.source)
        """,
        warehouse,
    )


# -- the rule as a loop


def by_hand(rows: list[list[str]]) -> dict[str, list[str]]:
    """The row that stands of each id."""
    best: dict[str, tuple] = {}
    for row in rows:
        row_id, version, who = row[:3]
        if row_id and who != "null":
            texts = [row_id, version, who, row[3], row[4], row[6], row[5]]
            digest = hashlib.md5("\x1f".join(text or "\x1e" for text in texts).encode()).hexdigest()
            number = float(version) if version.isdigit() else float("-inf")
            best[row_id] = max(best.get(row_id, ()), (number, version, digest[:15], row))
    return {row_id: row for row_id, (_, _, _, row) in best.items()}


def events_by_hand(rows: list[list[str]]) -> Iterator[tuple]:
    for _, _, who, created, closed, stage, amount in by_hand(rows).values():
        if created.startswith("2025"):
            yield "created", created, who, None
        if closed and stage == "won":
            yield "won", closed, who, float(amount) if amount == "5" else None


def test_what_stands_is_what_a_loop_finds(exports, seeds):
    for seed in seeds:
        chance = random.Random(seed)
        rows = [deals(chance) for _ in range(30)]
        rows = [row for row in rows if row[0]]
        exports.sources, exports.more["max_rejected_share"] = [], 1.0
        exports.wide().write("deals.csv", DEALS + "".join(",".join(row) + "\n" for row in rows))
        exports.load(f"{seed}.duckdb")
        found = exports.rows(
            """
            select event, cast(occurred_at::date as varchar), identifier_contact, value
            from landing.events join landing.identifier_sets using (identifier_set_id) order by all
            """,
            f"{seed}.duckdb",
        )
        assert sorted(found, key=str) == sorted(events_by_hand(rows), key=str), seed
