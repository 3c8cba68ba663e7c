from typing import Any

from tools.sandbox.currencies import Currency, check_step, find_currency
from tools.sandbox.errors import invalid
from tools.sandbox.forms import Form
from tools.sandbox.shapes import blank, new_id
from tools.sandbox.store import Body
from tools.sandbox.world import World

MOST_LINES = 100

_KNOWN = frozenset({"price_data", "quantity", "metadata"})
_KNOWN_OF_PRICE = frozenset({"currency", "unit_amount", "product_data", "tax_behavior"})


def read_line_items(world: World, form: Form) -> list[Body]:
    """Return the lines of a new session: at least one, at most 100, in one currency."""
    lines = form.inners("line_items")
    if not lines:
        raise invalid("Missing required param: line_items.", "line_items", "parameter_missing")
    if len(lines) > MOST_LINES:
        message = f"Checkout Sessions in payment mode have at most {MOST_LINES} line items."
        raise invalid(message, "line_items")
    items = [_line_item(world, line) for line in lines]
    if len({item["currency"] for item in items}) > 1:
        raise invalid("All line items must use the same currency.", "line_items")
    return items


def _line_item(world: World, line: Form) -> Body:
    line.only(_KNOWN)
    price, product = line.inner("price_data"), line.inner("price_data").inner("product_data")
    price.only(_KNOWN_OF_PRICE)
    name = product.need_text("name")
    currency = find_currency(price.need_text("currency"), price.name("currency"))
    unit = _unit_amount(price, currency)
    quantity = line.need_integer("quantity")
    if quantity < 1:
        raise invalid("The quantity must be at least 1.", line.name("quantity"))
    amount = unit * quantity
    return {
        "id": new_id("item"),
        "object": "item",
        **blank("item"),
        "amount_discount": 0,
        "amount_subtotal": amount,
        "amount_tax": 0,
        "amount_total": amount,
        "currency": currency.code,
        "description": name,
        "discounts": [],
        "metadata": line.metadata(),
        "price": _price(world, currency, unit),
        "quantity": quantity,
        "taxes": [],
    }


def _unit_amount(price: Form, currency: Currency) -> int:
    amount, param = price.need_integer("unit_amount"), price.name("unit_amount")
    if amount < 0:
        raise invalid("Invalid non-negative integer", param, "parameter_invalid_integer")
    return check_step(amount, currency, param)


def _price(world: World, currency: Currency, amount: int) -> dict[str, Any]:
    return {
        "id": new_id("price"),
        "object": "price",
        **blank("price"),
        "active": False,
        "billing_scheme": "per_unit",
        "created": world.now(),
        "currency": currency.code,
        "metadata": {},
        "product": new_id("product"),
        "type": "one_time",
        "unit_amount": amount,
        "unit_amount_decimal": str(amount),
    }
