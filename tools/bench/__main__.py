"""Measures the shop beside its limits in one run: ``python -m tools.bench``."""

import argparse
import os
import signal
import sys
import tempfile
from pathlib import Path

from config.embedded import NoDatabase
from tools.bench import budget, record, report
from tools.bench.flows import WentWrong
from tools.bench.running import Asked, run
from tools.bench.servers import CannotMeasure

ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    """Measure, print the report, and return the exit code."""
    chosen = _parser().parse_args()
    os.chdir(ROOT)
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    asked = Asked(
        chosen.rounds, chosen.seconds, chosen.products, chosen.keep, chosen.against,
        chosen.indexed, chosen.only,
    )  # fmt: skip
    try:
        with tempfile.TemporaryDirectory(prefix="baobab-bench-") as folder:
            outcome = run(asked, Path(folder))
    except (CannotMeasure, NoDatabase, WentWrong) as reason:
        print(reason, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    text = report.markdown(outcome)
    print(text)
    if chosen.write:
        report.write(text)
        record.write(outcome)
    if chosen.budget:
        print(budget.lower(record.figures(outcome)), file=sys.stderr)
    return 1 if outcome.problems else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools.bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="turns of each target (5)")
    parser.add_argument("--seconds", type=float, default=3, help="length of a turn (3)")
    parser.add_argument(
        "--products",
        type=int,
        action="append",
        default=[],
        metavar="N",
        help="also measure a shop with so many products; several times for several shops",
    )
    parser.add_argument(
        "--indexed",
        type=int,
        default=10_000,
        metavar="N",
        help="products that are indexed in shops of several sizes (10,000)",
    )
    parser.add_argument(
        "--against", default="", metavar="COMMIT", help="put an earlier commit of ours beside it"
    )
    parser.add_argument(
        "--only",
        action="append",
        default=[],
        metavar="NAME",
        help="measure this target alone, as the report calls it; several times for several",
    )
    parser.add_argument("--keep", action="store_true", help="keep and reuse the databases")
    parser.add_argument(
        "--write", action="store_true", help=f"put the report into {report.PAGE.relative_to(ROOT)}"
    )
    parser.add_argument(
        "--budget", action="store_true", help="lower the budgets of pages that have become cheaper"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
