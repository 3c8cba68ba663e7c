"""What templates of the shop need beside Django's own tags."""

from django import template
from django.conf import settings
from django.utils.translation import get_language

from shop.currencies import written

register = template.Library()


@register.filter
def money(amount: int, currency: str = "") -> str:
    """Write an amount of minor units as the page's language does: $48.00, 48,00 $US."""
    return written(amount, currency or settings.SHOP_CURRENCY, get_language() or "en")
