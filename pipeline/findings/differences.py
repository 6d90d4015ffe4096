"""Differences between groups of customers, and of the same group over time."""

from pipeline.findings.finding import CHANCE, Row, conversions, day, days, hundredths

EVERYONE = "all"


def tell_difference(row: Row) -> str:
    """`Customers whose channel is “paid” get lost at “usage” more often: 42 of 100, against …`."""
    if row["first_day"]:
        return f"{_when(row)} {_whom(row)} {_what(row)}: {_shares(row)}{_cost(row)}"
    return f"C{_whom(row)[1:]} {_what(row)}: {_shares(row)}{_cost(row)}"


def _when(row: Row) -> str:
    """The stretch of weeks, by its first and last day."""
    if row["is_lasting"]:
        return f"Since {day(row['first_day'])}"
    return f"From {day(row['first_day'])} to {day(row['last_day'])}"


def _whom(row: Row) -> str:
    """`customers …`: whom it is about."""
    if row["segment"] == EVERYONE:
        return "customers"
    return f"customers whose {row['segment']} is “{row['segment_value']}”"


def _what(row: Row) -> str:
    often = "more often" if row["difference"] > 0 else "less often"
    if row["level"] == "journey":
        return f"convert within {days(row['within_days'])} {often}"
    if row["level"] == "stage":
        return f"get lost at “{row['stage']}” {often}"
    if row["kind"] == "loop":
        return f"come back to “{row['touchpoint']}” at once {often}"
    return f"go from “{row['touchpoint']}” to “{row['to_node']}” {often}"


def _shares(row: Row) -> str:
    """Of a hundred, here and where it went the other way."""
    others = "of the others"
    if row["first_day"]:
        others = "before" if row["is_lasting"] else "at other times"
    first = "" if row["level"] == "journey" else ", the first time they are there"
    return (
        f"{hundredths(row['share'])} of {CHANCE}, against {hundredths(row['other_share'])} "
        f"{others}{first}."
    )


def _cost(row: Row) -> str:
    """What it is worth, where that is two conversions at least."""
    if abs(row["conversions_lost"]) < 1.5:
        return ""
    way = "lost" if row["conversions_lost"] > 0 else "gained"
    return f" That is about {conversions(row['conversions_lost'])} {way}."
