"""Which functions rules may use, and the words for what they may not."""

from typing import Any

from sqlglot import exp

from pipeline.errors import JourneysError
from pipeline.nearest import nearest
from pipeline.rule_kinds import BOOLEAN, DOUBLE, NUMBER, TEXT


class RuleError(JourneysError, ValueError):
    """A rule that is not allowed or cannot work, in one sentence."""


COUNT = "count"  # a whole number: a place or a length
LITERAL = "literal"  # written out, so that it is checked before any data is read

# The arguments that sqlglot gives each function, with the kind each must be, and the result's.
FUNCTIONS: dict[Any, tuple[dict[str, str], str]] = {
    exp.Lower: ({"this": TEXT}, TEXT),
    exp.Upper: ({"this": TEXT}, TEXT),
    exp.Trim: ({"this": TEXT, "expression": TEXT}, TEXT),
    exp.Reverse: ({"this": TEXT}, TEXT),
    exp.Length: ({"this": TEXT}, NUMBER),
    exp.Substring: ({"this": TEXT, "start": COUNT, "length": COUNT}, TEXT),
    exp.Left: ({"this": TEXT, "expression": COUNT}, TEXT),
    exp.Right: ({"this": TEXT, "expression": COUNT}, TEXT),
    exp.Replace: ({"this": TEXT, "expression": TEXT, "replacement": TEXT}, TEXT),
    exp.SplitPart: ({"this": TEXT, "delimiter": TEXT, "part_index": COUNT}, TEXT),
    exp.Concat: ({"expressions": TEXT}, TEXT),
    exp.ConcatWs: ({"expressions": TEXT}, TEXT),
    exp.Contains: ({"this": TEXT, "expression": TEXT}, BOOLEAN),
    exp.StartsWith: ({"this": TEXT, "expression": TEXT}, BOOLEAN),
    exp.EndsWith: ({"this": TEXT, "expression": TEXT}, BOOLEAN),
    exp.StrPosition: ({"this": TEXT, "substr": TEXT}, NUMBER),
    exp.RegexpExtract: (
        {"this": TEXT, "expression": LITERAL, "group": LITERAL, "parameters": LITERAL},
        TEXT,
    ),
    exp.Abs: ({"this": DOUBLE}, NUMBER),
    exp.Floor: ({"this": DOUBLE}, NUMBER),
    exp.Ceil: ({"this": DOUBLE}, NUMBER),
    exp.Round: ({"this": DOUBLE, "decimals": COUNT}, NUMBER),
}
# The same for those that sqlglot does not know, in order.
ANONYMOUS: dict[str, tuple[tuple[str, ...], str]] = {
    "prefix": ((TEXT, TEXT), BOOLEAN),
    "suffix": ((TEXT, TEXT), BOOLEAN),
}
NAMES = (
    "lower", "upper", "trim", "ltrim", "rtrim", "reverse", "length", "substring", "left", "right",
    "replace", "split_part", "concat", "concat_ws", "contains", "starts_with", "ends_with",
    "prefix", "suffix", "strpos", "regexp_matches", "regexp_full_match", "regexp_extract", "abs",
    "floor", "ceil", "round", "coalesce", "ifnull", "nullif", "greatest", "least", "if",
)  # fmt: skip
ALLOWED = (
    "a rule may use and, or, not, comparisons, in (…), between, like, ilike, is null, case, cast, "
    f"arithmetic, || and the functions {', '.join(NAMES)}"
)
KNOWN: tuple[tuple[Any, str], ...] = (
    ((exp.Query, exp.Exists, exp.Subquery), "a subquery"),
    ((exp.Any, exp.All), "any or all"),
    (exp.Window, "a window function"),
    (exp.AggFunc, "an aggregate"),
    (exp.Lambda, "a lambda"),
    ((exp.Placeholder, exp.Parameter, exp.PositionalColumn), "a parameter"),
    ((exp.Star, exp.Columns), "a star, which stands for many columns,"),
    (exp.Collate, "a collation"),
    ((exp.Bracket, exp.Array, exp.Struct, exp.ToMap, exp.Tuple), "a list, struct, map or row"),
    ((exp.JSONExtract, exp.JSONExtractScalar), "an arrow, for JSON or a lambda,"),
    ((exp.Rand, exp.CurrentDate, exp.CurrentTimestamp, exp.CurrentTime, exp.Uuid),
     "a value that differs from run to run"),
)  # fmt: skip


def refusal(node: Any) -> str:
    """Why a node is refused, and what is allowed instead."""
    if isinstance(node, exp.Column):
        return f"{shown(node)} has a qualified name; name the column alone, as in event = 'visit'"
    if isinstance(node, exp.Anonymous):
        name = node.name.lower()
        return f"the function {name}() is not allowed; {ALLOWED}{nearest(name, NAMES)}"
    for kinds, words in KNOWN:
        if isinstance(node, kinds):
            return f"{words} is not allowed: {shown(node)}; {ALLOWED}"
    return f"{shown(node)} is not allowed; {ALLOWED}"


def shown(node: Any) -> str:
    """A node as SQL, short enough for a sentence."""
    text = " ".join(str(node.sql(dialect="duckdb", comments=False)).split())
    return f"`{text}`" if len(text) <= 60 else f"`{text[:57]}...`"


def only(node: Any, *allowed: str) -> None:
    """Refuse a node with parts that the allow-list does not speak of. Raises RuleError."""
    for name, part in node.args.items():
        if part and name not in allowed and isinstance(part, exp.Expression | list):
            raise RuleError(refusal(node))


def literal_text(node: Any) -> Any:
    """A text that is written out, such as a pattern. Raises RuleError for anything else."""
    if not (isinstance(node, exp.Literal) and node.is_string):
        raise RuleError(f"{shown(node)} must be text in single quotes: patterns are fixed")
    return node.copy()
