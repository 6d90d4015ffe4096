"""The parts of a rule that are texts, numbers or dates, each checked and rebuilt."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from pipeline.rule_kinds import (
    BOOLEAN,
    CASTS,
    DATE,
    DOUBLE,
    NULL,
    NUMBER,
    TEXT,
    Typed,
    as_count,
)
from pipeline.rule_words import (
    ANONYMOUS,
    COUNT,
    FUNCTIONS,
    LITERAL,
    RuleError,
    only,
    refusal,
    shown,
)

if TYPE_CHECKING:
    from pipeline.rule_compiler import RuleCompiler


def _literal(compiler: "RuleCompiler", node: Any) -> Typed:
    return Typed(node.copy(), TEXT if node.is_string else NUMBER, is_literal=True)


def _arithmetic(compiler: "RuleCompiler", node: Any) -> Typed:
    left, right = compiler.of_kind(node.this, DOUBLE), compiler.of_kind(node.expression, DOUBLE)
    if isinstance(node, exp.Div | exp.IntDiv | exp.Mod):
        right = exp.Nullif(this=right, expression=exp.Literal.number(0))
    return Typed(type(node)(this=left, expression=right), NUMBER)


def _negative(compiler: "RuleCompiler", node: Any) -> Typed:
    if isinstance(node.this, exp.Literal) and not node.this.is_string:
        return Typed(exp.Neg(this=node.this.copy()), NUMBER, is_literal=True)
    return Typed(exp.Neg(this=compiler.of_kind(node.this, DOUBLE)), NUMBER)


def _joined(compiler: "RuleCompiler", node: Any) -> Typed:
    left, right = compiler.of_kind(node.this, TEXT), compiler.of_kind(node.expression, TEXT)
    return Typed(exp.DPipe(this=left, expression=right, safe=True), TEXT)


def _cast(compiler: "RuleCompiler", node: Any) -> Typed:
    only(node, "this", "to", "_type")
    kind, typed = CASTS.get(node.to.this.name), compiler.typed(node.this)
    if kind is None or node.to.expressions:
        raise RuleError(
            f"a cast to {node.to.sql('duckdb').lower()} is not allowed; cast to text, double, "
            "bigint, boolean, date or timestamp"
        )
    if {kind, typed.kind} in ({DATE, NUMBER}, {DATE, BOOLEAN}):
        raise RuleError(f"{shown(node.this)} is {typed.kind} and cannot be read as {kind}")
    return Typed(exp.TryCast(this=typed.node, to=node.to.copy(), safe=True), kind)


def _case(compiler: "RuleCompiler", node: Any) -> Typed:
    branches = node.args["ifs"]
    whens = [_when(compiler, node.this, branch.this) for branch in branches]
    return _choice(compiler, node, whens, [branch.args["true"] for branch in branches])


def _when(compiler: "RuleCompiler", subject: Any, value: Any) -> Any:
    """`case x when 1` is the same as `case when x = 1`."""
    if not subject:
        return compiler.boolean(value)
    (left, right), _ = compiler.alike([subject, value])
    return exp.EQ(this=left, expression=right)


def _if(compiler: "RuleCompiler", node: Any) -> Typed:
    return _choice(compiler, node, [compiler.boolean(node.this)], [node.args["true"]])


def _choice(compiler: "RuleCompiler", node: Any, whens: list[Any], thens: list[Any]) -> Typed:
    default = node.args.get("default") or node.args.get("false") or exp.null()
    (*results, other), kind = compiler.alike([*thens, default])
    pairs = zip(whens, results, strict=True)
    branches = [exp.If(this=when, true=result) for when, result in pairs]
    return Typed(exp.Case(ifs=branches, default=other), kind)


def _first_of(compiler: "RuleCompiler", node: Any) -> Typed:
    (first, *others), kind = compiler.alike([node.this, *node.expressions])
    return Typed(type(node)(this=first, expressions=others, ignore_nulls=True), kind)


def _nullif(compiler: "RuleCompiler", node: Any) -> Typed:
    (this, other), kind = compiler.alike([node.this, node.expression])
    return Typed(exp.Nullif(this=this, expression=other), kind)


def _function(compiler: "RuleCompiler", node: Any) -> Typed:
    arguments, kind = FUNCTIONS[type(node)]
    only(node, *arguments)
    rebuilt = type(node)(**node.args)
    for name, wanted in arguments.items():
        part = node.args.get(name)
        if isinstance(part, list):
            rebuilt.set(name, [_argument(compiler, item, wanted) for item in part])
        elif part is not None:
            rebuilt.set(name, _argument(compiler, part, wanted))
    return Typed(rebuilt, kind)


def _anonymous(compiler: "RuleCompiler", node: Any) -> Typed:
    """A function that sqlglot has no node for."""
    name = str(node.this).lower()
    if name not in ANONYMOUS or len(node.expressions) != len(ANONYMOUS[name][0]):
        raise RuleError(refusal(node))
    wanted, kind = ANONYMOUS[name]
    pairs = zip(node.expressions, wanted, strict=True)
    parts = [_argument(compiler, part, need) for part, need in pairs]
    return Typed(exp.Anonymous(this=name, expressions=parts), kind)


def _argument(compiler: "RuleCompiler", node: Any, wanted: str) -> Any:
    if wanted == COUNT:
        return as_count(compiler.typed(node))
    if wanted != LITERAL:
        return compiler.of_kind(node, wanted)
    if not isinstance(node, exp.Literal):
        raise RuleError(f"{shown(node)} must be written out: patterns are fixed")
    return node.copy()


VALUES: dict[Any, Callable[["RuleCompiler", Any], Typed]] = {
    exp.Literal: _literal,
    exp.Null: lambda compiler, node: Typed(exp.null(), NULL),
    exp.Add: _arithmetic,
    exp.Sub: _arithmetic,
    exp.Mul: _arithmetic,
    exp.Div: _arithmetic,
    exp.IntDiv: _arithmetic,
    exp.Mod: _arithmetic,
    exp.Neg: _negative,
    exp.DPipe: _joined,
    exp.Cast: _cast,
    exp.TryCast: _cast,
    exp.Case: _case,
    exp.If: _if,
    exp.Coalesce: _first_of,
    exp.Greatest: _first_of,
    exp.Least: _first_of,
    exp.Nullif: _nullif,
    exp.Anonymous: _anonymous,
    **dict.fromkeys(FUNCTIONS, _function),
}
