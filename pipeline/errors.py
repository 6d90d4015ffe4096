"""What can go wrong, in words that a person can act on, with the exit code of each kind.

Every message says what, where, what is allowed and what to do next; none needs a traceback.
"""


class JourneysError(Exception):
    """A problem that a person can mend; the command line prints it and leaves with `exit_code`."""

    exit_code = 2


class SettingsError(JourneysError):
    """`journeys.yml` cannot be used. Holds every problem found, one sentence each."""

    def __init__(self, file: str, problems: list[str]) -> None:
        self.file, self.problems = file, problems
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        super().__init__("\n".join([f"{file}: {count}", *(f"  - {text}" for text in problems)]))


class InputError(JourneysError):
    """A source's file cannot be read as the settings say."""


class WarehouseError(JourneysError):
    """The warehouse cannot be opened, is held by another process, or is not one."""


class PromiseError(JourneysError):
    """A promise of the data was broken; nothing was published."""

    exit_code = 1
