"""Small multiples over months: a rate with its interval, one picture for each stage."""

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from pipeline.numbers import count, interval, is_known, month, share

Row = Mapping[str, Any]

WIDTH, HEIGHT, LEFT, RIGHT, TOP, FOOT = 300.0, 120.0, 6.0, 6.0, 10.0, 22.0


def by_month(rows: Sequence[Row], months: Sequence[str], most: float, label: str) -> Markup:
    """Drop-off rates with 95 % intervals by month of start, as SVG; young months are hollow.

    `rows` is rows of graph.month_drop_offs of one persona and node: month, drop_off_rate,
    drop_off_low, drop_off_high, mature_steps, is_young. The axes run over all `months`, and from 0
    to `most`, so that pictures of several nodes can be compared.
    """
    places = {name: at for at, name in enumerate(months)}
    step = (WIDTH - LEFT - RIGHT) / max(len(months) - 1, 1)
    known = [row for row in rows if is_known(row["drop_off_rate"])]
    points = [(LEFT + places[row["month"]] * step, row) for row in known]
    line = " ".join(f"{x:.1f},{_y(row['drop_off_rate'], most):.1f}" for x, row in points)
    marks = Markup("").join(_mark(x, row, most) for x, row in points)
    ends = Markup(
        '<text x="{}" y="{}">{}</text><text x="{}" y="{}" text-anchor="end">{}</text>'
    ).format(LEFT, HEIGHT - 5, month(months[0]), WIDTH - RIGHT, HEIGHT - 5, month(months[-1]))
    return Markup(
        '<svg class="months" viewBox="0 0 {w} {h}" role="img" aria-label="{label}">'
        '<path class="axis" d="M0 {zero}H{w}"/><polyline points="{line}"/>{marks}{ends}</svg>'
    ).format(
        w=round(WIDTH), h=round(HEIGHT), label=label, zero=_y(0, most), line=line, marks=marks,
        ends=ends,
    )  # fmt: skip


def _y(rate: float, most: float) -> float:
    return HEIGHT - FOOT - (HEIGHT - FOOT - TOP) * min(rate / most, 1.0)


def _mark(x: float, row: Row, most: float) -> Markup:
    """The interval as an upright line, the rate as a dot."""
    told = (
        f"{month(row['month'])}: {share(row['drop_off_rate'])} "
        f"({interval(row['drop_off_low'], row['drop_off_high'])}), "
        f"{count(row['mature_steps'])} visits"
        + (", not yet fully known" if row["is_young"] else "")
    )
    return Markup(
        '<g><title>{}</title><path class="whisker" d="M{:.1f} {:.1f}V{:.1f}"/>'
        '<circle class="{}" cx="{:.1f}" cy="{:.1f}" r="3.2"/></g>'
    ).format(
        told, x, _y(row["drop_off_low"], most), _y(row["drop_off_high"], most),
        "young" if row["is_young"] else "old", x, _y(row["drop_off_rate"], most),
    )  # fmt: skip
