"""Feelings that go with leaving: who is unhappy at a stage beside the others who answered there."""

from pipeline.findings.finding import CHANCE, Row, conversions, hundredths


def tell_feeling(row: Row) -> str:
    """`Who is unhappy at “usage” (2 or less on csat) leaves more often: 62 of 100 …`."""
    often, more = ("more", "fewer") if row["difference"] > 0 else ("less", "more")
    return (
        f"Who is unhappy at “{row['stage']}” ({row['unhappy_to']:g} or less on "
        f"{row['score_scale']}) leaves {often} often: {hundredths(row['dropped_rate'])} of "
        f"{CHANCE} customers, against {hundredths(row['other_rate'])} of the others who answered "
        f"there. It goes with about {conversions(row['conversions_lost'])} {more}; whether it is "
        "the cause, this cannot tell."
    )
