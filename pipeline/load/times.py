"""Times as sources write them, to UTC: the SQL that does it, and why one cannot be read.

Understood: ISO 8601 with a space or T, fractions, Z and offsets; dates alone; seconds,
milliseconds or microseconds since 1970, told apart by their size. Not understood on purpose:
31/12/2025 and the like, whose day and month cannot be told apart for most days.

A time without a zone is in the source's. In the hour that a clock change repeats, the second
occurrence is taken; one in the hour that it leaves out is moved on by that hour.
"""

from pipeline.database import text
from pipeline.settings import Source

LOOKS_ISO = r"'^\d{4}-\d{1,2}-\d{1,2}([T ]\d|$)'"
HAS_ZONE = r"'(Z|z|UTC|[+-]\d{2}(:?\d{2})?)$'"
DATE_ONLY = r"'^\d{4}-\d{1,2}-\d{1,2}$'"
NUMBER = r"'^\d{9,16}(\.\d+)?$'"
SLASHES = r"'^\d{1,2}[/.]\d{1,2}[/.]\d{4}'"


def utc(column: str, source: Source) -> str:
    """SQL for the instant, in UTC without a zone, of a column of text; null where unreadable."""
    trimmed = f"trim({column})"
    naive = f"try_cast({trimmed} as timestamp)"
    if source.date_only == "end":
        last = f"{naive} + interval 1 day - interval 1 microsecond"
        naive = f"case when regexp_matches({trimmed}, {DATE_ONLY}) then {last} else {naive} end"
    if source.timezone != "UTC":
        naive = f"timezone('UTC', timezone({text(source.timezone)}, {naive}))"
    zoned = f"timezone('UTC', try_cast({trimmed} as timestamptz))"
    return (
        f"case when regexp_matches({trimmed}, {LOOKS_ISO}) then "
        f"case when length({trimmed}) > 11 and regexp_matches({trimmed}, {HAS_ZONE}) "
        f"then {zoned} else {naive} end "
        f"when regexp_matches({trimmed}, {NUMBER}) then {_since_1970(trimmed)} end"
    )


def _since_1970(number: str) -> str:
    value = f"cast({number} as double)"
    scale = f"case when {value} < 1e11 then 1e6 when {value} < 1e14 then 1e3 else 1 end"
    return f"make_timestamp(cast(round({value} * {scale}) as bigint))"


def typed_utc(column: str, kind: str, source: Source) -> str | None:
    """The same for a column that a Parquet file types as a time; None where it does not."""
    if kind.startswith("TIMESTAMP WITH TIME ZONE"):
        return f"timezone('UTC', {column})"
    if kind.startswith("TIMESTAMP"):
        naive = f"cast({column} as timestamp)"
        if source.timezone == "UTC":
            return naive
        return f"timezone('UTC', timezone({text(source.timezone)}, {naive}))"
    return None


def why_unreadable(column: str) -> str:
    """SQL for the reason, for a column of text that `utc` cannot read."""
    return (
        f"case when {column} is null or trim({column}) = '' then 'the time is empty' "
        f"when regexp_matches(trim({column}), {SLASHES}) then "
        f"'day and month of a time cannot be told apart, write 2025-12-31: ' || left({column}, 60) "
        f"else 'the time cannot be read: ' || left({column}, 60) end"
    )
