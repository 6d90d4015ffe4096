"""What values of the settings must be to each other."""

from typing import Any

Problem = tuple[tuple[str | int, ...], str]


def check_settings(model: Any, values: dict[str, Any]) -> list[Problem]:
    return []
