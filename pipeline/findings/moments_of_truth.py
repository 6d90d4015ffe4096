"""Moments of truth: touchpoints whose presence goes with another chance to convert."""

from pipeline.findings.finding import CHANCE, Row, conversions, hundredths


def tell_moment_of_truth(row: Row) -> str:
    """`Who meets “coach call” converts more often later: 71 of 100, against 39 …`."""
    often, more = ("more", "more") if row["z_value"] > 0 else ("less", "fewer")
    return (
        f"Who meets “{row['touchpoint']}” converts {often} often later: "
        f"{hundredths(row['rate'])} of {CHANCE} journeys, against "
        f"{hundredths(row['expected_rate'])} of those equally far that have not met it. It goes "
        f"with about {conversions(row['conversions_lost'])} {more}; whether it is the cause, this "
        "cannot tell."
    )
