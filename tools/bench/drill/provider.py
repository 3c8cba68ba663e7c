"""What the payment provider knows, read from its own state file and not by asking the shop."""

import json
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Taken:
    """Money that the provider took in a session, what it kept, and how much of it went back."""

    session: str
    charge: str
    amount: int
    back: int
    fee: int

    @property
    def is_back(self) -> bool:
        """Tell whether all of it went back."""
        return self.back == self.amount


def taken(state: Path) -> list[Taken]:
    """Return all money that was taken, one entry for each charge that went through."""
    objects: dict[tuple[str, str], dict] = {}
    for line in state.read_text().splitlines():
        row = json.loads(line)
        objects[row["kind"], row["id"]] = row["body"]
    bodies = [body for body in objects.values() if body]
    sessions = {
        body["payment_intent"]: body["id"]
        for body in bodies
        if body["object"] == "checkout.session" and body["payment_intent"]
    }
    fees = {body["id"]: body["fee"] for body in bodies if body["object"] == "balance_transaction"}
    return [
        Taken(
            sessions.get(body["payment_intent"], ""),
            body["id"],
            body["amount"],
            body["amount_refunded"],
            fees[body["balance_transaction"]],
        )
        for body in bodies
        if body["object"] == "charge" and body["paid"]
    ]
