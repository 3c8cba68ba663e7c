"""What becomes of a payout intent, when somebody confirms it and as its payment goes on."""

from typing import Any

from tools.sandbox.store import Body
from tools.sandbox.v2 import notifications
from tools.sandbox.v2.moments import write_moment
from tools.sandbox.world import World

KIND = "v2.money_management.payout_intent"

_NO_TIME = frozenset({"pending"})


def enter(world: World, intent: Body, status: str, **changes: Any) -> None:
    """Change an intent's state, and tell who wants to know."""
    moments = dict(intent["status_transitions"])
    if status not in _NO_TIME:
        moments[f"{status}_at"] = write_moment(world.now())
    world.store.change(intent, status=status, status_transitions=moments, **changes)
    notifications.emit(world, f"{KIND}.{status}", intent)


def follow(world: World, payment: Body) -> None:
    """Let a payment's intent follow its state."""
    intent = world.store.find(KIND, payment["payout_intent"] or "")
    if intent is None:
        return
    if payment["status"] in {"posted", "canceled"}:
        enter(world, intent, payment["status"], next_action=None)
    else:
        reason = payment["status_details"][payment["status"]]["reason"]
        action = {"type": "handle_failure", "handle_failure": {"failure_reason": reason}}
        enter(world, intent, "requires_action", next_action=action)
