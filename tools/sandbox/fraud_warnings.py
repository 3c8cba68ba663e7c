"""Early fraud warnings: card issuers make them outside; the API only tells them."""

from tools.sandbox import events
from tools.sandbox.forms import Form
from tools.sandbox.lists import matching, page
from tools.sandbox.store import Body
from tools.sandbox.world import World

KIND = "radar.early_fraud_warning"


def warn(world: World, charge_id: str, *, reason: str = "unauthorized_use_of_card") -> Body:
    """Let the issuer of a card suspect fraud, and return the warning."""
    charge = world.store.get("charge", charge_id)
    warning = world.new(
        KIND,
        charge=charge_id,
        fraud_type=reason,
        payment_intent=charge["payment_intent"],
        actionable=_is_actionable(charge),
    )
    events.emit(world, f"{KIND}.created", warning)
    return warning


def retrieve(world: World, warning_id: str, _form: Form) -> Body:
    """Return one warning."""
    return _now(world, world.store.get(KIND, warning_id))


def list_all(world: World, form: Form) -> Body:
    """Return a page of warnings, newest first."""
    rows = [_now(world, warning) for warning in world.store.all(KIND)]
    return page("/v1/radar/early_fraud_warnings", matching(rows, form, "charge"), form)


def _now(world: World, warning: Body) -> Body:
    charge = world.store.get("charge", warning["charge"])
    return {**warning, "actionable": _is_actionable(charge)}


def _is_actionable(charge: Body) -> bool:
    return not (charge["disputed"] or charge["refunded"])
