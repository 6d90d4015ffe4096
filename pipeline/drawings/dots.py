"""A hundred dots: shares that a person can count."""

from markupsafe import Markup


def hundred(converted: float, dropped: float) -> Markup:
    """A hundred dots, for shares from 0 to 1: converted, dropped, and the rest still open."""
    kinds = ["is-on"] * round(converted * 100)
    kinds += ["is-off"] * min(round(dropped * 100), 100 - len(kinds))
    kinds += ["is-hollow"] * (100 - len(kinds))
    dots = Markup("").join(
        Markup('<circle class="{}" cx="{}" cy="{}" r="{}"/>').format(
            kind, 8 + 16 * (place % 20), 8 + 16 * (place // 20),
            "5" if kind == "is-hollow" else "5.6",
        )
        for place, kind in enumerate(kinds)
    )  # fmt: skip
    return Markup('<svg viewBox="0 0 320 80" aria-hidden="true">{}</svg>').format(dots)
