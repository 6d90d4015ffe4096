"""A small warehouse as literal rows, for the tests of the report: what its tables hold, no more."""

from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from pipeline.report.tables import SELECTS, Tables
from pipeline.settings import Settings

STAGES = ("awareness", "consideration", "purchase", "onboarding", "usage", "support", "loyalty")
TOUCHPOINTS = {
    "awareness": ("paid ad", "article", "event"),
    "consideration": ("pricing page", "demo call", "case study"),
    "purchase": ("proposal", "deal won"),
    "onboarding": ("kick-off", "workshop"),
    "usage": ("first exercise", "coach call", "shared board"),
    "support": ("support ticket", "help page"),
    "loyalty": ("survey answered", "follow-up booked"),
}
GOAL = "follow-up booked"
ENTERED = {
    "all": (5210, 3640, 1710, 1490, 1180, 610, 520),
    "p1": (1630, 1330, 720, 650, 560, 250, 290),
    "p2": (1860, 1290, 620, 540, 360, 220, 110),
    "p3": (1720, 1020, 370, 300, 260, 140, 120),
}
RATES = {
    "all": (0.282, 0.441, 0.121, 0.196, 0.331, 0.152, 0.081),
    "p1": (0.175, 0.402, 0.092, 0.118, 0.180, 0.094, 0.061),
    "p2": (0.290, 0.438, 0.117, 0.316, 0.574, 0.190, 0.092),
    "p3": (0.389, 0.520, 0.180, 0.141, 0.205, 0.201, 0.104),
}
CONVERTED = {"all": 431, "p1": 251, "p2": 82, "p3": 98}
NAMES = {
    "p1": "From large companies, by referral",
    "p2": "Mid-sized, from search",
    "p3": "Start-ups",
}
SCORES = (None, 7.4, 7.9, 8.1, 5.2, 6.1, 8.4)


def settings(**changed: Any) -> Settings:
    """Settings with every part that the report shows."""
    stages = [
        {
            "stage": stage,
            "notes": "What makes them recommend us?" if stage == "loyalty" else None,
            "touchpoints": [
                {"touchpoint": name, "where": f"event = '{name}'", **_behind(name)}
                for name in names
            ],
        }
        for stage, names in TOUCHPOINTS.items()
    ]
    told: dict[str, Any] = {
        "title": "Fjord Academy",
        "map": {
            "objective": "Why customers do not come back after a workshop",
            "audience": "customer success",
        },
        "report": {"timezone": "Europe/Stockholm", "currency": "EUR"},
        "sources": [
            {"name": "web", "kind": "web", "path": "web.csv", "event": "event", "time": "at",
             "identifiers": {"visitor": "visitor"}}
        ],
        "stages": stages,
        "journey": {"goal": GOAL, "milestones": ["deal won"], "give_up_after": "30 days",
                    "within": "180 days"},
        "questions": ["Do start-ups need the workshop at all?", "Who calls after a ticket?"],
        "actions": [{"date": "2025-09-01", "touchpoint": "workshop",
                     "what": "a coach calls two weeks later", "owner": "success"}],
    }  # fmt: skip
    return Settings.model_validate(told | changed)


def _behind(touchpoint: str) -> dict[str, Any]:
    return {
        "paid ad": {"owner": "marketing", "systems": ["ads"], "process": "campaign calendar"},
        "pricing page": {"owner": "marketing", "systems": ["website"]},
        "demo call": {"owner": "sales", "people": ["account executive"], "systems": ["CRM"]},
        "proposal": {"owner": "sales", "systems": ["CRM"], "process": "offer within two days"},
        "deal won": {"owner": "sales", "systems": ["CRM", "billing"]},
        "workshop": {"owner": "delivery", "people": ["trainer"], "process": "two days on site"},
        "coach call": {"owner": "success", "people": ["coach"], "systems": ["phone"]},
        "support ticket": {"owner": "support", "systems": ["help desk"], "process": "first line"},
        "survey answered": {"owner": "success", "systems": ["survey tool"]},
    }.get(touchpoint, {})


