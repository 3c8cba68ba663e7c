from shop.orders.models.messages import OrderMessage
from shop.orders.models.notes import OrderNote
from shop.orders.models.order import APART, NUMBER_START, Order, id_of_number, new_token
from shop.orders.models.parts import (
    Discount,
    OrderLine,
    SaleDecision,
    Suborder,
    SuborderQuerySet,
)
from shop.orders.models.refunds import (
    Refund,
    RefundGoodwill,
    RefundLine,
    RefundParcel,
    ReturnedClaim,
)
from shop.orders.models.replacements import Replacement, ReplacementLine
from shop.orders.models.shipments import Shipment, ShipmentLine

__all__ = [
    "APART",
    "NUMBER_START",
    "Discount",
    "Order",
    "OrderLine",
    "OrderMessage",
    "OrderNote",
    "Refund",
    "RefundGoodwill",
    "RefundLine",
    "RefundParcel",
    "Replacement",
    "ReplacementLine",
    "ReturnedClaim",
    "SaleDecision",
    "Shipment",
    "ShipmentLine",
    "Suborder",
    "SuborderQuerySet",
    "id_of_number",
    "new_token",
]
