"""Drawings as SVG text: functions from rows to markup, which never query.

Colours are the page's own (CSS classes), so a drawing follows light, dark and print by itself.
Every name goes through markupsafe, which escapes it.
"""

from pipeline.drawings.dots import hundred
from pipeline.drawings.flow import flow
from pipeline.drawings.graph import transition_graph
from pipeline.drawings.months import by_month
from pipeline.drawings.steps import step_flow

__all__ = ["by_month", "flow", "hundred", "step_flow", "transition_graph"]
