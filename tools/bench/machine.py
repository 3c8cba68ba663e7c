"""Names the machine, so that figures are never read without it."""

import os
import platform
import re
from datetime import UTC, datetime
from pathlib import Path

import django


def facts(database: str) -> dict[str, str]:
    """Return what the figures depend on, in the words of the report.

    Args:
        database: the version of the server, in words.
    """
    return {
        "Date": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "Processor": f"{_processor()}, {_cores()}",
        "Memory": _memory(),
        "System": f"{_system()}, Linux {platform.release()}",
        "Software": f"Python {platform.python_version()}, Django {django.__version__}, "
        f"PostgreSQL {database}",
        "Load average before": load(),
    }


def remark() -> dict[str, str]:
    """Return a warning when others use the machine, to be asked for before anything is started."""
    if os.getloadavg()[0] < len(os.sched_getaffinity(0)) / 2:
        return {}
    return {"Note": "other work ran at the same time; compare CPU and ratios, not rates"}


def load() -> str:
    """Return how many processes wanted a core in the last 1, 5 and 15 minutes."""
    return ", ".join(f"{number:.1f}" for number in os.getloadavg())


def _processor() -> str:
    found = re.search(r"^model name\s*:\s*(.+)$", _read("/proc/cpuinfo"), re.MULTILINE)
    return found[1] if found else platform.machine()


def _cores() -> str:
    count = len(os.sched_getaffinity(0))
    return "1 core" if count == 1 else f"{count} cores"


def _memory() -> str:
    found = re.search(r"^MemTotal:\s*(\d+) kB$", _read("/proc/meminfo"), re.MULTILINE)
    return f"{int(found[1]) / 2**20:.0f} GiB" if found else "unknown"


def _system() -> str:
    found = re.search(r'^PRETTY_NAME="?([^"\n]+)', _read("/etc/os-release"), re.MULTILINE)
    return found[1] if found else platform.system()


def _read(path: str) -> str:
    try:
        return Path(path).read_text()
    except OSError:
        return ""
