"""What the yardsticks share: each prints one line of JSON, its seconds by part."""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

seconds: dict[str, float] = {}


@contextmanager
def part(name: str) -> Iterator[None]:
    """Time one part, by the clock."""
    began = time.perf_counter()
    yield
    seconds[name] = round(time.perf_counter() - began, 3)


def events() -> str:
    """The Parquet file of the folder that the command names."""
    return str(Path(sys.argv[1]) / "web.parquet")


def tell(**more: object) -> None:
    print(json.dumps({"seconds": seconds, "total": round(sum(seconds.values()), 3), **more}))