def tables(**changed: list[dict[str, Any]]) -> Tables:
    """The rows of every table that the report reads; `changed` ones replace them."""
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in SELECTS}
    found = changed.pop("findings", findings())
    rows |= {
        "horizon": [horizon()], "outcomes": outcomes(), "conversion": conversion(),
        "reach": reach(), "stages": stage_rows(), "drop_offs": drop_offs(),
        "transitions": transitions(), "flows": flows(), "feelings": feelings(),
        "detours": detours(), "leaving_words": leaving_words(), "quotes": quotes(),
        "text_languages": [{"language": "en", "texts": 640, "texts_with_sentiment": 480}],
        "before_after": before_after(), "paths": paths(), "step_flows": step_flows(),
        "step_matrix": step_matrix(), "month_drop_offs": month_drop_offs(),
        "map_fits": map_fits(), "conformance": conformance(), "chances": chances(),
        "converting_paths": [row for row in paths() if row["converted"] and row["path"]],
        "profiles": profiles(),
        "traits": traits(), "sources": sources(), "unmapped": unmapped(),
        "rejected": rejected(), "balances": balances(), "milestones": milestones(),
        **personas_told(),
    }  # fmt: skip
    return Tables(rows | changed, found)


def horizon() -> dict[str, Any]:
    return {
        "horizon": datetime(2025, 12, 31, 22, 30),
        "first_event_at": datetime(2025, 1, 1, 6, 12),
        "last_event_at": datetime(2025, 12, 31, 22, 59),
    }


def outcomes() -> list[dict[str, Any]]:
    rows = []
    for persona, entered in ENTERED.items():
        journeys, converted = entered[0] + 400, CONVERTED[persona]
        still_open = round(journeys * 0.115)
        dropped = journeys - converted - still_open
        rows.append(
            {
                "persona_id": persona, "customers": round(journeys * 0.8), "journeys": journeys,
                "converted": converted, "dropped": dropped, "open": still_open,
                "converted_share": converted / journeys, "dropped_share": dropped / journeys,
                "open_share": still_open / journeys,
            }
        )  # fmt: skip
    return rows


def conversion() -> list[dict[str, Any]]:
    rows = []
    for persona, factor in (("all", 1.0), ("p1", 1.6), ("p2", 0.6), ("p3", 0.8)):
        for number in range(13):
            rate = factor * (0.094 + 0.012 * ((number * 7) % 5 - 2) / 2)
            width = 0.012 if number == 0 else 0.03
            rows.append(
                {
                    "persona_id": persona,
                    "month": f"2025-{number:02}" if number else "all",
                    "customers": 4488 if number == 0 else 420 + 10 * number,
                    "journeys": 5610 if number == 0 else 430 + 10 * number,
                    "converted": round(rate * (430 + 10 * number)),
                    "conversion_rate": rate, "conversion_low": rate - width * rate / 0.1,
                    "conversion_high": rate + width * rate / 0.1,
                    "observed_days": 180.0 if number < 8 else 31.0 * (13 - number),
                    "open_share": 0.0 if number < 9 else 0.2 * (number - 8),
                    "is_young": number > 7,
                }
            )  # fmt: skip
    return rows


def reach() -> list[dict[str, Any]]:
    return [
        {
            "persona_id": persona, "stage": stage, "stage_number": number, "journeys": entered,
            "customers": round(entered * 0.9), "journey_share": entered / (every[0] + 400),
        }
        for persona, every in ENTERED.items()
        for number, (stage, entered) in enumerate(zip(STAGES, every, strict=True), 1)
    ]  # fmt: skip


