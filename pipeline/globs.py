"""The files that a source's path means: one file, or a pattern."""

from pathlib import Path


def matching(folder: Path, path: str) -> list[Path]:
    """The files of `path` seen from `folder`, in order of name; empty where there is none."""
    start = folder / path
    if start.is_file():
        return [start]
    anchor = Path(start.anchor) if Path(path).is_absolute() else folder
    found = sorted(anchor.glob(str(start.relative_to(anchor))))
    return [file for file in found if file.is_file()]
