"""Says where the demo is and how to sign in, as soon as the shop answers."""

import subprocess
import sys
import time
from http import HTTPStatus
from urllib.error import HTTPError
from urllib.request import urlopen

PATIENCE = 90  # seconds until the shop should answer


def welcome(site: str, sandbox: str, environment: dict[str, str], here: str) -> None:
    """Wait until the shop answers, then show the addresses and the accounts."""
    # The accounts are asked for afterwards: it takes seconds in which the shop could have answered.
    if _answers(f"{here}/health/"):
        sys.stdout.write(_frame(_lines(site, sandbox, _accounts(environment))))
    else:
        sys.stdout.write("The shop does not answer yet: .run/demo.log may say why.\n")
    sys.stdout.flush()


def _accounts(environment: dict[str, str]) -> list[list[str]]:
    """Return role, e-mail, password and path of each account that the sample made."""
    said = subprocess.run(
        [sys.executable, "manage.py", "demo_accounts"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    rows = [line.split("\t") for line in said.stdout.splitlines()]
    return [row for row in rows if len(row) == 4]


def _answers(address: str) -> bool:
    """Wait for a report; after some days without a demo the first one may be red."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if _status(address) in {HTTPStatus.OK, HTTPStatus.SERVICE_UNAVAILABLE}:
            return True
        time.sleep(0.2)
    return False


def _status(address: str) -> int:
    try:
        with urlopen(address, timeout=5) as answer:  # noqa: S310 (our own server)
            return answer.status
    except HTTPError as refusal:
        return refusal.code
    except OSError:
        return 0


def _lines(site: str, sandbox: str, accounts: list[list[str]]) -> list[str]:
    places = [
        ("Shop", f"{site}/"),
        ("Merchant desk", f"{site}/merchant/"),
        ("Organizer desk", f"{site}/organize/"),
        ("Sent mail", f"{site}/mail/"),
        ("Payment sandbox", f"{sandbox}/"),
    ]
    lines = ["Baobab is open.", ""]
    lines += [f"{name:17}{address}" for name, address in places]
    if accounts:
        lines += ["", "Sign in as"]
        widths = [max(len(row[column]) for row in accounts) for column in range(3)]
        for role, email, password, path in accounts:
            who = f"{role.capitalize():{max(widths[0], 15)}}  {email:{widths[1]}}"
            lines.append(f"{who}  {password:{widths[2]}}  {site}{path}")
    return [*lines, "", "Ctrl-C stops everything. What it says meanwhile: .run/demo.log"]


def _frame(lines: list[str]) -> str:
    width = max(map(len, lines))
    inside = [f"│ {line:{width}} │" for line in lines]
    edge = "─" * (width + 2)
    return "\n".join(["", f"╭{edge}╮", *inside, f"╰{edge}╯", "", ""])
