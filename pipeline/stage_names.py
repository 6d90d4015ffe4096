"""Names that are proposed for stages: a known word where the touchpoints say so, or their own."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

LEAST_SHARE = 0.5  # of the steps of a stage that must speak for a word
WORDS = {
    "awareness": "ad|ads|advert|social|post|article|blog|webinar|landing|campaign|newsletter|video",
    "discovery": "home|catalog|catalogue|search|browse|category|promotion|listing",
    "consideration": "pricing|price|demo|compare|case|trial|product|review|reviews|wish|wishlist",
    "checkout": "basket|cart|checkout|shipping|payment|delivery|address",
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
    """A name for each stage, all different: a word that most of its steps speak for, and that no
    other stage has; or its most frequent touchpoints."""
    spoken = [_word(stage, steps) for stage in stages]
    names: list[str] = []
    for word, stage in zip(spoken, stages, strict=True):
        is_free = word is not None and spoken.count(word) == 1
        names.append(str(word) if is_free else _own(stage, steps))
    return names


def _word(stage: Sequence[str], steps: Mapping[str, int]) -> str | None:
    total = sum(steps.get(touchpoint, 1) for touchpoint in stage) or 1
    told = {
        word: sum(steps.get(each, 1) for each in stage if pattern.search(_plain(each))) / total
        for word, pattern in SPOKEN.items()
    }
    word = max(told, key=lambda word: told[word])
    return word if told[word] >= LEAST_SHARE else None


def _plain(touchpoint: str) -> str:
    return re.sub(r"[^a-z]+", " ", touchpoint.casefold())


def _own(stage: Sequence[str], steps: Mapping[str, int]) -> str:
    """`social post and paid ad`: touchpoints are of one stage each, so such names differ."""
    most = sorted(stage, key=lambda touchpoint: (-steps.get(touchpoint, 0), touchpoint))[:2]
    return " and ".join(most)
