"""Takes the README's picture of the report: `python tests/screenshot.py [REPORT] [PICTURE]`."""

import sys
from pathlib import Path

from chromium import chromium

WIDTH, HEIGHT = 1440, 1810


def take(report: Path, picture: Path) -> None:
    """The first screen and the beginning of the map, as they open on a desk."""
    with chromium() as browser:
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        page.goto(report.resolve().as_uri())
        page.wait_for_timeout(500)
        picture.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=picture)
    print(f"{picture}: {picture.stat().st_size // 1024} kB")


if __name__ == "__main__":
    given = [Path(argument) for argument in sys.argv[1:]]
    take(*(given + [Path("out/report.html"), Path("docs/report.png")][len(given) :]))
