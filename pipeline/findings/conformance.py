"""Places of the assumed map that most journeys go past without them."""

from pipeline.findings.finding import CHANCE, Row, hundredths


def tell_skipped_place(row: Row) -> str:
    """`“demo call” is on the assumed map, and most go past it: 71 of 100 journeys …`."""
    return (
        f"“{row['touchpoint']}” is on the assumed map, and most go past without it: "
        f"{hundredths(row['skipped_rate'])} of {CHANCE} journeys that met a later place "
        f"({hundredths(row['skipped_low'])} to {hundredths(row['skipped_high'])})."
    )
