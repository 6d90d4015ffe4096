"""What a file in `sql/` must not say, because Spark would fail or answer something else.

The two tables of the portability page, as checks over the names that are written and over
sqlglot's tree. What a tree cannot tell (a column's type, whether a divisor can be zero) is refused
unless it is written in a way that cannot go wrong.
"""

from collections.abc import Callable, Iterator

from divisors import is_never_zero
from sqlglot import exp, parse, tokenize
from sqlglot.tokens import TokenType

# Function names that are refused as they are written, whatever their arguments. quantile_disc is
# not among them: Spark's percentile_disc within group is the same nearest rank, and exact, but
# sqlglot makes approx_percentile of it, so the generator for Spark must say it (QUANTILE_DISC).
NAMES = frozenset({
    "epoch", "epoch_ms", "epoch_ns", "epoch_us", "percentile_cont", "percentile_disc", "quantile",
    "quantile_cont", "dayofweek", "dow", "isodow", "weekday", "dayname",
    "datepart", "date_part", "list_reduce", "reduce", "list_sum", "list_zip", "array_zip",
    "list_position", "array_position", "list_indexof", "list_extract", "array_extract",
    "list_element", "list_slice", "array_slice", "list_aggregate", "list_aggr", "len",
    "time_bucket", "to_minutes", "to_hours", "to_days", "to_seconds", "to_microseconds", "age",
    "date_add", "date_sub", "datesub", "entropy", "histogram", "regexp_full_match", "columns",
    "read_csv", "read_parquet", "read_json",
})  # fmt: skip
DATE_PARTS = frozenset({"DOW", "ISODOW", "DAYOFWEEK", "WEEKDAY", "EPOCH"})
LOOK_AROUND = ("(?=", "(?!", "(?<=", "(?<!")
EXACT_UNITS = frozenset({"MICROSECOND", "MICROSECONDS"})
WHOLE = (exp.Floor, exp.Ceil, exp.Round, exp.Null, exp.Boolean, exp.Predicate, exp.Count, exp.Trunc)

Check = Callable[[exp.Expression], Iterator[str]]


def unportable(sql: str) -> list[str]:
    """Everything that is refused in one file, in words; empty when all is well."""
    statements = [statement for statement in parse(sql, read="duckdb") if statement]
    found = list(_written(sql))
    if len(statements) != 1 or not isinstance(statements[0], exp.Query):
        found.append("more or less than one select in a file")
    for statement in statements:
        for node in statement.walk():
            for check in CHECKS.get(type(node), ()):
                found += check(node)
    return found


def _written(sql: str) -> Iterator[str]:
    """Arrows, and functions refused by their name; sqlglot's tree has other names for some."""
    tokens = tokenize(sql, read="duckdb")
    for token, following in zip(tokens, [*tokens[1:], None], strict=True):
        if token.token_type in {TokenType.ARROW, TokenType.DARROW}:
            yield "an arrow: write lambda x: …"
        is_called = following is not None and following.token_type is TokenType.L_PAREN
        if is_called and token.text.lower() in NAMES:
            yield f"the function {token.text.lower()}"


def _list(node: exp.ArrayAgg) -> Iterator[str]:
    if node.find(exp.Order):
        yield "list(… order by …): use string_agg, or sort structs"
    if not isinstance(node.this, exp.Struct) and not _is_filtered_not_null(node):
        yield "list(x) with nulls: filter (where x is not null)"


def _argument_of_extreme(node: exp.Expression) -> Iterator[str]:
    if not _is_filtered_not_null(node):
        yield "arg_max of what may be null: filter (where x is not null)"


def _is_filtered_not_null(node: exp.Expression) -> bool:
    around = node.parent
    if not isinstance(around, exp.Filter):
        return False
    value = node.this.expressions[0] if isinstance(node.this, exp.Distinct) else node.this
    tests = [test.this for test in around.expression.find_all(exp.Not)]
    return any(
        isinstance(test, exp.Is) and isinstance(test.expression, exp.Null) and test.this == value
        for test in tests
    )


def _difference(node: exp.DateDiff) -> Iterator[str]:
    unit = node.text("unit").upper()
    of_dates = all(_is_date(side) for side in (node.this, node.expression))
    if unit not in EXACT_UNITS and not (unit == "DAY" and of_dates):
        yield f"date_diff in units of {unit.lower()}: subtract, or count microseconds"


