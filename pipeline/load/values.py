"""SQL that turns raw text into keys, identifiers, numbers and versions."""

from collections.abc import Iterable, Mapping

from pipeline.database import text
from pipeline.scales import scale_bounds
from pipeline.settings import Score, Settings

SEPARATOR = "chr(31)"
ABSENT = "chr(30)"  # stands for null, so that null and empty text differ
GROUPED = r"'^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$'"


def key(canonical: str) -> str:
    """SQL for the 60-bit key of a canonical text."""
    return f"cast('0x' || left(md5({canonical}), 15) as bigint)"


def joined(parts: Iterable[str]) -> str:
    """SQL for the canonical text of several values, null told apart from empty."""
    texts = [f"coalesce(cast({part} as varchar), {ABSENT})" for part in parts]
    return f"concat_ws({SEPARATOR}, {', '.join(texts)})"


def spelling(column: str, kind: str) -> str:
    """SQL for an identifier as it is compared; null where there is none.

    The separator of keys becomes a space, so that no text can pass for two identifiers.
    """
    trimmed = f"nullif(trim(replace({column}, {SEPARATOR}, ' ')), '')"
    return f"lower({trimmed})" if kind == "email" or kind.endswith("_email") else trimmed


def is_placeholder(spelled: str, kind: str, settings: Settings) -> str:
    """SQL that is true where an identifier, as it is compared, stands for nobody."""
    known = settings.placeholders_of(kind)
    exact = [word for word in known if word and not word.endswith("…")]
    tests = [
        f"starts_with(lower({spelled}), {text(word.removesuffix('…'))})"
        for word in known
        if word.endswith("…")
    ]
    if exact:  # few identifiers are as short as such a word, which is quickly seen
        # A longer `in` would become a join, which does not keep the order of rows.
        among = f"list_contains([{', '.join(map(text, exact))}], lower({spelled}))"
        tests.append(f"case when length({spelled}) <= {max(map(len, exact))} then {among} end")
    return f"coalesce({' or '.join(tests)}, false)" if tests else "false"


def identifier_set(columns: Mapping[str, str]) -> str:
    """SQL for the key of a combination of identifiers {kind: column}, in order of kind."""
    parts = [f"{text(kind + ':')} || {columns[kind]}" for kind in sorted(columns)]
    return key(f"concat_ws({SEPARATOR}, {', '.join(parts)})")


def number(column: str) -> str:
    """SQL for a number, also where thousands are parted by commas; null where it is none."""
    cleaned = f"trim({column})"
    value = (
        f"coalesce(try_cast({cleaned} as double), case when regexp_matches({cleaned}, {GROUPED}) "
        f"then try_cast(replace({cleaned}, ',', '') as double) end)"
    )
    return f"case when isfinite({value}) then {value} end"


def score(column: str, setting: Score) -> str:
    """SQL for a score on its scale; null where it is none."""
    low, high = scale_bounds(setting.scale)
    return f"case when {number(column)} between {low} and {high} then {number(column)} end"


def unread(column: str, read: str) -> str:
    """SQL for the text of a value that could not be read as `read` does; else null."""
    return f"case when {read} is null then left(nullif(trim({column}), ''), 60) end"


def version_order(column: str) -> str:
    """SQL for the order of versions: numbers as numbers, times as times, others as text alone."""
    as_number = f"try_cast({column} as double)"
    as_time = f"try_cast({column} as timestamptz)"
    return (
        f"coalesce(case when isfinite({as_number}) then {as_number} end, "
        f"case when isfinite({as_time}) then epoch_us({as_time}) / 1e6 end)"
    )
