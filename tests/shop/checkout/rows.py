"""Every row that a shopper's post could touch."""

from shop.cart.models import Cart, CartLine, CartVoucher
from shop.delivery.models import Contact
from shop.orders.models import Order
from shop.payments.models import Payment
from shop.stock.models import Pool


def everything():
    """Return every row that a shopper's post could touch."""
    kinds = (Cart, CartLine, CartVoucher, Contact, Order, Payment, Pool)
    return {kind.__name__: list(kind.objects.order_by("pk").values()) for kind in kinds}
