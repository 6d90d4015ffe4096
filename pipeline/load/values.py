"""SQL that turns raw text into keys, identifiers, numbers and versions."""

from collections.abc import Iterable, Mapping

from pipeline.database import text
from pipeline.scales import scale_bounds
from pipeline.settings import Score, Settings

SEPARATOR = "chr(31)"
ABSENT = "chr(30)"  # stands for null, so that null and empty text differ


def key(canonical: str) -> str:
    """SQL for the 60-bit key of a canonical text."""
    return f"cast('0x' || left(md5({canonical}), 15) as bigint)"


def joined(parts: Iterable[str]) -> str:
    """SQL for the canonical text of several values, null told apart from empty."""
    texts = [f"coalesce(cast({part} as varchar), {ABSENT})" for part in parts]
    return f"concat_ws({SEPARATOR}, {', '.join(texts)})"


def identifier(column: str, kind: str, settings: Settings) -> str:
    """SQL for a usable identifier: trimmed, emails in lower case, null for a placeholder."""
    spelled = spelling(column, kind)
    return f"case when {is_placeholder(column, kind, settings)} then null else {spelled} end"


def spelling(column: str, kind: str) -> str:
    """SQL for an identifier as it is compared; null where there is none."""
    trimmed = f"nullif(trim(cast({column} as varchar)), '')"
    return f"lower({trimmed})" if kind == "email" or kind.endswith("_email") else trimmed


def is_placeholder(column: str, kind: str, settings: Settings) -> str:
    """SQL that is true where a text stands for nobody."""
    lowered = f"lower(trim(cast({column} as varchar)))"
    known = settings.placeholders_of(kind)
    exact = [text(word) for word in known if not word.endswith("…")]
    tests = [f"{lowered} in ({', '.join(exact)})"] if exact else []
    tests += [
        f"starts_with({lowered}, {text(word.removesuffix('…'))})"
        for word in known
        if word.endswith("…")
    ]
    return f"coalesce({' or '.join(tests)}, false)" if tests else "false"


def identifier_set(columns: Mapping[str, str]) -> str:
    """SQL for the key of a combination of identifiers {kind: column}, in order of kind."""
    parts = [f"{text(kind + ':')} || {columns[kind]}" for kind in sorted(columns)]
    return key(f"concat_ws({SEPARATOR}, {', '.join(parts)})")


def number(column: str) -> str:
    """SQL for a number, also where thousands are parted by commas; null where it is none."""
    cleaned = f"trim(cast({column} as varchar))"
    grouped = r"'^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$'"
    value = (
        f"try_cast(case when regexp_matches({cleaned}, {grouped}) "
        f"then replace({cleaned}, ',', '') else {cleaned} end as double)"
    )
    return f"case when isfinite({value}) then {value} end"


def score(column: str, setting: Score) -> str:
    """SQL for a score on its scale; null where it is none."""
    low, high = scale_bounds(setting.scale)
    return f"case when {number(column)} between {low} and {high} then {number(column)} end"


def version_order(column: str) -> str:
    """SQL for the order of versions: numbers as numbers, times as times, others as text alone."""
    as_time = f"epoch_us(try_cast({column} as timestamptz)) / 1e6"
    return f"coalesce(try_cast({column} as double), {as_time})"
