"""What happens in the events of the yardsticks: 30 names, by stage, and how likely each is when."""

from itertools import accumulate

# stage: its events; the first of a stage is its most usual one.
STAGES = {
    "awareness": ["ad clicked", "search landed", "post opened", "newsletter opened"],
    "consideration": [
        "product viewed", "category viewed", "prices viewed", "review read", "video watched",
        "products compared",
    ],
    "purchase": ["cart filled", "cart viewed", "checkout begun", "payment failed", "order placed"],
    "onboarding": ["welcome opened", "profile filled", "tour taken", "first project"],
    "usage": ["feature used", "report made", "colleague invited", "file exported", "alert set"],
    "support": ["help read", "ticket opened", "chat begun"],
    "loyalty": ["renewed", "recommended", "upgraded"],
}  # fmt: skip
NAMES = [name for names in STAGES.values() for name in names]
PHASES = 6  # of a customer, from the first events to the later ones
KINDS = 3  # of customers: they move on at different speed, and need support differently

# Weight of each stage in each phase: people look, buy, learn, use, and come back.
WEIGHTS = [
    (6, 4, 0.3, 0, 0, 0.2, 0),
    (2, 6, 1, 0, 0, 0.4, 0),
    (1, 3, 4, 0.5, 0, 0.5, 0),
    (0.4, 1, 2, 4, 1, 1, 0.05),
    (0.3, 0.6, 0.5, 1, 6, 1.5, 0.2),
    (0.3, 0.5, 0.5, 0.2, 6, 1.5, 0.8),
]
PICKS = 1000  # of this many equally likely picks, a name has its share


def picks(phase: int, kind: int) -> list[str]:
    """PICKS names, of which one is drawn for each event of customers of that kind and phase."""
    weights = []
    for stage, weight in zip(STAGES, WEIGHTS[phase], strict=True):
        needs = 1 + 2 * kind if stage == "support" else 1
        shares = [1 / place for place in range(1, len(STAGES[stage]) + 1)]
        weights += [weight * needs * share / sum(shares) for share in shares]
    ends = [round(PICKS * end / sum(weights)) for end in accumulate(weights)]
    drawn: list[str] = []
    for name, end in zip(NAMES, ends, strict=True):
        drawn += [name] * (end - len(drawn))
    return drawn
