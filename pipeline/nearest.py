"""The hint that ends a message about a name that is not there."""

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(name: str, allowed: Iterable[str]) -> str:
    """ ". Did you mean X?" for the nearest allowed name; nothing where none is near."""
    spelled = {known.casefold(): known for known in sorted(allowed)}
    found = get_close_matches(name.casefold(), spelled, n=1, cutoff=0.6)
    return f". Did you mean {spelled[found[0]]}?" if found else ""
