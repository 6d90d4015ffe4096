"""Other packages are measured in environments of their own, made once, with pinned versions."""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
CACHE = HERE / ".environments"


def python_of(name: str) -> Path:
    """The Python of the environment that requirements/<name>.txt describes; made when missing.

    Raises subprocess.CalledProcessError where its packages cannot be had.
    """
    requirements = HERE / "requirements" / f"{name}.txt"
    folder = CACHE / name
    python, made = folder / "bin" / "python", folder / "made.txt"
    digest = hashlib.sha256(requirements.read_bytes()).hexdigest()
    if made.exists() and made.read_text() == digest:
        return python
    shutil.rmtree(folder, ignore_errors=True)
    print(f"Setting up an environment with {name} (once)", file=sys.stderr, flush=True)
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    pip = [str(python), "-m", "pip", "--quiet", "--disable-pip-version-check", "install"]
    subprocess.run(
        [*pip, "--no-deps", "--requirement", str(requirements)], check=True, capture_output=True
    )
    made.write_text(digest)
    return python
