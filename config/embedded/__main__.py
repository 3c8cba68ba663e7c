"""The embedded PostgreSQL for the shell: ``python -m config.embedded demo start``."""

import argparse
import sys

from config import embedded


def main() -> int:
    """Run the command that was typed in the shell, and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m config.embedded", description=__doc__)
    parser.add_argument("name", choices=["demo", "test"])
    parser.add_argument("command", choices=["start", "stop", "address", "reset"])
    asked = parser.parse_args()
    try:
        return _obey(asked.name, asked.command)
    except embedded.NoDatabase as reason:
        sys.stderr.write(f"{reason}\n")
        return 1


def _obey(name: str, command: str) -> int:
    if command == "start":
        embedded.provide(name)
    elif command == "stop":
        embedded.stop(name)
    elif command == "reset":
        embedded.reset(name)
    elif found := embedded.address(name):
        sys.stdout.write(f"{found}\n")
    else:
        sys.stderr.write(f"The {name} database does not run.\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
