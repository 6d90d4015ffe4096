"""What is wrong with the settings, in sentences: line, key, what is allowed, nearest name."""

from collections.abc import Iterator, Mapping, Sequence
from types import UnionType
from typing import TYPE_CHECKING, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from pipeline.errors import SettingsError
from pipeline.nearest import nearest
from pipeline.settings_checks import check_settings

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from pipeline.settings import Settings
    from pipeline.settings_file import Document

Location = tuple[str | int, ...]
NOT_KEYS = (
    "folder",
    "file",
    "is_staging_inferred",
)  # of Settings: set by who reads the file, never in it
LATER = {
    ("Source", "database"): "reading from a database comes later; for now, export to CSV, NDJSON "
    "or Parquet and give its `path`",
    ("Source", "query"): "reading from a database comes later; for now, export to CSV, NDJSON "
    "or Parquet and give its `path`",
    ("Privacy", "pseudonymise"): "pseudonymising comes later; for now, leave it out and keep the "
    "warehouse to yourself: reports and exports show no identifiers",
}  # fmt: skip
KINDS = {
    "string_type": "text, in quotes where it looks like a number or a date",
    "int_type": "a whole number",
    "float_type": "a number",
    "tuple_type": "a list, such as [one, two]",
    "dict_type": "keys and values, such as {key: value}",
    "model_type": "keys and values, such as {key: value}",
    "model_attributes_type": "keys and values, such as {key: value}",
}
PLAIN = {
    "missing": "is missing, and there is no default",
    "string_too_short": "must not be empty",
    "too_short": "must not be empty",
}


def validate(model: "type[Settings]", document: "Document", given: Mapping[str, Any]) -> "Settings":
    """The document as settings. Raises SettingsError with all that is wrong with it."""
    problems: list[tuple[Location, str]] = []
    values = {key: value for key, value in document.values.items() if key not in NOT_KEYS}
    for key in NOT_KEYS:
        if key in document.values:
            problems.append(((key,), _unknown_key(model, key)))
    try:
        settings = model.model_validate({**values, **given})
    except ValidationError as error:
        problems += [
            (_location(detail), _sentence(model, detail)) for detail in _told_once(error.errors())
        ]
    problems += check_settings(values)
    if problems:
        raise SettingsError(str(document.file), _in_words(document, problems))
    return settings


def _told_once(details: "Sequence[ErrorDetails]") -> "Iterator[ErrorDetails]":
    """Without what follows from another problem.

    A source from a database rightly has no path, and a list is not empty for its broken items.
    """
    from_database = {
        detail["loc"][:-1] for detail in details if detail["loc"][-1] in ("database", "query")
    }
    for detail in details:
        has_no_path = detail["loc"][-1] == "path" and detail["loc"][:-1] in from_database
        is_only_broken = detail["type"] == "too_short" and detail["input"]
        if not (has_no_path or is_only_broken):
            yield detail


def _in_words(document: "Document", problems: Sequence[tuple[Location, str]]) -> list[str]:
    lined = [(document.line(location), location, text) for location, text in problems]
    return [
        f"line {line}, {key_path(location, document.values)}: {text}"
        for line, location, text in sorted(lined, key=lambda problem: problem[0])
    ]


def key_path(location: Location, values: Any) -> str:
    """`sources[2] (surveys).events[0].score`: the way to a value, items told by their names."""
    path = ""
    for step in location:
        values = _step_into(values, step)
        if isinstance(step, int):
            path += f"[{step}]"
            name = _name_of(values)
            path += f" ({name})" if name else ""
        else:
            path += f".{step}" if path else step
    return path


def _step_into(values: Any, step: str | int) -> Any:
    if isinstance(values, dict):
        return values.get(step)
    if isinstance(values, list) and isinstance(step, int) and step < len(values):
        return values[step]
    return None


def _name_of(item: Any) -> str:
    if not isinstance(item, dict):
        return ""
    names = (item.get(key) for key in ("name", "stage", "touchpoint", "event"))
    return next((name for name in names if isinstance(name, str)), "")


def _location(detail: "ErrorDetails") -> Location:
    return tuple(step for step in detail["loc"] if step != "[key]")


def _sentence(model: type[BaseModel], detail: "ErrorDetails") -> str:
    kind, context, given = detail["type"], detail.get("ctx", {}), detail["input"]
    if kind == "extra_forbidden":
        *above, key = detail["loc"]
        return _unknown_key(_model_at(model, above), str(key))
    if kind == "literal_error":
        return _none_of(given, context["expected"])
    if kind == "value_error":
        return str(context["error"])
    if kind in PLAIN:
        return PLAIN[kind]
    words = KINDS.get(kind) or detail["msg"].removeprefix("Input should ").removeprefix("be ")
    return f"must be {words}, not {_shown(given)}"


def _unknown_key(model: type[BaseModel] | None, key: str) -> str:
    if model is None:
        return "is an unknown key"
    if (model.__name__, key) in LATER:
        return LATER[model.__name__, key]
    allowed = [name for name in model.model_fields if name not in NOT_KEYS]
    return f"is an unknown key; allowed here: {', '.join(allowed)}{nearest(key, allowed)}"


def _none_of(value: Any, expected: str) -> str:
    allowed = [word.strip("' ") for word in expected.replace(" or ", ",").split(",")]
    return (
        f"{value!r} is not allowed; use one of {', '.join(allowed)}{nearest(str(value), allowed)}"
    )


def _shown(value: Any) -> str:
    shown = "nothing" if value is None else repr(value)
    return shown if len(shown) <= 60 else shown[:57] + "..."


def _model_at(model: type[BaseModel], location: Sequence[str | int]) -> type[BaseModel] | None:
    """The model that a location leads to, by the types of its fields."""
    for step in location:
        if isinstance(step, str):
            if step not in model.model_fields:
                return None
            found = _model_in(model.model_fields[step].annotation)
            if found is None:
                return None
            model = found
    return model


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) in (tuple, Union, UnionType):
        found = (_model_in(argument) for argument in get_args(annotation))
        return next((model for model in found if model), None)
    return None
