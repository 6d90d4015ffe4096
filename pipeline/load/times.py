"""Times as sources write them, to UTC: the SQL that does it, and why one cannot be read.

Understood: ISO 8601 with a space or T, fractions, Z and offsets; dates alone; seconds,
milliseconds or microseconds since 1970, told apart by their size. Not understood on purpose:
31/12/2025 and the like, whose day and month cannot be told apart for most days.

A time without a zone is in the source's. In the hour that a clock change repeats, the second
occurrence is taken; one in the hour that it leaves out is moved on by that hour.
"""

from pipeline.database import text
from pipeline.settings import Source

DAY = r"\d{4}-\d{1,2}-\d{1,2}"
CLOCK = r"\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?"
ZONE = r"Z|z| ?UTC| ?[+-]\d{2}(:?\d{2})?"
# Matched whole: DuckDB's own cast reads `10:00 PM` as ten in the morning.
ISO = rf"'^{DAY}([T ]{CLOCK}({ZONE})?)?$'"
NUMBER = r"'^\d{9,16}(\.\d+)?$'"
SLASHES = r"'^\d{1,2}[/.]\d{1,2}[/.]\d{4}'"
LONGEST_DATE = len("2025-12-31")
NUMERIC = ("BIGINT", "UBIGINT", "INTEGER", "UINTEGER", "HUGEINT", "DECIMAL", "FLOAT", "DOUBLE")


def utc(column: str, source: Source) -> str:
    """SQL for the instant, in UTC without a zone, of a column of text; null where unreadable."""
    trimmed = f"trim({column})"
    clock = f"substr({trimmed}, {LONGEST_DATE + 1})"
    has_zone = (
        f"length({trimmed}) > {LONGEST_DATE} and (right({trimmed}, 1) in ('Z', 'z', 'C') "
        f"or contains({clock}, '+') or contains({clock}, '-'))"
    )
    return (
        f"case when regexp_matches({trimmed}, {ISO}) then "
        f"case when {has_zone} then {_zoned(trimmed)} else {_naive(trimmed, source)} end "
        f"when regexp_matches({trimmed}, {NUMBER}) then {_since_1970(trimmed)} end"
    )


def _zoned(trimmed: str) -> str:
    tight = f"replace(replace(replace({trimmed}, ' +', '+'), ' -', '-'), ',', '.')"
    return f"timezone('UTC', try_cast({tight} as timestamptz))"


def _naive(trimmed: str, source: Source) -> str:
    naive = f"try_cast(replace({trimmed}, ',', '.') as timestamp)"
    if source.date_only == "end":
        last = f"{naive} + interval 1 day - interval 1 microsecond"
        naive = f"case when length({trimmed}) <= {LONGEST_DATE} then {last} else {naive} end"
    return _from_zone(naive, source)


def _from_zone(naive: str, source: Source) -> str:
    if source.timezone == "UTC":
        return naive
    return f"timezone('UTC', timezone({text(source.timezone)}, {naive}))"


def _since_1970(number: str) -> str:
    value = f"cast({number} as double)"
    scale = f"case when {value} < 1e11 then 1e6 when {value} < 1e14 then 1e3 else 1 end"
    return f"make_timestamp(cast(round({value} * {scale}) as bigint))"


def typed_utc(column: str, kind: str, source: Source) -> str | None:
    """The same for a column that a Parquet file types as a time or number; None for others."""
    if kind.startswith("TIMESTAMP"):
        instant = f"case when isfinite({column}) then {column} end"
        if kind.endswith("WITH TIME ZONE"):
            return f"timezone('UTC', {instant})"
        return _from_zone(f"cast({instant} as timestamp)", source)
    if kind.startswith(NUMERIC) and not kind.endswith("]"):
        return f"case when {column} >= 1e8 and {column} < 1e16 then {_since_1970(column)} end"
    return None


def why_unreadable(column: str) -> str:
    """SQL for the reason, for a column of text that `utc` cannot read."""
    return (
        f"case when nullif(trim({column}), '') is null then 'the time is empty' "
        f"when regexp_matches(trim({column}), {SLASHES}) "
        "then 'day and month of the time cannot be told apart, write 2025-12-31' "
        "else 'the time cannot be read' end"
    )
