"""Reads `journeys.yml` as plain values, and knows the line that each of them is on.

YAML's own surprises are off: `no` and `on` are words, `12:30` is text, a key given twice is told.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from pipeline.errors import SettingsError

DEEPEST = 50  # levels; far more than any settings need, far less than Python's own limit
MOST = 100_000  # values


@dataclass(frozen=True)
class Document:
    """A settings file: its values, and its nodes, which know their lines."""

    file: Path
    values: dict[str, Any]
    root: yaml.Node

    def line(self, location: Sequence[str | int]) -> int:
        """The line, from 1, of the nearest part of the file that leads to this location."""
        node, mark = self.root, self.root.start_mark
        for step in location:
            found = _child(node, step)
            if found is None:
                break
            node, mark = found
        return int(mark.line) + 1


class _Loader(yaml.SafeLoader):
    """The safe loader, without the readings of YAML 1.1 that nobody expects."""


_Loader.yaml_implicit_resolvers = {}
_CLOCK = r"[Tt ]\d\d?:\d\d:\d\d(?:\.\d*)?\s*(?:Z|[-+]\d\d?(?::\d\d)?)?"
for _tag, _pattern, _first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("int", r"[-+]?(?:0|[1-9][0-9]*)", "-+0123456789"),
    ("float", r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?", "-+.0123456789"),
    ("merge", r"<<", "<"),
    ("timestamp", rf"\d{{4}}-\d\d-\d\d(?:{_CLOCK})?", "0123456789"),
):  # fmt: skip
    _Loader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}", re.compile(f"(?:{_pattern})$"), _first
    )


def read_yaml(path: Path) -> Document:
    """The file's values and lines.

    Raises SettingsError for a file that is missing, empty, no YAML, or gives a key twice.
    """
    try:
        root, values = _parse(_read_text(path))
    except _StructureError as problem:
        raise SettingsError(str(path), problem.args[0]) from None
    except yaml.YAMLError as problem:
        raise SettingsError(str(path), [_yaml_words(problem)]) from problem
    except ValueError as problem:  # such as the date 2025-13-01
        raise SettingsError(str(path), [f"holds a value that cannot be: {problem}"]) from problem
    except RecursionError:
        raise SettingsError(str(path), ["is nested too deeply"]) from None
    return Document(path, values, root)


class _StructureError(Exception):
    """The problems of a file that is YAML, but no settings."""


def _parse(text: str) -> tuple[yaml.Node, dict[str, Any]]:
    loader = _Loader(text)
    try:
        root = loader.get_single_node()
        if root is None:
            raise _StructureError(["the file is empty; `journeys init` writes a first one"])
        problems = _structure_problems(root)
        if problems:
            raise _StructureError(problems)
        return root, loader.construct_document(root)
    finally:
        loader.dispose()


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise SettingsError(
            str(path),
            ["there is no such file; give one with --config, or write one with `journeys init`"],
        ) from None
    except UnicodeDecodeError as problem:
        raise SettingsError(
            str(path), [f"is not UTF-8 text (byte {problem.start + 1}); save it as UTF-8"]
        ) from None
    except OSError as problem:
        raise SettingsError(str(path), [f"cannot be read: {problem.strerror}"]) from None


def _structure_problems(root: yaml.Node) -> list[str]:
    if not isinstance(root, yaml.MappingNode):
        return ["line 1: must hold keys and values, such as `title: Fjord Academy`"]
    if _values_in(root, (), {}) > MOST:
        return [f"stands for more than {MOST:,} values, by references to references"]
    nodes = dict.fromkeys(_nodes(root))  # each once, though several references lead to it
    return [text for node in nodes for text in _key_problems(node)]


def _values_in(node: yaml.Node, above: tuple[yaml.Node, ...], known: dict[yaml.Node, int]) -> int:
    """How many values a node stands for once all references in it are followed."""
    if node in above or len(above) > DEEPEST:
        line = node.start_mark.line + 1
        raise _StructureError([f"line {line}: refers to itself or is nested too deeply"])
    if node not in known:
        parts = [_values_in(part, (*above, node), known) for part in _parts(node)]
        known[node] = 1 + sum(parts)
    return known[node]


def _parts(node: yaml.Node) -> list[yaml.Node]:
    if isinstance(node, yaml.SequenceNode):
        return list(node.value)
    if isinstance(node, yaml.MappingNode):
        return [part for pair in node.value for part in pair]
    return []


def _nodes(node: yaml.Node) -> Iterator[yaml.Node]:
    yield node
    for part in _parts(node):
        yield from _nodes(part)


def _key_problems(node: yaml.Node) -> list[str]:
    """Keys of one mapping that are given twice or are no text."""
    if not isinstance(node, yaml.MappingNode):
        return []
    problems, lines = [], dict[str, int]()
    for key, _ in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            problems.append(f"line {line}: a key must be text")
        elif key.value in lines:
            problems.append(
                f"line {line}: {key.value!r} is given twice, first on line {lines[key.value]}"
            )
        else:
            lines[key.value] = line
            _read_as_text(key)
    return problems


def _read_as_text(key: yaml.ScalarNode) -> None:
    """Keys are names, also where they look like a number, a date or `null`."""
    if key.tag != "tag:yaml.org,2002:merge":
        key.tag = "tag:yaml.org,2002:str"


def _child(node: yaml.Node, step: str | int) -> tuple[yaml.Node, yaml.Mark] | None:
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step], node.value[step].start_mark
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value == step:
                return value, key.start_mark
    return None


def _yaml_words(problem: yaml.YAMLError) -> str:
    mark = getattr(problem, "problem_mark", None)
    words = getattr(problem, "problem", None) or str(problem).splitlines()[0]
    if mark is None:
        return f"is no YAML: {words}"
    return f"line {mark.line + 1}, column {mark.column + 1}: is no YAML: {words}"
