"""The words that the report uses, as a reader needs them."""

from pipeline.report.sections import in_words
from pipeline.settings import Settings


def words_used(settings: Settings) -> list[tuple[str, str]]:
    """Each word with its meaning under these settings."""
    silence, within = in_words(settings.journey.give_up_after), in_words(settings.journey.within)
    return [
        ("Touchpoint", "A kind of contact between customer and company, named by the analyst."),
        ("Stage", "A phase of the journey, in order, to which touchpoints belong."),
        ("Customer", "All identifiers that belong together across the sources, taken as one."),
        ("Session", "A run of a customer's events with no gap longer than "
         f"{in_words(settings.sessions.timeout)}."),
        ("Step", "One visit of a journey to a touchpoint."),
        ("Journey", "One customer's steps from the first contact until the goal, or until they "
         "gave up. A customer can have several."),
        ("Goal", f"{settings.journey.goal}: it ends the journey."),
        ("Converted", "The journey reached the goal."),
        ("Dropped", f"The journey was silent for longer than {silence}, and the data reaches "
         "that far."),
        ("Still open", "The journey is silent, but not yet for so long. It counts in no rate."),
        ("Horizon", "The time up to which the data is complete; outcomes are judged as of then."),
        ("Drop-off rate", "Of the visits to a stage or touchpoint whose outcome is known, the "
         "share after which the journey was dropped. The funnel says the same of journeys: each "
         "counts once in a stage, however often it came back."),
        ("Conversion rate", f"The share of journeys that reach the goal within {within} of their "
         "start, with open journeys counted for as long as they were observed."),
        ("95 % interval", "Where the true rate may well lie, given how few or many were seen. "
         "Wide means few."),
        ("Pain point", "Where journeys are lost beyond what is usual at that stage, by what it "
         "costs in conversions."),
        ("Persona", "A group of customers who came in alike."),
    ]  # fmt: skip
