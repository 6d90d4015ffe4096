"""Which dirt was made: what a test can look for."""

from typing import Any

EXAMPLES = 12


class Ledger(dict[str, dict[str, Any]]):
    """Dirt by name: its `count` of rows and some `examples`, ids as the exports spell them."""

    def note(self, name: str, examples: list[Any], count: int | None = None) -> None:
        """Add to a dirt's count, and keep its first examples."""
        entry = self.setdefault(name, {"count": 0, "examples": []})
        entry["count"] += len(examples) if count is None else count
        kept = entry["examples"]
        new = [example for example in examples if example not in kept]
        kept.extend(new[: EXAMPLES - len(kept)])