def stage_rows() -> list[dict[str, Any]]:
    rows = []
    for persona, every in ENTERED.items():
        for number, stage in enumerate(STAGES, 1):
            entered, rate = every[number - 1], RATES[persona][number - 1]
            dropped, still_open, back = (round(entered * part) for part in (rate * 0.9, 0.06, 0.05))
            converted = CONVERTED[persona] if stage == "loyalty" else 0
            back = 0 if number == 1 else min(back, entered - dropped - still_open - converted)
            rows.append(
                {
                    "persona_id": persona, "stage": stage, "stage_number": number,
                    "entered": entered, "went_back": back, "dropped": dropped, "open": still_open,
                    "converted": converted,
                    "advanced": max(0, entered - dropped - still_open - back - converted),
                    "dropped_rate": rate, "dropped_low": rate - 0.02, "dropped_high": rate + 0.02,
                    "median_stay_seconds": 340.0 * number, "median_advance_seconds":
                    None if number == 7 else 86400.0 * (2 + number * 1.7),
                }
            )  # fmt: skip
    return rows


def drop_offs() -> list[dict[str, Any]]:
    rows = []
    for persona, every in ENTERED.items():
        for number, stage in enumerate(STAGES):
            nodes = [("stage", stage, 1.0)]
            nodes += [
                ("touchpoint", name, 0.8 / (place + 1))
                for place, name in enumerate(TOUCHPOINTS[stage])
            ]
            for level, node, part in nodes:
                steps = round(every[number] * part)
                lost = RATES[persona][number] * (0.75 + 0.35 * (len(node) % 3) / 2)
                rows.append(
                    {
                        "level": level, "persona_id": persona, "node": node, "steps": steps,
                        "customers": round(steps * 0.8), "mature_steps": round(steps * 0.93),
                        "dropped": round(steps * 0.93 * lost), "drop_off_rate": lost,
                        "drop_off_low": max(0, lost - 0.021), "drop_off_high": lost + 0.024,
                        "conversion_probability": 0.1,
                    }
                )  # fmt: skip
    return sorted(rows, key=lambda row: (row["level"], row["persona_id"], -row["steps"]))


def transitions() -> list[dict[str, Any]]:
    names = [name for names in TOUCHPOINTS.values() for name in names]
    moves = [("START", names[0], 0.5), ("START", names[1], 0.3), ("START", names[2], 0.2)]
    for place, name in enumerate(names[:-1]):
        for hop, part in ((1, 0.4), (2, 0.22), (3, 0.09), (-2, 0.06), (0, 0.05)):
            if 0 <= place + hop < len(names):
                moves.append((name, names[place + hop], part))
        moves.append((name, "DROPPED", 0.2))
    moves.append((GOAL, "CONVERTED", 1.0))
    rows = []
    for persona, every in ENTERED.items():
        for place, (start, end, part) in enumerate(moves):
            steps = round(every[0] * part * 0.93 ** (place / 2)) + 6
            rows.append(
                {
                    "level": "touchpoint", "persona_id": persona, "from_node": start,
                    "to_node": end, "steps": steps, "customers": steps, "mature_steps": steps,
                    "probability": part, "probability_low": 0.9 * part,
                    "probability_high": part + 0.1 * (1 - part),
                    "median_seconds": 3600.0 * place + 60, "p90_seconds": 9000.0 * place + 300,
                }
            )  # fmt: skip
    return rows


def flows() -> list[dict[str, Any]]:
    rows = []
    for persona, every in ENTERED.items():
        for number, stage in enumerate(STAGES, 1):
            left = every[number - 1]
            onward = every[number] if number < 7 else 0
            skipped = round(onward * 0.06) if number < 6 else 0
            parts = [("DROPPED", None, round((left - onward) * 0.8))]
            parts += [("OPEN", None, left - onward - parts[0][2])]
            if number < 7:
                parts.append((STAGES[number], number + 1, onward - skipped))
            if skipped:
                parts.append((STAGES[number + 1], number + 2, skipped))
            if number == 7:
                parts = [("CONVERTED", None, CONVERTED[persona]), ("OPEN", None, 20)]
            rows += [
                {
                    "persona_id": persona, "from_node": stage, "from_number": number,
                    "to_node": to, "to_number": to_number, "journeys": journeys,
                    "customers": journeys,
                }
                for to, to_number, journeys in parts
                if journeys > 0
            ]  # fmt: skip
    return rows


