"""Makes oscar's own Python environment, once: what it needs is nothing to the shop."""

import subprocess
import sys
from hashlib import blake2b
from pathlib import Path

from tools.bench.servers import CannotMeasure

FOLDER = Path(".run/rival")
REQUIREMENTS = Path(__file__).parent / "requirements.txt"


def python() -> Path:
    """Return the Python that has django-oscar; packages are installed if they are not there.

    Raises:
        CannotMeasure: they cannot be installed.
    """
    environment = FOLDER / "venv"
    digest = blake2b(REQUIREMENTS.read_bytes(), digest_size=8).hexdigest()
    found, mark = environment / "bin/python", environment / f".installed-{digest}"
    if not mark.exists():
        _run(sys.executable, "-m", "venv", "--clear", environment)
        _run(found, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-input",
             "--no-deps", "-r", REQUIREMENTS)  # fmt: skip
        mark.touch()
    return found


def _run(*command: str | Path) -> None:
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    if ran.returncode:
        said = (ran.stdout + ran.stderr).strip()[-500:]
        raise CannotMeasure(f"The packages of django-oscar cannot be installed: {said}")
