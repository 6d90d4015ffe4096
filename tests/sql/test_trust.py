"""findings.trust: how far to trust the map, in words and numbers."""

from graph_rows import START, made, warehouse


def test_each_measure_has_its_words_and_its_number():
    connection = warehouse(
        {
            "landing.balances": [(200, 1), (800, 2)],
            "core.events": [
                (1, 1, START, "web", False, "ad"), (2, 1, START, "web", False, None),
                (3, 2, START, "web", True, None), (4, 2, START, "web", False, "ad"),
            ],
            "core.ignored_identifiers": [("email", "info@example")],
            "findings.telling_segments": [("status", True), ("state", False)],
            "core.sources": [("web", False), ("survey", True), ("desk", True)],
            "journeys.journeys": [
                (1, 1, START, START, "open", 1, 1, "ad", False),
                (2, 2, START, START, "dropped", 1, 1, "ad", True),
            ],
            "personas.assignments": [(1, "p1"), (2, "unknown")],
            "run.persona_names": [("p1", "Early", 0.416), ("p2", "Late", 0.416)],
            "core.identities": [(1, "email", "a@x"), (1, "phone", "1"), (2, "email", "b@x")],
            "journeys.steps": [
                (1, step, 1, "ad", START, START, None, None, step, "see", None, None, True,
                 step > 1)
                for step in range(1, 5)
            ],
            "personas.numbers": [(2, 0.871, True), (3, 0.4, False)],
            "graph.memory": [("stage", "all", 1, False), ("stage", "all", 2, True)],
            "graph.forecasts": [("stage", "all", "see", True), ("stage", "all", "buy", False)],
            "findings.blind_spots": [("all", "all", 1, 1, 0.125), ("web", "chat", 1, 1, 0.125)],
        }
    )  # fmt: skip
    made(connection, "findings.beliefs")
    found = made(connection, "findings.trust", "subject, measure, figure, value")
    assert [(subject, figure, value) for subject, _, figure, value in found] == [
        ("chain", 2.0, "2"),
        ("customers", 0.5, "50.0 %"),
        ("customers", 0.125, "12.5 %"),
        ("customers", 0.5, "50.0 %"),
        ("events", 0.25, "25.0 %"),
        ("events", 2 / 3, "66.7 %"),
        ("forecasts", 0.5, "50.0 %"),
        ("identifiers", 1.0, "1"),
        ("journeys", 0.5, "50.0 %"),
        ("journeys", 0.5, "50.0 %"),
        ("personas", 0.42, "0.42"),
        ("personas", 0.87, "0.87"),
        ("rows", 0.003, "0.3 %"),
        ("segments", 1.0, "status"),
        ("sources", 2.0, "desk, survey"),
        ("steps", 0.25, "25.0 %"),
    ]


def test_where_there_is_nothing_it_says_so():
    connection = warehouse({})
    made(connection, "findings.beliefs")
    found = made(connection, "findings.trust", "subject, value")
    assert dict(found) == {
        "customers": "nothing to measure",
        "chain": "not known",
        "events": "nothing to measure",
        "forecasts": "nothing to measure",
        "identifiers": "0",
        "journeys": "nothing to measure",
        "personas": "not tried",
        "rows": "nothing to measure",
        "segments": "0",
        "sources": "0",
        "steps": "nothing to measure",
    }


def test_customers_known_to_one_source_alone_are_counted_by_source():
    events = [
        (1, 1, START, "web", False), (2, 1, START, "shop", False),  # known to both
        (3, 2, START, "web", False), (4, 2, START, "shop", True),  # what is left out tells nothing
        (5, 3, START, "shop", False), (6, 4, START, "shop", False),
    ]  # fmt: skip
    connection = warehouse({"core.events": events})
    assert made(connection, "findings.lone_sources", "source, customers, share") == [
        ("shop", 2, 0.5), ("web", 1, 0.25),
    ]  # fmt: skip
