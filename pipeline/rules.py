"""Rules of the settings: one boolean expression each, checked against an allow-list.

The SQL that runs is generated from the checked tree, never the user's text. Columns are text, but
`value` and `score`: text that meets a number is read as a number, and as null where it is none.
Nothing in a rule can stop a run: casts, divisions and counts that fail are null, null is false.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

import duckdb
import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.tokens import TokenType

from pipeline.database import open_warehouse, quote
from pipeline.nearest import nearest
from pipeline.rule_compiler import RuleCompiler
from pipeline.rule_words import RuleError

__all__ = ["RuleError", "check_rule", "columns_of", "compile_rule"]

LONGEST = 20_000  # characters
DIALECT = "duckdb"


def compile_rule(text: str, columns: Mapping[str, str], where: str) -> str:
    """One DuckDB boolean expression, never null, from a rule that names keys of `columns`.

    `columns` maps each name that the rule may use to the SQL that stands for it; `where` says
    whose rule it is. Raises RuleError, in words, for whatever is not on the allow-list, for a
    column that is not there, and for what DuckDB cannot evaluate.
    """
    try:
        check_rule(text, columns)
        spelled = {name.casefold(): name for name in columns}

        def column(name: str) -> Any:
            known = name if name in columns else spelled[name.casefold()]
            return sqlglot.parse_one(columns[known], read=DIALECT)

        return _generated(text, column)
    except RuleError as problem:
        raise RuleError(f"{where}: {problem}") from problem


def check_rule(text: str, columns: Iterable[str] | None = None) -> None:
    """Raise RuleError unless the rule is allowed, can be evaluated, and names known columns.

    Without `columns` any name will do: what a source's file holds is not known before it is read.
    """
    names = _checked(text)
    if columns is None:
        return
    known = sorted(columns)
    lowered = {name.casefold() for name in known}
    for name in sorted(names):
        if name.casefold() not in lowered:
            raise RuleError(_unknown_column(name, known, text))


def columns_of(text: str) -> frozenset[str]:
    """The names of the columns that a rule reads, as the rule spells them. Raises RuleError."""
    return _checked(text)


@lru_cache(maxsize=1024)
def _checked(text: str) -> frozenset[str]:
    """Check a rule against the allow-list and DuckDB; the names of the columns it reads."""
    names: set[str] = set()

    def column(name: str) -> Any:
        names.add(name)
        return exp.Literal.string("")

    sql = _generated(text, column)
    try:
        _nowhere().execute(f"select {sql}")
    except duckdb.Error as problem:
        first = str(problem).splitlines()[0]
        raise RuleError(f"cannot be evaluated: {first.partition('Error: ')[2] or first}") from None
    return frozenset(names)


@lru_cache(maxsize=1)
def _nowhere() -> duckdb.DuckDBPyConnection:
    """An empty database without access to anything, to try rules in."""
    return open_warehouse(":memory:")


def _generated(text: str, column: Any) -> str:
    try:
        tree = RuleCompiler(column).rule(_parsed(text))
        return str(tree.sql(dialect=DIALECT, comments=False))
    except RecursionError:
        raise RuleError("is nested too deeply") from None


def _parsed(text: str) -> Any:
    if len(text) > LONGEST:
        raise RuleError(f"is longer than {LONGEST} characters")
    try:
        _check_tokens(sqlglot.tokenize(text, read=DIALECT))
        return exp.maybe_parse(text, into=exp.Condition, dialect=DIALECT)
    except SqlglotError as problem:
        raise RuleError(_no_expression(problem)) from None


def _check_tokens(tokens: list[Any]) -> None:
    if not tokens:
        raise RuleError("is empty; write one expression, such as event = 'page view'")
    for token in tokens:
        if token.token_type == TokenType.SEMICOLON:
            raise RuleError("must be one expression; no semicolon is allowed")
        if token.comments:
            raise RuleError("holds a comment; write comments in YAML, after a #")


def _no_expression(problem: SqlglotError) -> str:
    details = getattr(problem, "errors", None) or [{}]
    near = details[0].get("highlight")
    place = f", it cannot be read at {near!r} (column {details[0].get('col')})" if near else ""
    return f"is no expression{place}; write one such as event = 'page view' and channel = 'paid'"


def _unknown_column(name: str, known: list[str], text: str) -> str:
    hint = nearest(name, known)
    if quote(name) in text and not hint:
        hint = ". Text goes in single quotes: '" + name.replace("'", "''") + "'"
    return f"there is no column {name!r}; there are {', '.join(known)}{hint}"
