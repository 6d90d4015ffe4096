"""Rebuilds a parsed rule node by node, and refuses every node that is not on the allow-list.

Each part is built together with its kind (text, number, boolean, date), so that parts of different
kinds are brought together by casts that give null where they fail, and never an error.
"""

from collections.abc import Callable
from typing import Any

from sqlglot import exp

from pipeline.rule_conditions import CONDITIONS
from pipeline.rule_kinds import BOOLEAN, NULL, NUMBER, NUMBERS, TEXT, Typed, common, convert
from pipeline.rule_values import VALUES
from pipeline.rule_words import RuleError, refusal, shown


class RuleCompiler:
    """Turns a parsed rule into one that is safe; `column` gives what stands for a column's name."""

    def __init__(self, column: Callable[[str], Any]) -> None:
        self._column_for = column

    def rule(self, tree: Any) -> Any:
        """The whole rule: true or false, never null."""
        return exp.Coalesce(this=self.boolean(tree), expressions=[exp.false()])

    def typed(self, node: Any) -> Typed:
        """Any part of a rule, checked and rebuilt, with its kind."""
        if isinstance(node, exp.Paren):
            return self.typed(node.this)
        if isinstance(node, exp.Column):
            return self._column(node)
        build = CONDITIONS.get(type(node)) or VALUES.get(type(node))
        if build is None:
            raise RuleError(refusal(node))
        return _apart(build(self, node))

    def boolean(self, node: Any) -> Any:
        """A part that must be true or false."""
        typed = self.typed(node)
        if typed.kind not in (BOOLEAN, NULL):
            raise RuleError(
                f"{shown(node)} is {typed.kind}, neither true nor false; compare it with "
                "something, as in event = 'page view'"
            )
        return convert(typed, BOOLEAN)

    def of_kind(self, node: Any, kind: str) -> Any:
        """A part brought to a kind."""
        typed = self.typed(node)
        converted = convert(typed, kind)
        if converted is None:
            raise RuleError(f"{shown(node)} is {typed.kind} and cannot be read as {kind}")
        return converted

    def alike(self, nodes: list[Any]) -> tuple[list[Any], str]:
        """Parts that meet each other, brought to one kind."""
        typed = [self.typed(node) for node in nodes]
        kind = common(typed)
        converted = [convert(part, kind) for part in typed]
        if None in converted:
            words = [
                f"{shown(node)}, which is {part.kind}"
                for node, part in zip(nodes, typed, strict=True)
            ]
            raise RuleError(" and ".join(words) + ", cannot be compared")
        return converted, kind

    def _column(self, node: Any) -> Typed:
        if any(part for name, part in node.args.items() if name != "this"):
            raise RuleError(refusal(node))
        if not isinstance(node.this, exp.Identifier):
            raise RuleError(refusal(node))
        kind = NUMBER if node.name.casefold() in NUMBERS else TEXT
        return Typed(convert(Typed(self._column_for(node.name), "a column"), kind), kind)


def _apart(typed: Typed) -> Typed:
    """An operator in parentheses, so that DuckDB reads the very tree that was checked."""
    if isinstance(typed.node, exp.Binary | exp.Unary | exp.Between | exp.In | exp.Escape):
        return Typed(exp.Paren(this=typed.node), typed.kind, typed.is_literal)
    return typed
