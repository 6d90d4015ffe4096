"""Whether a divisor is written so that it cannot be zero: it may be null, which divides to null."""

from collections.abc import Iterator

from sqlglot import exp


def is_never_zero(node: exp.Expression) -> bool:
    """For a divisor within its file's tree; names are followed to where they were given."""
    match node.unnest():
        case exp.Literal() as literal:
            return not literal.is_string and float(literal.this) != 0
        case exp.Nullif():
            is_safe = True
        case exp.Count() as count:  # of a group's rows, so at least one
            is_safe = isinstance(count.this, exp.Star)
        case exp.Min() | exp.Max() | exp.Sum() | exp.Window() | exp.Cast() | exp.Sqrt() as around:
            is_safe = is_never_zero(around.this)  # what is summed is a count, or as good as one
        case exp.Add() as both:
            is_safe = any(is_never_zero(side) for side in (both.left, both.right))
        case exp.Mul() as both:
            is_safe = all(is_never_zero(side) for side in (both.left, both.right))
        case exp.Column() as column:
            select = column.find_ancestor(exp.Select)
            given = list(_given(column.name, select, column.table)) if select else []
            is_safe = bool(given) and all(map(is_never_zero, given))
        case _:
            is_safe = False
    return is_safe


def _given(name: str, select: exp.Select, table: str = "") -> Iterator[exp.Expression]:
    """What the name stands for in the named selects (CTEs) that `select` reads."""
    root = select.root()
    sources = [
        source.name
        for source in select.find_all(exp.Table)
        if not source.db and table in {"", source.alias_or_name}
    ]
    for cte in root.find_all(exp.CTE):
        if cte.alias in sources and cte.find(exp.Select) is not select:
            for part in cte.this.find_all(exp.Select):
                yield from _told(name, part)


def _told(name: str, select: exp.Select) -> Iterator[exp.Expression]:
    for told in select.expressions:
        if isinstance(told, exp.Alias) and told.alias == name:
            yield told.this
        elif isinstance(told, exp.Column) and told.name == name:
            yield told
        elif told.is_star:
            yield from _given(name, select)