def feelings() -> list[dict[str, Any]]:
    rows = []
    for persona in ENTERED:
        for number, (stage, score) in enumerate(zip(STAGES, SCORES, strict=True), 1):
            if score is None:
                continue
            mean = score - (1.1 if persona == "p2" else 0)
            net = 20 * (mean - 6)
            rows.append({
                "level": "stage", "persona_id": persona, "node": stage, "score_scale": "nps",
                "scores": 40 * number, "customers": 38 * number, "mean_score": mean,
                "mean_low": mean - 0.4, "mean_high": mean + 0.4, "happy_rate": mean / 12,
                "happy_low": mean / 12 - 0.1, "happy_high": mean / 12 + 0.1,
                "unhappy_rate": mean / 12 - net / 100, "unhappy_low": mean / 12 - net / 100 - 0.1,
                "unhappy_high": mean / 12 - net / 100 + 0.1, "nps": net, "nps_low": net - 9,
                "nps_high": net + 9, "answered_share": 0.05 * number,
            })  # fmt: skip
    return rows


def detours() -> list[dict[str, Any]]:
    ways = (("support ticket", "", "support ticket", None), ("proposal", "event", "deal won", 90e3))
    return [
        {
            "persona_id": "all", "from_touchpoint": start, "via": via, "to_touchpoint": end,
            "steps": 415,
            "customers": 348, "median_seconds": 864e3, "straight_seconds": straight,
            "converted_rate": 0.72, "other_rate": 0.48, "difference": 0.24,
            "difference_low": 0.183, "difference_high": 0.292,
        }
        for start, via, end, straight in ways
    ]  # fmt: skip


def leaving_words() -> list[dict[str, Any]]:
    return [
        {"persona_id": persona, "word": word, "place": place}
        for persona in ENTERED
        for place, word in enumerate(("afterwards", "alone", "expensive"), 1)
    ]


def quotes() -> list[dict[str, Any]]:
    said = ("I felt left alone afterwards.", "… expensive for what we got.")
    return [
        {"persona_id": persona, "stage": "usage", "quote": quote, "place": place, "writers": 31}
        for persona in ENTERED
        for place, quote in enumerate(said, 1)
    ]


def before_after() -> list[dict[str, Any]]:
    return [
        {
            "persona_id": persona, "stage": stage, "position": position, "touchpoint": name,
            "journeys": 90 - 20 * place, "customers": 80 - 20 * place, "share": 0.5 - 0.15 * place,
            "share_low": 0.4 - 0.15 * place, "share_high": 0.6 - 0.15 * place,
        }
        for persona in ENTERED
        for stage in STAGES[:-1]
        for position, names in (("before", TOUCHPOINTS[stage]), ("after", TOUCHPOINTS["awareness"]))
        for place, name in enumerate(names)
    ]  # fmt: skip


def paths() -> list[dict[str, Any]]:
    taken = (
        ("paid ad", 812, 0, 690), ("article > pricing page", 402, 0, 340),
        ("paid ad > pricing page > demo call", 260, 0, 201),
        ("paid ad > pricing page > demo call > proposal > deal won > workshop", 141, 0, 120),
        ("article > case study > demo call > proposal > deal won > kick-off > workshop > "
         "first exercise > coach call > survey answered > follow-up booked", 96, 96, 0),
        ("event > demo call", 41, 0, 38), ("article > event > article", 4, 0, 4),
    )  # fmt: skip
    rows: list[dict[str, Any]] = [
        {
            "persona_id": "all", "rank": rank, "path": path, "paths": 1, "journeys": journeys,
            "customers": journeys, "converted": converted, "dropped": dropped,
            "open": journeys - converted - dropped,
        }
        for rank, (path, journeys, converted, dropped) in enumerate(taken, 1)
    ]  # fmt: skip
    rest = {"rank": 21, "path": None, "paths": 912, "journeys": 3858, "customers": 3100,
            "converted": 335, "dropped": 3200, "open": 323}  # fmt: skip
    return [*rows, rows[0] | rest]


