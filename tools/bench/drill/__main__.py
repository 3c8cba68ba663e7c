"""Kills and silences every part of the shop in turn while shoppers buy: ``tools/run bench.drill``.

Afterwards it waits until nothing waits any more, and holds orders, money, stock, mails and pages
against each other. Nothing may be lost, doubled, or said wrongly.
"""

import argparse
import os
import signal
import sys
import tempfile
from pathlib import Path

from config import embedded
from config.embedded import NoDatabase
from tools.bench import machine
from tools.bench.drill.cluster import NAME
from tools.bench.drill.running import drill
from tools.bench.flows import WentWrong
from tools.bench.servers import CannotMeasure

ROOT = Path(__file__).resolve().parents[3]


def main() -> int:
    """Hold the drill, print what came of it, and return the exit code."""
    asked = _parser().parse_args()
    os.chdir(ROOT)
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    if asked.tidy:
        embedded.reset(NAME)
        return 0
    try:
        with tempfile.TemporaryDirectory(prefix="baobab-drill-") as own:
            folder = Path(asked.logs or own).resolve()
            folder.mkdir(parents=True, exist_ok=True)
            outcome = drill(asked.rate, asked.seconds, folder, keep=asked.keep)
    except (CannotMeasure, NoDatabase, WentWrong) as reason:
        print(reason, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    print(f"Load average after: {machine.load()}")
    print("\n".join(outcome.said()))
    return 1 if outcome.wrong else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tools/run bench.drill", description=__doc__)
    parser.add_argument("--rate", type=float, default=3, help="shoppers a second (3)")
    parser.add_argument("--seconds", type=float, default=180, help="length of the storm (180)")
    parser.add_argument("--logs", metavar="FOLDER", help="keep what the processes say there")
    parser.add_argument("--keep", action="store_true", help="keep and reuse the loaded sample")
    parser.add_argument("--tidy", action="store_true", help="end what a killed drill has left")
    return parser


if __name__ == "__main__":
    sys.exit(main())
