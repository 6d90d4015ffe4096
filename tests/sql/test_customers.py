"""What is known of customers, and the events that no rule matched."""

from event_rows import Event, at, rows, warehouse

TABLE = "core.attributes"


def attributes(*told, sets=((1, 1), (2, 1))):
    """The value that wins, of rows (value, version, identifier set)."""
    tables = {
        "landing.attributes": [
            (number, "contacts", "industry", value, identifier_set, version)
            for number, (value, version, identifier_set) in enumerate(told, 1)
        ],
        "run.customer_sets": sets,
        "run.customers": [(1,)],
    }
    return rows(warehouse([], tables), "customer_id, attribute, value", TABLE)


def test_the_newest_version_of_an_attribute_wins_across_identifier_sets():
    assert attributes(("steel", 1, 1), ("glass", 2, 2)) == [(1, "industry", "glass")]


def test_of_equally_new_versions_the_smallest_value_wins():
    assert attributes(("steel", 1, 1), ("glass", 1, 2)) == [(1, "industry", "glass")]


def test_a_version_that_says_something_wins_over_none_and_over_silence():
    assert attributes(("steel", 1, 1), ("glass", None, 1), (None, 2, 1)) == [
        (1, "industry", "steel")
    ]


def test_an_event_carries_its_columns_its_touchpoint_and_its_stage():
    columns = "customer_id, source, campaign, touchpoint, stage, stage_number, session_id"
    connection = warehouse([Event(1, "03-01", "demo", source="crm", campaign="spring")])
    assert rows(connection, columns, "core.events") == [
        (1, "crm", "spring", "demo", "consideration", 2, 1)
    ]


def test_unmapped_events_are_listed_most_frequent_first():
    events = [Event(1, "03-01", "click"), Event(1, "03-02", "scroll"), Event(2, "03-03", "scroll"),
              Event(2, "03-04", "ad"), Event(2, "03-05", "click", is_left_out=True)]  # fmt: skip
    columns = "source, event, events, customers, first_event_at, last_event_at"
    assert rows(warehouse(events), columns, "core.unmapped_events", "rowid") == [
        ("web", "scroll", 2, 2, at("03-02"), at("03-03")),
        ("web", "click", 1, 1, at("03-01"), at("03-01")),
    ]


def test_identities_and_ignored_identifiers_are_shown_as_they_were_found():
    tables = {
        "run.identities": [("email", "a@x.com", 1)],
        "run.ignored_identifiers": [("email", "info@x.com", "too many", 51)],
    }
    connection = warehouse([], tables)
    assert rows(connection, "*", "core.identities") == [("email", "a@x.com", 1)]
    found = rows(connection, "*", "core.ignored_identifiers")
    assert found == [("email", "info@x.com", "too many", 51)]