def chances() -> list[dict[str, Any]]:
    """The chance to convert, at stage level."""
    return [
        {"level": "stage", "persona_id": persona, "node": node,
         "conversion_probability": 0.1 * place, "conversion_low": 0.1 * place - 0.02,
         "conversion_high": 0.1 * place + 0.02, "expected_steps": 9.0 - place}
        for persona in ENTERED
        for place, node in enumerate(("START", *STAGES), 1)
    ]  # fmt: skip


def step_flows() -> list[dict[str, Any]]:
    """From the first touchpoint to a second, a third, or to an outcome."""
    told = (
        (1, "paid ad", 1, "pricing page", 1, 700), (1, "paid ad", 1, "DROPPED", -2, 600),
        (1, "article", 2, "pricing page", 1, 500), (1, None, 0, None, 0, 90),
        (2, "pricing page", 1, "demo call", 1, 800), (2, "pricing page", 1, "OPEN", -3, 400),
        (2, None, 0, "DROPPED", -2, 90), (3, "demo call", 1, "CONVERTED", -1, 300),
        (3, "demo call", 1, "DROPPED", -2, 4),
    )  # fmt: skip
    return [
        {"persona_id": persona, "step_number": step, "from_node": start, "from_number": number,
         "to_node": end, "to_number": to_number, "journeys": journeys, "customers": journeys}
        for persona in ENTERED
        for step, start, number, end, to_number, journeys in told
    ]  # fmt: skip


def step_matrix() -> list[dict[str, Any]]:
    told = (
        (1, "paid ad", 1300), (1, "article", 500), (1, "event", 90), (2, "pricing page", 1200),
        (2, "demo call", 90), (2, "DROPPED", 600), (3, "demo call", 800), (3, "DROPPED", 690),
        (3, "OPEN", 400), (4, "CONVERTED", 300), (4, "case study", 4),
    )  # fmt: skip
    return [
        {"persona_id": persona, "step_number": step, "node": node, "journeys": journeys,
         "customers": journeys, "all_journeys": 1890, "share": journeys / 1890,
         "share_low": 0.9 * journeys / 1890, "share_high": 1.1 * journeys / 1890}
        for persona in ENTERED
        for step, node, journeys in told
    ]  # fmt: skip


def month_drop_offs() -> list[dict[str, Any]]:
    return [
        {"persona_id": persona, "month": f"2025-{month:02}", "node": stage, "customers": 90,
         "mature_steps": 100, "dropped": 20 + month, "drop_off_rate": 0.2 + month / 100,
         "drop_off_low": 0.15, "drop_off_high": 0.41, "is_young": month > 9}
        for persona in ENTERED
        for month in range(1, 13)
        for stage in STAGES
    ]  # fmt: skip


def map_fits() -> list[dict[str, Any]]:
    fit = {"persona_id": "all", "journeys": 4000, "followed_rate": 0.04, "followed_low": 0.03,
           "followed_high": 0.05, "in_order_rate": 0.21, "in_order_low": 0.19,
           "in_order_high": 0.23, "is_withheld": False}  # fmt: skip
    return [
        fit | {"map_name": "assumed", "path": "paid ad > demo call", "fitness": 0.34},
        fit | {"map_name": "found", "path": "article > demo call", "fitness": 0.42},
    ]


def conformance() -> list[dict[str, Any]]:
    told = (("came", "none", 1600), ("left", "none", 300), ("skipped", "paid ad", 900),
            ("beside", "case study", 700), ("beside", "event", 4))  # fmt: skip
    return [
        {"map_name": "assumed", "persona_id": "all", "place_number": 1, "place": "paid ad",
         "kind": kind, "touchpoint": touchpoint, "journeys": journeys, "customers": journeys,
         "share": journeys / 4000, "share_low": 0.01, "share_high": 0.9,
         "is_withheld": journeys < 5}
        for kind, touchpoint, journeys in told
    ]  # fmt: skip


