"""The parts of a rule that are true or false, each checked and rebuilt."""

from collections.abc import Callable
from functools import reduce
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from pipeline.rule_kinds import BOOLEAN, TEXT, Typed
from pipeline.rule_words import RuleError, literal_text, only, refusal

if TYPE_CHECKING:
    from pipeline.rule_compiler import RuleCompiler


def _connector(compiler: "RuleCompiler", node: Any) -> Typed:
    parts = [compiler.boolean(part) for part in _flat(node)]
    kind = type(node)
    return Typed(reduce(lambda left, right: kind(this=left, expression=right), parts), BOOLEAN)


def _flat(node: Any) -> list[Any]:
    """The operands of a chain of one connector: a long `or` is a list, not a deep tree."""
    kind, parts = type(node), []
    while type(node) is kind:
        parts.append(node.expression)
        node = node.this
    return [node, *reversed(parts)]


def _not(compiler: "RuleCompiler", node: Any) -> Typed:
    return Typed(exp.Not(this=compiler.boolean(node.this)), BOOLEAN)


def _comparison(compiler: "RuleCompiler", node: Any) -> Typed:
    (left, right), _ = compiler.alike([node.this, node.expression])
    return Typed(type(node)(this=left, expression=right), BOOLEAN)


def _between(compiler: "RuleCompiler", node: Any) -> Typed:
    if node.args.get("symmetric"):
        raise RuleError(refusal(node))
    (this, low, high), _ = compiler.alike([node.this, node.args["low"], node.args["high"]])
    return Typed(exp.Between(this=this, low=low, high=high), BOOLEAN)


def _in(compiler: "RuleCompiler", node: Any) -> Typed:
    only(node, "this", "expressions")
    if not node.expressions:
        raise RuleError("`in` needs a list with something in it, such as ('paid', 'organic')")
    (this, *listed), _ = compiler.alike([node.this, *node.expressions])
    return Typed(exp.In(this=this, expressions=listed), BOOLEAN)


def _is(compiler: "RuleCompiler", node: Any) -> Typed:
    if isinstance(node.expression, exp.Null):
        return Typed(exp.Is(this=compiler.typed(node.this).node, expression=exp.null()), BOOLEAN)
    if not isinstance(node.expression, exp.Boolean):
        raise RuleError(refusal(node))
    left = compiler.of_kind(node.this, BOOLEAN)
    return Typed(exp.Is(this=left, expression=node.expression.copy()), BOOLEAN)


def _like(compiler: "RuleCompiler", node: Any) -> Typed:
    this, pattern = compiler.of_kind(node.this, TEXT), compiler.of_kind(node.expression, TEXT)
    return _unless_negated(node, type(node)(this=this, expression=pattern))


def _escape(compiler: "RuleCompiler", node: Any) -> Typed:
    like = node.this
    if not isinstance(like, exp.Like | exp.ILike):
        raise RuleError(refusal(node))
    rebuilt = type(like)(
        this=compiler.of_kind(like.this, TEXT), expression=literal_text(like.expression)
    )
    escape = literal_text(node.expression)
    if len(escape.name) != 1 or like.expression.name.replace(escape.name * 2, "").endswith(
        escape.name
    ):
        raise RuleError("`escape` needs one character, and something to follow it in the pattern")
    return _unless_negated(like, exp.Escape(this=rebuilt, expression=escape))


def _regex(compiler: "RuleCompiler", node: Any) -> Typed:
    only(node, "this", "expression", "flag")
    this = compiler.of_kind(node.this, TEXT)
    matches = type(node)(this=this, expression=literal_text(node.expression))
    if node.args.get("flag"):
        matches.set("flag", literal_text(node.args["flag"]))
    return _unless_negated(node, matches)


def _unless_negated(node: Any, condition: Any) -> Typed:
    """sqlglot keeps the `not` of `not like` inside the node."""
    return Typed(exp.Not(this=condition) if node.args.get("negate") else condition, BOOLEAN)


CONDITIONS: dict[Any, Callable[["RuleCompiler", Any], Typed]] = {
    exp.Boolean: lambda compiler, node: Typed(node.copy(), BOOLEAN),
    exp.And: _connector,
    exp.Or: _connector,
    exp.Not: _not,
    exp.EQ: _comparison,
    exp.NEQ: _comparison,
    exp.GT: _comparison,
    exp.GTE: _comparison,
    exp.LT: _comparison,
    exp.LTE: _comparison,
    exp.NullSafeEQ: _comparison,
    exp.NullSafeNEQ: _comparison,
    exp.Between: _between,
    exp.In: _in,
    exp.Is: _is,
    exp.Like: _like,
    exp.ILike: _like,
    exp.Glob: _like,
    exp.Escape: _escape,
    exp.SimilarTo: _regex,
    exp.RegexpLike: _regex,
    exp.RegexpILike: _regex,
    exp.RegexpFullMatch: _regex,
}
