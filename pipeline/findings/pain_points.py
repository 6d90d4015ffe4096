"""Pain points and bright spots: where more, or less, is lost than is usual."""

from pipeline.findings.finding import ALL, CHANCE, Row, conversions, hundredths, who


def tell_pain_point(row: Row) -> str:
    """`“Paid on mobile” get lost at “usage”: 44 of 100 visits there are the last …`."""
    after = f", most of all after “{row['touchpoint']}”" if row["touchpoint"] else ""
    return (
        f"{who(row)} get lost at “{row['stage']}”{after}: {_rates(row)} "
        f"That is about {conversions(row['conversions_lost'])} lost."
    )


def tell_bright_spot(row: Row) -> str:
    """`“Paid on mobile” stay on at “usage”: only 6 of 100 visits there are the last …`."""
    return (
        f"{who(row)} stay on at “{row['stage']}”: only {_rates(row)} "
        f"That is about {conversions(row['conversions_lost'])} kept."
    )


def _rates(row: Row) -> str:
    usual = "at the other stages" if row["persona_id"] == ALL else "of the other customers"
    return (
        f"{hundredths(row['drop_off_rate'])} of {CHANCE} visits there are the last "
        f"({hundredths(row['drop_off_low'])} to {hundredths(row['drop_off_high'])}), "
        f"against {hundredths(row['usual_rate'])} {usual}."
    )
