"""Names of time zones, checked before any data is read."""

from functools import cache
from zoneinfo import available_timezones


@cache
def timezone_names() -> frozenset[str]:
    """Every zone this machine knows that means the same on any other."""
    return frozenset(available_timezones() - {"localtime", "Factory"} | {"UTC"})


def check_timezone(name: str) -> str:
    """The name itself. Raises ValueError where no such zone is known."""
    from pipeline.nearest import nearest

    if name not in timezone_names():
        raise ValueError(
            f"{name!r} is no time zone; write one such as UTC or Europe/Stockholm"
            + nearest(name, timezone_names())
        )
    return name
