import argparse
import contextlib
import errno
import os
import sys
from pathlib import Path

from tools.sandbox.contract import load_contract
from tools.sandbox.guards import Unsafe, check_address, check_start
from tools.sandbox.routes import OPERATIONS
from tools.sandbox.server import HOST, start
from tools.sandbox.world import Options


def main() -> None:
    """Run the sandbox as a process of its own until it is stopped."""
    chosen = _parser().parse_args()
    try:
        check_start(chosen.host, chosen.key, os.environ)
        check_address("--webhook", chosen.webhook)
        check_address("--thin", chosen.thin)
        check_address("--public", chosen.public)
    except Unsafe as refusal:
        sys.exit(f"Refused: {refusal}")
    options = Options(
        chosen.key,
        chosen.secret,
        chosen.webhook,
        chosen.public,
        chosen.state,
        chosen.muted,
        chosen.thin,
    )
    try:
        has_contract = load_contract(OPERATIONS) is not None
        running = start(chosen.port, contract=has_contract, options=options)
    except OSError as problem:
        sys.exit(f"Refused: {_explain(problem, chosen)}")
    with contextlib.suppress(KeyboardInterrupt):
        print(f"Stripe sandbox ready at {running.url} (no money moves)", flush=True)  # noqa: T201
        running.wait()
    running.stop()


def _parser() -> argparse.ArgumentParser:
    defaults = Options()
    parser = argparse.ArgumentParser(
        prog="python -m tools.sandbox",
        description="A Stripe sandbox on this machine; no money moves.",
    )
    parser.add_argument("--port", type=int, default=8421, help="0 takes a free one")
    parser.add_argument("--host", default=HOST, help="loopback only")
    parser.add_argument("--key", default=defaults.key, help="the API key that calls must carry")
    parser.add_argument("--webhook", default="", metavar="URL", help="where events are sent")
    parser.add_argument("--thin", default="", metavar="URL", help="where thin events are sent")
    parser.add_argument("--secret", default=defaults.secret, help="what signs the events")
    parser.add_argument("--public", default="", metavar="URL", help="base of links in answers")
    parser.add_argument("--muted", action="store_true", help="keep back what happens in this run")
    parser.add_argument("--state", type=Path, metavar="FILE", help="keep everything in this file")
    return parser


def _explain(problem: OSError, chosen: argparse.Namespace) -> str:
    if problem.errno == errno.EADDRINUSE:
        return f"port {chosen.port} is in use. Stop what uses it, or choose another with --port."
    return f"{problem.strerror}: {problem.filename or chosen.port}"


if __name__ == "__main__":
    main()
