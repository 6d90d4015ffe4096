"""Names that are proposed for stages: a known word where the touchpoints say so, or their own."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

LEAST_SHARE = 0.3  # of the steps of a stage that must speak for a word
WORDS = {
    "awareness": "ad|ads|advert|social|post|article|blog|webinar|landing|campaign|newsletter|video",
    "discovery": "home|catalog|catalogue|search|browse|category|promo|promotion|filter|listing",
    "consideration": "pricing|price|demo|compare|case|trial|product|review|reviews|wish|wishlist",
    "basket": "basket|cart|bag",
    "checkout": "checkout|shipping|payment|delivery|address",
    "purchase": "purchase|order|proposal|negotiation|deal|contract|quote|offer|buy|won",
    "onboarding": "onboarding|kick|kickoff|login|signup|activation|setup|welcome|registration",
    "usage": "usage|use|workshop|module|toolbox|lesson|feature|session|course",
    "support": "support|ticket|help|faq|complaint|chat|error|bug",
    "loyalty": "loyalty|follow|referral|renewal|renew|alumni|recommend|upgrade|repeat",
}
SPOKEN = {word: re.compile(rf"\b({words})\b") for word, words in WORDS.items()}


@dataclass(frozen=True)
class Placed:
    """A touchpoint in the stage that is proposed for it; positions go from 0 to 1."""

    stage_number: int
    stage: str
    touchpoint: str
    position: float


def proposed_names(stages: Sequence[Sequence[str]], steps: Mapping[str, int]) -> list[str]:
    """A name for each stage, all different: a word that its steps speak for, and that no stage of
    more such steps has; or its most frequent touchpoints."""
    claims = sorted(
        (-share, place, word)
        for place, stage in enumerate(stages)
        for word, share in _spoken(stage, steps).items()
        if share >= LEAST_SHARE
    )
    names: dict[int, str] = {}
    for _, place, word in claims:
        if place not in names and word not in names.values():
            names[place] = word
    return [names.get(place) or _own(stage, steps) for place, stage in enumerate(stages)]


def _spoken(stage: Sequence[str], steps: Mapping[str, int]) -> dict[str, float]:
    """The share of a stage's steps that speaks for each word."""
    total = sum(steps.get(touchpoint, 1) for touchpoint in stage) or 1
    return {
        word: sum(steps.get(each, 1) for each in stage if pattern.search(_plain(each))) / total
        for word, pattern in SPOKEN.items()
    }


def _plain(touchpoint: str) -> str:
    return re.sub(r"[^a-z]+", " ", touchpoint.casefold())


def _own(stage: Sequence[str], steps: Mapping[str, int]) -> str:
    """`social post and paid ad`: touchpoints are of one stage each, so such names differ."""
    most = sorted(stage, key=lambda touchpoint: (-steps.get(touchpoint, 0), touchpoint))[:2]
    return " and ".join(most)
