"""Infers customer journeys from event data, and shows where and why customers drop off."""

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"
__all__ = ["open_journeys"]

if TYPE_CHECKING:
    from pipeline.notebook import open_journeys


def __getattr__(name: str) -> Any:
    """Import the notebook handle only when somebody asks for it: the package itself stays light."""
    if name == "open_journeys":
        from pipeline.notebook import open_journeys

        return open_journeys
    raise AttributeError(f"module 'pipeline' has no attribute {name!r}")