def _is_date(node: exp.Expression) -> bool:
    return isinstance(node, exp.Cast) and node.to.is_type("date")


def _truncated(node: exp.Expression) -> Iterator[str]:
    if _is_date(node.this) or isinstance(node.this, exp.CurrentDate):
        yield "date_trunc of a date: cast to timestamp"


def _replaced(node: exp.RegexpReplace) -> Iterator[str]:
    if "g" not in node.text("modifiers"):
        yield "regexp_replace without 'g'"
    if "\\" in node.text("replacement"):
        yield "regexp_replace with a back-reference"


def _cast(node: exp.Cast) -> Iterator[str]:
    inner = node.this.unnest()
    is_whole = isinstance(inner, WHOLE) or (isinstance(inner, exp.Literal) and inner.is_int)
    is_sum = isinstance(inner, exp.Window | exp.Filter | exp.Sum) and inner.find(
        exp.Sum, exp.Count, exp.RowNumber
    )
    if node.to.is_type(*exp.DataType.INTEGER_TYPES) and not is_whole and not is_sum:
        yield f"a cast to an integer, {node.sql('duckdb')}: floor or round first"


def _divided(node: exp.Expression) -> Iterator[str]:
    if not is_never_zero(node.expression):
        yield f"a divisor that may be zero, {node.sql('duckdb')}: nullif"


def _bracket(node: exp.Bracket) -> Iterator[str]:
    if node.find(exp.Slice):
        yield "a slice"
    if node.find(exp.Neg):
        yield "a negative index"


def _window(node: exp.Window) -> Iterator[str]:
    if node.args.get("alias") and node.args.get("spec"):
        yield "a frame added to a named window"


def _qualified(node: exp.Qualify) -> Iterator[str]:
    if not node.find(exp.Window):
        yield "qualify by a column's name: put the window into it"


def _joined(node: exp.Join) -> Iterator[str]:
    if node.method.upper() == "ASOF":
        yield "an asof join"


def _united(node: exp.Union) -> Iterator[str]:
    if node.args.get("by_name"):
        yield "union by name"
    with_ = node.find_ancestor(exp.With)
    if with_ and with_.args.get("recursive") and node.args.get("distinct"):
        yield "a recursive union that is not union all"


def _patterned(node: exp.Expression) -> Iterator[str]:
    if any(sign in text.this for text in node.find_all(exp.Literal) for sign in LOOK_AROUND):
        yield "a pattern that looks ahead or behind"


def _refuse_if(words: str, condition: Callable[[exp.Expression], object]) -> Check:
    def check(node: exp.Expression) -> Iterator[str]:
        if condition(node):
            yield words

    return check


CHECKS: dict[type[exp.Expression], tuple[Check, ...]] = {
    exp.ArrayAgg: (_list,),
    exp.ArgMax: (_argument_of_extreme,),
    exp.ArgMin: (_argument_of_extreme,),
    exp.DateDiff: (_difference,),
    exp.TimestampTrunc: (_truncated,),
    exp.DateTrunc: (_truncated,),
    exp.RegexpReplace: (_replaced, _patterned),
    exp.RegexpLike: (_patterned,),
    exp.RegexpExtract: (_patterned,),
    exp.Cast: (_cast,),
    exp.Div: (_divided,),
    exp.IntDiv: (_divided,),
    exp.Mod: (_divided,),
    exp.Bracket: (_bracket,),
    exp.Window: (_window,),
    exp.Qualify: (_qualified,),
    exp.Join: (_joined,),
    exp.Union: (_united,),
    exp.Log: (_refuse_if("log(x): ln, log10 or log2", lambda log: not log.expression),),
    exp.Extract: (_refuse_if("extract of it", lambda node: node.name.upper() in DATE_PARTS),),
    exp.Unnest: (_refuse_if("with ordinality", lambda node: node.args.get("offset")),),
    exp.Comprehension: (_refuse_if("a list comprehension", bool),),
    exp.Star: (_refuse_if("* replace", lambda star: star.args.get("replace")),),
    exp.CTE: (_refuse_if("materialized", lambda node: node.args.get("materialized") is not None),),
    exp.WindowSpec: (_refuse_if("groups", lambda spec: spec.text("kind").upper() == "GROUPS"),),
    exp.First: (_refuse_if("first(x order by …)", lambda first: first.find(exp.Order)),),
}