def profiles() -> list[dict[str, Any]]:
    return [
        {"persona_id": persona, "name": name, "customers": 1400 + place * 90,
         "customer_share": (0.31, 0.36, 0.33)[place], "converted_rate": (0.15, 0.056, 0.075)[place],
         "converted_low": (0.13, 0.045, 0.06)[place], "converted_high": (0.17, 0.068, 0.09)[place],
         "median_steps": 4.0 + place, "median_days": 1.4 + place,
         "notes": "They ask for <b>prices</b> first." if persona == "p1" else None}
        for place, (persona, name) in enumerate(NAMES.items())
    ]  # fmt: skip


def traits() -> list[dict[str, Any]]:
    told = (
        ("channel", "channel: referral", 0.62, 0.18), ("device", "device: desktop", 0.81, 0.55),
        ("hour", "hour", 14.1, 10.4), ("attribute", "company_size: large", 0.44, 0.2),
        ("pace", "days to come back", 4.2, 2.1), ("weekend", "first step at a weekend", 0.3, 0.29),
    )  # fmt: skip
    return [
        {"persona_id": persona, "feature_group": group, "feature": feature, "customers": 900,
         "value_in": inside - 0.03 * place, "value_out": outside, "lift": inside / outside,
         "lift_low": 0.8 * inside / outside, "lift_high": 1.25 * inside / outside,
         "direction": "over" if inside > 1.1 * outside else "alike"}
        for place, persona in enumerate(NAMES)
        for group, feature, inside, outside in told
    ]  # fmt: skip


def personas_told() -> dict[str, list[dict[str, Any]]]:
    """What the first persona's card shows besides its traits, and how personas were found."""
    fares = {"persona_id": "p1", "stage": "usage", "customers": 700, "dropped": 300,
             "drop_off_rate": 0.43, "rest_customers": 900, "rest_dropped": 80, "rest_rate": 0.09,
             "difference": 0.34, "difference_low": 0.3, "difference_high": 0.38,
             "is_different": True}  # fmt: skip
    return {
        "persona_differences": [
            fares, fares | {"stage": "support", "is_different": False},
            fares | {"stage": "loyalty", "dropped": 3},
        ],
        "persona_test": [
            {"stages": 5, "chi_square": 310.2, "degrees": 10, "p_value": 1e-9, "is_tested": True,
             "why_not": None}
        ],
        "typical_journeys": [
            {"persona_id": "p1", "path": "paid ad > pricing page", "stands_for_share": 0.46}
        ],
        "persona_scores": [
            {"persona_id": "p1", "score_scale": "nps", "scores": 449, "customers": 385,
             "mean_score": 5.0, "rest_score": 6.0},
            {"persona_id": "p1", "score_scale": "csat", "scores": 3, "customers": 3,
             "mean_score": 4.9, "rest_score": 4.0},
        ],
        "persona_words": [{"persona_id": "p1", "word": "expensive"}],
        "persona_numbers": [
            {"personas": 3, "quality": 0.49, "chance": 0.21, "stability": 0.99, "is_chosen": True}
        ],
        "persona_attributes": [
            {"attribute": "profile", "converters_share": 0.8, "others_share": 0.0}
        ],
        "agreement": [], "confusion": [],
        "retired": [{"persona_id": "p0", "name": "Fair on foot", "became": "p2"}],
    }  # fmt: skip


def findings() -> list[dict[str, Any]]:
    told = (
        ("p2", "usage", "first exercise", 61.0, 44.0, 79.0,
         "Mid-sized customers get lost after the workshop: of 100 who reach the first exercise, "
         "57 are dropped there, against 18 of the others."),
        ("all", "consideration", "pricing page", 38.5, 21.0, 55.0,
         "44 of 100 journeys that reach the pricing page end there; at the other touchpoints of "
         "that stage it is 31."),
        ("p3", "support", "support ticket", 12.2, 3.0, 22.0,
         "Start-ups go round in support: a third of their tickets are followed by another one."),
        ("all", "awareness", "paid ad", 9.1, 1.0, 17.0,
         "Journeys that begin with a paid ad end there more often than those that begin with an "
         "article."),
    )  # fmt: skip
    return [
        {
            "finding_id": f"f{place}", "kind": "pain_point", "persona_id": persona, "stage": stage,
            "touchpoint": touchpoint, "sentence": sentence, "size": size, "low": low, "high": high,
            "evidence": {"mature_steps": 640, "dropped": 367, "drop_off_rate": 0.574},
            "sql": "select *\nfrom graph.drop_offs\nwhere node = 'first exercise'",
        }
        for place, (persona, stage, touchpoint, size, low, high, sentence) in enumerate(told)
    ]  # fmt: skip


