from tools.sandbox import balance, sessions
from tools.sandbox.errors import invalid
from tools.sandbox.forms import Form, names
from tools.sandbox.store import Body
from tools.sandbox.world import World

_EXPANDABLE = names(
    "balance_transaction charge destination failure_balance_transaction latest_charge"
    " payment_intent refund source source_refund source_transaction transfer"
)
_DEEPEST = 4


def expand(world: World, body: Body, path: str) -> Body:
    """Return a copy of an answer in which the ids on this path are replaced by their objects.

    Args:
        path: names with dots between, such as "payment_intent.latest_charge" or "data.source".
    """
    names = path.split(".")
    if len(names) > _DEEPEST + ("data" in names):
        raise invalid(f"You cannot expand more than {_DEEPEST} levels.", "expand")
    return _expand(world, body, names, path)


def _expand(world: World, body: Body, names: list[str], path: str) -> Body:
    name, *rest = names
    if name == "data" and body.get("object") == "list":
        rows = [_expand(world, row, rest, path) for row in body["data"]] if rest else body["data"]
        return {**body, "data": rows}
    if name == "line_items" and body.get("object") == "checkout.session":
        value = sessions.line_items(world, body["id"], Form())
    elif name in _EXPANDABLE and name in body:
        value = _found(world, body[name])
    else:
        message = f"This property cannot be expanded ({name}). You may want to remove it: {path}."
        raise invalid(message, "expand")
    if rest and isinstance(value, dict):
        value = _expand(world, value, rest, path)
    return {**body, name: value}


def _found(world: World, value: object) -> object:
    target = world.store.anywhere(value) if isinstance(value, str) else value
    if target is None:
        return value
    is_line = isinstance(target, dict) and target["object"] == "balance_transaction"
    return balance.shown(world, target) if is_line else target
