"""The report as a PDF and as a picture, by a Chromium that is installed and nothing else."""

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from pipeline.errors import JourneysError

NAMES = (
    "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)  # fmt: skip
ARGUMENTS = (
    "--headless", "--disable-gpu", "--no-first-run", "--hide-scrollbars", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--disable-extensions",
)  # fmt: skip
WIDTH, SECONDS = 1440, 120
# The picture is the first screen and the map; its height is written where it can be read.
ONLY_MAP = """
<style>
.bar, main > section:not(#map), body > footer { display: none !important; }
main > section { border: 0 !important; }
</style>
<script>document.documentElement.dataset.height = document.body.scrollHeight;</script>
"""
POLICY = re.compile(r"<meta http-equiv=\"Content-Security-Policy\"[^>]*>")
SCRIPTS = re.compile(r"<script>.*?</script>", re.DOTALL)


def find_chromium() -> str:
    """The Chromium of this machine. Raises JourneysError where none is installed."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        raise JourneysError(
            "A PDF or a picture needs Chromium or Chrome, and none is installed. Install one (on "
            "Debian or Ubuntu: apt-get install chromium), or open the report and print it. "
            f"The names that were tried: {', '.join(NAMES[:5])}."
        )
    return path


def write_pdf(report: Path, out: Path) -> Path:
    """Print the report to `out`, on A4 pages. Raises JourneysError where Chromium does not."""
    _run(report, out, f"--print-to-pdf={out.resolve()}", "--no-pdf-header-footer",
         "--virtual-time-budget=5000")  # fmt: skip
    return out


def write_png(report: Path, out: Path) -> Path:
    """Take a picture of the first screen and the map, 1,440 pixels wide, to `out`.

    Raises JourneysError where Chromium does not.
    """
    with tempfile.TemporaryDirectory(prefix="journeys-") as folder:
        page = Path(folder) / "map.html"
        text = SCRIPTS.sub("", POLICY.sub("", report.read_text(encoding="utf-8")))
        page.write_text(text.replace("</body>", f"{ONLY_MAP}</body>"), encoding="utf-8")
        shown = _run(page, None, "--dump-dom", f"--window-size={WIDTH},900")
        found = re.search(r'data-height="(\d+)"', shown)
        height = int(found.group(1)) if found else 2400
        _run(page, out, f"--screenshot={out.resolve()}", f"--window-size={WIDTH},{height}")
    return out


def _run(page: Path, out: Path | None, *arguments: str) -> str:
    """Let Chromium open a page of this disk, and give what it prints."""
    if out:
        out.unlink(missing_ok=True)
        out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="journeys-") as profile:
        command = [find_chromium(), *ARGUMENTS, f"--user-data-dir={profile}", *arguments]
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            command.append("--no-sandbox")  # it refuses to start as root with one
        try:
            done = subprocess.run(
                [*command, page.resolve().as_uri()],
                capture_output=True, text=True, errors="replace", timeout=SECONDS, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired as problem:
            raise JourneysError(
                f"{command[0]} did not end within {SECONDS} s, so there is no {out or page}."
            ) from problem
    if done.returncode or (out and not out.exists()):
        last = (done.stderr.strip().splitlines() or ["it says nothing"])[-1]
        raise JourneysError(f"{command[0]} made no {out or page}: {last}")
    return done.stdout