def milestones() -> list[dict[str, Any]]:
    return [
        {"persona_id": "all", "milestone_number": 1, "touchpoint": "deal won", "journeys": 1190,
         "customers": 1100, "closed_journeys": 4900, "closed_reached": 1100, "converted": 431,
         "reached_rate": 0.224, "reached_low": 0.213, "reached_high": 0.236, "converted_rate": 0.39,
         "converted_low": 0.362, "converted_high": 0.419, "median_seconds": 86400 * 31.0}
    ]  # fmt: skip


def sources() -> list[dict[str, Any]]:
    return [
        {"source": name, "kind": kind, "events": events, "counted_events": events - 900,
         "first_event_at": datetime(2025, 1, 1, 6), "last_event_at": datetime(2025, 12, 31, 22, 59),
         "covers_until": datetime(2025, 12, 31, 22, 59), "is_behind": name == "surveys"}
        for name, kind, events in (("web", "web", 81240), ("opportunities", "crm", 6204),
                                   ("surveys", "survey", 1900))
    ]  # fmt: skip


def balances() -> list[dict[str, Any]]:
    return [
        {"source": "web", "rows_read": 82010, "rows_used": 81240, "rows_repeated": 600,
         "rows_superseded": 0, "rows_rejected": 170, "rows_idle": 0}
    ]  # fmt: skip


def rejected() -> list[dict[str, Any]]:
    return [
        {"source": "web", "column_name": "at", "reason": "no time that can be read", "rows": 120},
        {"source": "web", "column_name": "visitor", "reason": "no usable identifier", "rows": 50},
    ]


def unmapped() -> list[dict[str, Any]]:
    return [
        {"source": "web", "event": "<script>alert(1)</script>", "events": 420, "customers": 300},
        {"source": "web", "event": "newsletter's link", "events": 12, "customers": 3},
    ]


def write_settings(folder: Path) -> Path:
    """The settings as a file, for tests that go through the command line."""
    path = folder / "journeys.yml"
    told = settings().model_dump(mode="json", exclude={"folder", "file"}, exclude_defaults=True)
    path.write_text(yaml.safe_dump(told), encoding="utf-8")
    return path


def renamed(tables: Tables, names: dict[str, str]) -> Tables:
    """The same tables with every stage and touchpoint called otherwise."""

    def new(value: Any) -> Any:
        return names.get(value, value) if isinstance(value, str) else value

    rows = {
        table: [{column: new(cell) for column, cell in row.items()} for row in held]
        for table, held in tables.rows.items()
    }
    found = [
        row | {"stage": new(row["stage"]), "touchpoint": new(row["touchpoint"]),
               "sentence": f"{row['sentence']} {new(row['touchpoint'])}"}
        for row in tables.findings
    ]  # fmt: skip
    return Tables(rows, found)


def renamed_settings(told: Settings, names: dict[str, str]) -> Settings:
    """The same settings with every stage and touchpoint called otherwise."""
    raw = told.model_dump(exclude_none=True)
    for stage in raw["stages"]:
        stage["stage"] = names.get(stage["stage"], stage["stage"])
        for touchpoint in stage["touchpoints"]:
            touchpoint["touchpoint"] = names[touchpoint["touchpoint"]]
    raw["journey"]["goal"] = names[raw["journey"]["goal"]]
    raw["journey"]["milestones"] = [names[each] for each in raw["journey"]["milestones"]]
    raw["actions"] = [{**each, "touchpoint": names[each["touchpoint"]]} for each in raw["actions"]]
    return Settings.model_validate(raw)
