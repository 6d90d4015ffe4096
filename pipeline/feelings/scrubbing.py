"""Takes out of a text what could tell who wrote it: names, addresses, numbers.

A word stands only where enough customers wrote it, and wrote it without a capital letter. So a
name, which nobody writes small, goes in any language; so does a typing error, a place, a noun that
is always capital. What is safe and reads badly is not quoted (`is_quotable`).
"""

import re
from collections.abc import Container

GONE = "…"
SHORTEST, LONGEST, MOST_GONE = 3, 40, 0.25  # words of a quote; share of them that may be gone
ADDRESS = re.compile(r"\S*@\S*|\S*://\S*|\bwww\.\S*|\S+\.\S*/\S*")
NUMBER = re.compile(r"\S*\d\S*")
WORD = re.compile(r"([^\W\d_]+)")
MANY_GONE = re.compile(rf"{GONE}(?:[^\w{GONE}]*{GONE})+")


def scrubbed(text: str, known: Container[str], own: Container[str] = ()) -> str:
    """The text with `…` for each address, each number, each word that is none of the `known` ones
    (all in lower case), and each of the writer's `own`: what identifiers are made of.
    """
    masked = NUMBER.sub(GONE, ADDRESS.sub(GONE, text))
    parts = WORD.split(masked)
    told = [
        part if not place % 2 or _may_stand(part, known, own) else GONE
        for place, part in enumerate(parts)
    ]
    return " ".join(MANY_GONE.sub(GONE, "".join(told)).split())


def _may_stand(word: str, known: Container[str], own: Container[str]) -> bool:
    small = word.lower()
    return small not in own and (small in known or word == "I")


def is_quotable(text: str) -> bool:
    """Whether a scrubbed text is short enough to be read, and enough of it is left."""
    kept, gone = len(WORD.findall(text)), text.count(GONE)
    return kept >= SHORTEST and kept + gone <= LONGEST and gone <= MOST_GONE * (kept + gone)
