"""What the values of the settings must be to each other, told all at once.

Reads the plain values, so that one broken part does not hide what is wrong with the others; what
is not of the right type is left to the models, and never told twice.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pipeline.nearest import nearest
from pipeline.settings_names import carried_names, check_names, listed, named, texts
from pipeline.settings_sources import check_source

Location = tuple[str | int, ...]
Problem = tuple[Location, str]  # where, and a sentence
Named = tuple[Location, str]  # where, and the name there
RESERVED_NODES = ("START", "CONVERTED", "DROPPED", "OPEN")
EVERY_EVENT = ("channel", "device")  # columns that events have whether carried or not


def check_settings(values: Mapping[str, Any]) -> Iterator[Problem]:
    """Each problem between values, as the location of a value and a sentence about it."""
    for number, source in listed(values, "sources"):
        for location, sentence in check_source(source):
            yield ("sources", number, *location), sentence
    yield from _check_repeats(values)
    yield from check_names(values)
    yield from _check_reserved(values)
    yield from _check_touchpoint_names(values)
    yield from _check_customer_names(values)
    yield from _check_placeholders(values)
    yield from _check_bounds(values)
    yield from _check_rules(values)


def _touchpoints(values: Mapping[str, Any]) -> Iterator[tuple[Location, Any]]:
    if values.get("stages") == "infer":
        for place, touchpoint in listed(values, "touchpoints"):
            yield ("touchpoints", place), touchpoint
    for number, stage in listed(values, "stages"):
        for place, touchpoint in listed(stage, "touchpoints"):
            yield ("stages", number, "touchpoints", place), touchpoint


def _check_repeats(values: Mapping[str, Any]) -> Iterator[Problem]:
    sources = [(("sources", number), source) for number, source in listed(values, "sources")]
    stages = [(("stages", number), stage) for number, stage in listed(values, "stages")]
    yield from _repeats(sources, "name", "source")
    yield from _repeats(stages, "stage", "stage")
    yield from _repeats(_touchpoints(values), "touchpoint", "touchpoint")


def _repeats(items: Iterable[tuple[Location, Any]], key: str, noun: str) -> Iterator[Problem]:
    seen: set[str] = set()
    for location, item in items:
        name = named(item, key)
        if name and name.casefold() in seen:
            yield (*location, key), f"there is another {noun} {name!r}; give each its own name"
        seen.add(name.casefold())


def _check_reserved(values: Mapping[str, Any]) -> Iterator[Problem]:
    stages = [(("stages", number), stage) for number, stage in listed(values, "stages")]
    for key, items in (("stage", stages), ("touchpoint", list(_touchpoints(values)))):
        for location, item in items:
            if named(item, key).upper() in RESERVED_NODES:
                yield (
                    (*location, key),
                    f"a {key} cannot be named {named(item, key)!r}: the graph has the nodes "
                    f"{', '.join(RESERVED_NODES)} of its own",
                )


def _check_touchpoint_names(values: Mapping[str, Any]) -> Iterator[Problem]:
    known = [named(touchpoint, "touchpoint") for _, touchpoint in _touchpoints(values)]
    if not known or not all(known):
        return  # the models tell that there are no stages, or that a touchpoint has no name
    for location, name in _touchpoint_references(values):
        if name not in known:
            yield location, _no_such("touchpoint", name, known)
    goal = named(values.get("journey"), "goal")
    for number, name in texts(values.get("journey"), "milestones"):
        if name and name == goal:
            yield ("journey", "milestones", number), f"{name!r} is the goal itself"


def _touchpoint_references(values: Mapping[str, Any]) -> Iterator[Named]:
    journey = values.get("journey")
    if named(journey, "goal"):
        yield ("journey", "goal"), named(journey, "goal")
    if named(journey, "starts_with") not in ("", "any"):
        yield ("journey", "starts_with"), named(journey, "starts_with")
    for number, name in texts(journey, "milestones"):
        yield ("journey", "milestones", number), name
    for number, name in texts(values, "assumed_map"):
        yield ("assumed_map", number), name
    for number, action in listed(values, "actions"):
        if named(action, "touchpoint"):
            yield ("actions", number, "touchpoint"), named(action, "touchpoint")


def _check_customer_names(values: Mapping[str, Any]) -> Iterator[Problem]:
    """Segments and persona attributes must be something that customers or their events have."""
    known = sorted({*carried_names(values, "columns"), *carried_names(values, "attributes"), *EVERY_EVENT})  # noqa: E501  # fmt: skip
    personas = values.get("personas")
    places: list[Named] = [
        (("segments", number), name) for number, name in texts(values, "segments")
    ]
    places += [
        (("personas", "attributes", number), name) for number, name in texts(personas, "attributes")
    ]
    if named(personas, "column"):
        places.append((("personas", "column"), named(personas, "column")))
    for location, name in places:
        if name not in known:
            yield location, _no_such("carried column or attribute", name, known)


def _check_placeholders(values: Mapping[str, Any]) -> Iterator[Problem]:
    kinds = carried_names(values, "identifiers")
    placeholders = values.get("placeholders")
    for kind in placeholders if isinstance(placeholders, dict) and kinds else ():
        if kind not in kinds:
            yield ("placeholders", kind), _no_such("kind of identifier", kind, kinds)


def _check_bounds(values: Mapping[str, Any]) -> Iterator[Problem]:
    personas = values.get("personas")
    between = personas.get("between") if isinstance(personas, dict) else None
    if isinstance(between, list) and len(between) == 2 and all(type(n) is int for n in between):
        low, high = between
        if low > high:
            yield ("personas", "between"), f"must go up: [{high}, {low}], not [{low}, {high}]"


def _check_rules(values: Mapping[str, Any]) -> Iterator[Problem]:
    """Every rule of the settings; the columns of a source's own rules are known at load only."""
    columns = [
        "source", "event", "value", "score", "text",
        *carried_names(values, "identifiers"), *carried_names(values, "columns"),
    ]  # fmt: skip
    rules: list[tuple[Location, str, list[str] | None]] = []
    rules.append((("leave_out",), named(values, "leave_out"), columns))
    for location, touchpoint in _touchpoints(values):
        rules.append(((*location, "where"), named(touchpoint, "where"), columns))
    for number, source in listed(values, "sources"):
        rules.append((("sources", number, "where"), named(source, "where"), None))
        for place, event in listed(source, "events"):
            location = ("sources", number, "events", place, "where")
            rules.append((location, named(event, "where"), None))
    for location, rule, known in rules:
        problem = _rule_problem(rule, known) if rule else None
        if problem:
            yield location, problem


def _rule_problem(rule: str, columns: list[str] | None) -> str | None:
    from pipeline.rules import RuleError, check_rule  # sqlglot: only where there is a rule

    try:
        check_rule(rule, columns)
    except RuleError as problem:
        return str(problem)
    return None


def _no_such(noun: str, name: str, known: Iterable[str]) -> str:
    names = [word for word in known if word]
    return f"there is no {noun} {name!r}; there are {', '.join(names)}{nearest(name, names)}"
