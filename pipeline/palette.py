"""The few colours of the report and the charts, each with one meaning, in light and dark.

Blue and vermilion stay apart for readers who do not see red and green apart; lightness and
position say the same as the colours do.
"""

LIGHT = {
    "paper": "#fbfaf7",
    "raised": "#ffffff",
    "sunk": "#f2f0ea",
    "ink": "#1a1f26",
    "soft": "#565d66",
    "line": "#dedad1",
    "accent": "#0d5c7d",  # going on, converted
    "accent-mid": "#6fa3bb",
    "accent-soft": "#d9e8ee",
    "lost": "#b5431c",  # dropped, and pain
    "lost-mid": "#de9375",
    "lost-soft": "#f8e4da",
    "open": "#8d9299",  # not known yet
    "open-soft": "#dfdfdb",
}
DARK = {
    "paper": "#14181c",
    "raised": "#1b2026",
    "sunk": "#20262c",
    "ink": "#e9e7e2",
    "soft": "#a6adb5",
    "line": "#343b43",
    "accent": "#7cc0de",
    "accent-mid": "#4888a4",
    "accent-soft": "#213e4c",
    "lost": "#f29468",
    "lost-mid": "#b4603d",
    "lost-soft": "#472a1e",
    "open": "#8b939c",
    "open-soft": "#3a4149",
}


def declarations(colours: dict[str, str]) -> str:
    """The colours as CSS custom properties."""
    return " ".join(f"--{name}: {value};" for name, value in colours.items())


def pairs() -> list[tuple[str, str]]:
    """Each light colour with its dark one, to turn a figure's colours over."""
    return [(LIGHT[name], DARK[name]) for name in LIGHT]
