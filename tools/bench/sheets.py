"""Sheets of products: ``python -m tools.bench.sheets [ROWS]``, 50,000 unless said.

A database of its own takes a CSV and an XLSX of so many rows, five sizes to a product: each is
read, checked and brought in.
"""

import os
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from config.embedded import NoDatabase
from tools.bench import databases
from tools.bench.preparing import AS_BEAT, ask, environment, manage, tell
from tools.bench.servers import CannotMeasure, NotMeasured

ROOT = Path(__file__).resolve().parents[2]
ROWS = 50_000


def main() -> int:
    """Bring the sheets in, print what each step took, and return the exit code."""
    os.chdir(ROOT)
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    try:
        with tempfile.TemporaryDirectory(prefix="baobab-sheets-") as folder, ExitStack() as stack:
            server = stack.enter_context(databases.server())
            around = environment(Path(folder))

            def fill(address: str) -> None:
                manage(around | {"DATABASE_URL": address}, "migrate", "-v0")

            lent = databases.database(server, "bench_sheets", fill=fill, keep=False)
            around |= {"DATABASE_URL": stack.enter_context(lent)} | AS_BEAT
            tell(f"{rows:,} rows.")
            for kind in ("csv", "xlsx"):
                for said in ask(around, "sheet_bench", kind, str(rows)):
                    print(", ".join(f"{name} {value}" for name, value in said.items()), flush=True)
    except (CannotMeasure, NoDatabase, NotMeasured) as reason:
        print(reason, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
