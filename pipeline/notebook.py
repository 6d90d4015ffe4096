"""What a notebook opens: the tables of a published warehouse as pandas frames and plotly figures.

    from pipeline import open_journeys
    journeys = open_journeys("out/journeys.duckdb")
    journeys.drop_offs(persona="all", level="stage")

It selects rows of named tables and computes nothing; every picture has a twin that gives its data.
It is for the analyst's own eyes: no small group is withheld here, as it is in the report.
Times are UTC, shares and rates 0 to 1, low and high a 95 % interval, columns ending in `_seconds`
seconds. What each table holds and promises: docs/tables.md, or `journeys show TABLE`.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import JourneysError, WarehouseError
from pipeline.generation import find_warehouse, open_generation
from pipeline.handle import EVERYONE, chosen
from pipeline.own_questions import OwnQuestions

if TYPE_CHECKING:
    import networkx
    import pandas
    import plotly.graph_objects

LEVELS = ("stage", "touchpoint")
MAPS = ("assumed", "found")
POSITIONS = ("before", "after", "before going on", "after going on", "before converting")


def open_journeys(path: Path | str = "out/journeys.duckdb") -> "Journeys":
    """Open a published warehouse to read it; a relative path is also looked for in folders above.

    The handle answers from the state that was published when it was opened, whatever is published
    meanwhile, and holds no run up; open again to see the newest.
    Raises WarehouseError when there is no warehouse, or the file is none of ours.
    """
    from pipeline.warehouse import refuse_other_layout

    warehouse = find_warehouse(Path(path))
    connection = open_generation(warehouse)
    try:
        refuse_other_layout(connection, warehouse)
    except WarehouseError:
        connection.close()
        raise
    return Journeys(warehouse, connection)


class Journeys(OwnQuestions):
    """What a warehouse says of its customers' journeys, as frames and figures.

    Besides the questions below: `.funnel(…)`, `.paths(…)`, `.around(…)` and `.step_matrix()` for
    touchpoints of your choice; `.tables()`, `.table(name)` and `.sql(text)` for everything else.
    """

    # -- where customers leave

    def drop_offs(self, persona: str = EVERYONE, level: str = "stage") -> "pandas.DataFrame":
        """One row per node, in the order of the map: steps, customers, mature_steps, dropped,
        drop_off_rate with its interval; journeys, mature_journeys, journey_drop_off_rate with its
        interval; conversion_probability with its interval.

        drop_off_rate is per visit: of the mature steps (stage level: visits), those that were the
        journey's last. journey_drop_off_rate is per journey: of those that came there in a mature
        visit, those lost there in the end. By persona steps count that begin after a customer's
        first ones, from which the persona was read.
        """
        cells = {"persona_id": self._persona(persona), "level": _level(level)}
        return self._rows("graph.drop_offs", _in_map_order(level), **cells)

    def stages(self, persona: str = EVERYONE) -> "pandas.DataFrame":
        """One row per stage: what became of the journeys that entered it, each counted once:
        entered, advanced, went_back, dropped, open, converted; their rates (over rated: those whose
        end is known) with intervals; median times.

        The twin of `.stage_funnel()`.
        """
        return self._rows("graph.stages", "stage_number", persona_id=self._persona(persona))

    def transitions(self, persona: str = EVERYONE, level: str = "stage") -> "pandas.DataFrame":
        """One row per move from_node to_node, most frequent first: steps, customers, probability
        with its interval, median_seconds, p90_seconds. The twin of `.graph()`.
        """
        cells = {"persona_id": self._persona(persona), "level": _level(level)}
        return self._rows("graph.transitions", "steps desc, from_node, to_node", **cells)

    def next_steps(self, persona: str = EVERYONE, level: str = "stage") -> "pandas.DataFrame":
        """One row per node, in the order of the map: steps, went_on, dropped, open; go_on_rate
        (what is open is censored) with its interval; median_seconds and p90_seconds to the next
        step, among those who go on.
        """
        cells = {"persona_id": self._persona(persona), "level": _level(level)}
        return self._rows("graph.next_steps", _in_map_order(level), **cells)

    def segments(
        self, segment: str, persona: str = EVERYONE, level: str = "stage"
    ) -> "pandas.DataFrame":
        """One row per value of the segment and node, with the columns of `.drop_offs()` but the
        conversion_probability. Segments are those of the settings.
        """
        known = [row[0] for row in self._fetch("select segment from run.segments order by all")]
        cells = {"segment": chosen("segment", segment, known), "level": _level(level)}
        order = f"{_in_map_order(level)}, segment_value"
        persona_id = self._persona(persona)
        return self._rows("graph.segment_drop_offs", order, persona_id=persona_id, **cells)

    def month_drop_offs(self, persona: str = EVERYONE, level: str = "stage") -> "pandas.DataFrame":
        """One row per node and month in which journeys began, with the columns of `.drop_offs()`
        but the conversion_probability, and is_young: what comes of its journeys is not all known.
        """
        cells = {"persona_id": self._persona(persona), "level": _level(level)}
        return self._rows("graph.month_drop_offs", f"{_in_map_order(level)}, month", **cells)

    def milestones(self) -> "pandas.DataFrame":
        """One row per milestone of the settings: journeys, customers, reached_rate (of the journeys
        that are not open) and converted_rate (of those that reached it), with intervals;
        median_seconds from the start of the journey.
        """
        return self._rows("graph.milestones", "milestone_number")

    def before_after(self, stage: str, persona: str = EVERYONE) -> "pandas.DataFrame":
        """One row per position and touchpoint, most frequent first: journeys, customers, share (of
        the journeys that went that way) with its interval. The positions of dropped journeys:
        `before` they left from this stage, `after` (how the same customer came back). To compare,
        of the others: `before going on`, `after going on`, `before converting`.
        """
        sql = "select stage from run.stages order by stage_number"
        cells = {"stage": chosen("stage", stage, [row[0] for row in self._fetch(sql)])}
        order = f"list_position({list(POSITIONS)}, position), rank"
        return self._rows(
            "findings.before_after", order, persona_id=self._persona(persona), **cells
        )

    def conversion(self, persona: str = EVERYONE) -> "pandas.DataFrame":
        """One row per month in which journeys began, `all` first: journeys, converted, dropped,
        open, conversion_rate and dropped_rate (cumulative incidence after observed_days, the one
        competing with the other) with intervals and the days in which half and nine in ten of them
        came to it; open_share, is_young. The twin of `.over_time()`.
        """
        order = "month <> 'all', month"
        return self._rows("graph.conversion", order, persona_id=self._persona(persona))

    # -- the chain behind them

    def chain(self, persona: str = EVERYONE, level: str = "stage") -> "pandas.DataFrame":
        """One row per node, START first: conversion_probability, expected_steps and
        expected_seconds to the end of the journey, each with its interval.
        """
        cells = {"persona_id": self._persona(persona), "level": _level(level)}
        return self._rows("graph.chain", f"{_in_map_order(level)} nulls first", **cells)

    def attribution(self, persona: str = EVERYONE, level: str = "channel") -> "pandas.DataFrame":
        """One row per node, most credited first: removal_effect and credit (by it), each with its
        interval; first_touch, last_touch, linear, position_based, time_decay, shapley, which are
        an account and no estimate; and, ending in `_value`, the value credited by each. Levels:
        channel, touchpoint, stage.
        """
        cells = {
            "persona_id": self._persona(persona),
            "level": chosen("level", level, ("channel", *LEVELS)),
        }
        return self._rows("graph.attribution", "credit desc nulls last, node", **cells)

    def what_if(
        self, node: str, drop_off: float, persona: str = EVERYONE, level: str = "stage"
    ) -> "pandas.DataFrame":
        """One row: what the chain expects if the drop-off rate at a node were `drop_off`, its other
        exits scaled alike: drop_off_rate (as it is), journeys, conversions (expected as it is),
        conversions_gained and value_gained with intervals.

        An expectation if nothing else changed, not a promise.
        """
        import pandas

        from pipeline.chain.what_if import what_if

        found = what_if(self._open(), node, drop_off, _level(level), self._persona(persona))
        return pandas.DataFrame([{"node": node, **found}])

    def memory(self, persona: str = EVERYONE, level: str = "stage") -> "pandas.DataFrame":
        """One row per number of steps remembered (0, 1, 2): how well each tells the next move of
        customers held out, and its bic.
        """
        cells = {"persona_id": self._persona(persona), "level": _level(level)}
        return self._rows("graph.memory", "steps_remembered", **cells)

    def forecasts(self, persona: str = EVERYONE, level: str = "stage") -> "pandas.DataFrame":
        """One row per node: the drop-off rate (at START: conversion) foretold from the first 70 %
        of the time, and the one observed after it, with intervals; is_missed where they differ.
        """
        cells = {"persona_id": self._persona(persona), "level": _level(level)}
        return self._rows("graph.forecasts", f"{_in_map_order(level)} nulls first", **cells)

    def findings(self) -> "pandas.DataFrame":
        """One row per finding, in order of rank: finding_id, kind, persona_id, stage, touchpoint,
        sentence, size, low, high, evidence, sql (the query that shows its evidence).
        """
        import pandas

        from pipeline.findings import Finding, read_findings

        return pandas.DataFrame(read_findings(self._open()), columns=list(Finding.__annotations__))

    # -- how they felt

    def feelings(self, persona: str = EVERYONE, level: str = "stage") -> "pandas.DataFrame":
        """One row per node and scale (`sentiment` is that of what was written): scores, customers,
        mean_score, happy_rate, unhappy_rate and nps, each with its interval; came, answered_share.
        Levels: all, stage, touchpoint, month.
        """
        levels = ("all", *LEVELS, "month")
        cells = {"level": chosen("level", level, levels), "persona_id": self._persona(persona)}
        order = _in_map_order(level) if level in LEVELS else "node"
        return self._rows("findings.feelings", f"{order}, score_scale", **cells)

    def leaving_words(self, persona: str = EVERYONE) -> "pandas.DataFrame":
        """One row per word that unhappy customers wrote before leaving more than is written in all
        other texts, most telling first: customers, writers, rest_customers, log_odds, errors.
        """
        persona_id = self._persona(persona)
        return self._rows("findings.leaving_words", "place", persona_id=persona_id)

    def quotes(self, persona: str = EVERYONE) -> "pandas.DataFrame":
        """One row per stage and text that unhappy customers wrote there before they left, scrubbed
        of names, addresses and numbers.
        """
        order = "(select stage_number from run.stages where stages.stage = quotes.stage), place"
        return self._rows("findings.quotes", order, persona_id=self._persona(persona))

    # -- the assumed map

    def map_fits(self, persona: str = EVERYONE) -> "pandas.DataFrame":
        """One row per map, the `assumed` one of the settings and the one `found` to fit best with
        as few touchpoints: path, journeys (ended ones), followed and in_order with their rates and
        intervals, mean_cost, fitness with its interval, steps_share, places_share, precision.
        """
        return self._rows("findings.map_fits", "map_name", persona_id=self._persona(persona))

    def conformance(self, persona: str = EVERYONE, map: str = "assumed") -> "pandas.DataFrame":
        """One row per place of the map and what befell journeys there (came, went on, left,
        arrived, skipped, went back, ran ahead, beside), most frequent first: journeys, customers,
        share (of of_journeys) with its interval.
        """
        cells = {"map_name": chosen("map", map, MAPS), "persona_id": self._persona(persona)}
        return self._rows(
            "findings.conformance", "place_number, journeys desc, kind, touchpoint", **cells
        )

    def detours(self, persona: str = EVERYONE) -> "pandas.DataFrame":
        """One row per loop (back to where it began) and detour (to another touchpoint by way of a
        third), those that take most time in all first: how often it was taken, its median time and
        that of the straight way in seconds, and the share that converted beside that of the others.
        """
        took = "steps * (median_seconds - coalesce(straight_seconds, 0))"
        order = f"{took} desc, kind, from_touchpoint, via, to_touchpoint"
        return self._rows("findings.detours", order, persona_id=self._persona(persona))

    def actions(self) -> "pandas.DataFrame":
        """One row per action of the settings, side (`concerned`, `others`) and measure (`drop_off`,
        `conversion`): trials, events and rate with interval before and after it, and the change.
        """
        return self._rows("findings.actions", "action_number, side, measure")

    # -- journeys, one by one

    def journey(self, journey_id: int) -> "pandas.DataFrame":
        """One row per step of this journey, in order: the columns of journeys.steps."""
        steps = self._rows("journeys.steps", "step_number", journey_id=int(journey_id))
        if steps.empty:
            raise JourneysError(
                f"There is no journey {journey_id}. Ids are in journeys.journeys: "
                '.table("journeys.journeys"), or .journeys_of("kind:identifier").'
            )
        return steps

    def journeys_of(self, customer: str) -> "pandas.DataFrame":
        """One row per journey of the customer with this identifier, written `kind:identifier`,
        such as `email:ada@example.org`: the columns of journeys.journeys.
        """
        return self._rows(
            "journeys.journeys", "journey_number", customer_id=self._customer(customer)
        )

    # -- personas

    def personas(self) -> "pandas.DataFrame":
        """One row per persona, largest first: persona_id, name, customers, customer_share,
        converted_rate and what else personas.profiles tells.
        """
        return self._rows("personas.profiles", "customers desc, persona_id")

    def traits(self, persona: str = EVERYONE) -> "pandas.DataFrame":
        """One row per persona and feature, what sets it apart most first: value_in (within the
        persona), value_out (in all others), lift (the one over the other) with its interval,
        direction (over, under or alike).
        """
        return self._rows("personas.traits", "persona_id, lift desc, feature", **self._who(persona))

    def persona_differences(self, persona: str = EVERYONE) -> "pandas.DataFrame":
        """One row per persona and stage: the share of its customers lost there (drop_off_rate)
        beside that of all the others (rest_rate), their difference with its interval,
        adjusted_p_value, is_different. Customers are the units, steps those after the first ones.
        """
        return self._rows("personas.differences", "persona_id, stage_number", **self._who(persona))

    def typical_journeys(self, persona: str = EVERYONE) -> "pandas.DataFrame":
        """One row per persona and place (1 to 3): a path that lies nearest to its journeys, and
        the share of them that it stands for.
        """
        return self._rows("personas.typical_journeys", "persona_id, place", **self._who(persona))

    def persona_numbers(self) -> "pandas.DataFrame":
        """One row per number of personas that was tried: quality, chance (the same where there are
        no personas), stability, is_chosen. None is chosen where there are no separate personas.
        """
        return self._rows("personas.numbers", "personas")

    def _who(self, persona: str) -> dict[str, str]:
        """The cells that select a persona; nothing for everyone."""
        persona_id = self._persona(persona)
        return {} if persona_id == EVERYONE else {"persona_id": persona_id}

    # -- pictures, each with the twin that gives its data

    def flow(self, persona: str = EVERYONE) -> "plotly.graph_objects.Figure":
        """How journeys move from stage to stage, and where they end; the data: `.flows()`."""
        from pipeline.charts import flow

        return flow(self.flows(persona))

    def flows(self, persona: str = EVERYONE) -> "pandas.DataFrame":
        """One row per from_node and to_node: journeys and customers that went from the stage to
        the next one further on, or to their outcome. The twin of `.flow()`.
        """
        order = "from_number, to_number nulls last, to_node"
        return self._rows("graph.flows", order, persona_id=self._persona(persona))

    def stage_funnel(self, persona: str = EVERYONE) -> "plotly.graph_objects.Figure":
        """What became of the journeys that entered each stage; the data: `.stages()`."""
        from pipeline.charts import funnel

        return funnel(self.stages(persona))

    def over_time(self, persona: str = EVERYONE) -> "plotly.graph_objects.Figure":
        """Conversion by the month in which journeys began; the data: `.conversion()`."""
        from pipeline.charts import over_time

        months = self.conversion(persona)
        return over_time(months[months["month"] != "all"])

    def graph(self, persona: str = EVERYONE, level: str = "stage") -> "networkx.DiGraph[str]":
        """The moves as a directed graph; the data: `.transitions()` on its edges; `.drop_offs()`,
        `.chain()` and `.attribution()` on its nodes.
        """
        from pipeline.graph import journey_graph

        return journey_graph(
            self.transitions(persona, level), self.drop_offs(persona, level),
            self.chain(persona, level), self.attribution(persona, level),
            level=level, persona_id=self._persona(persona),
        )  # fmt: skip


def _level(level: str) -> str:
    return chosen("level", level, LEVELS)


def _in_map_order(level: str) -> str:
    """Nodes as the settings list them; the level's name is a column of run.touchpoints."""
    return f"(select min(touchpoint_number) from run.touchpoints where {_level(level)} = node)"
