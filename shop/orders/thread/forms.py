"""The field in which a message is written."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shop.core.forms.fields import ProseField
from shop.orders.models import OrderMessage, Suborder
from shop.orders.thread.write import MOST_WORDS

WARNINGS = {
    OrderMessage.Side.SHOPPER: _(
        "Never pay outside the shop, whatever anybody writes, and send nobody the number of a "
        "card or a password. Organizers can read this, too."
    ),
    OrderMessage.Side.STORE: _(
        "Never ask for payment outside the shop, nor for the number of a card or a password. "
        "Organizers can read this, too."
    ),
}


class MessageForm(forms.Form):
    """A message to the other side."""

    text = ProseField(
        max_length=MOST_WORDS,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Write your message.")},
    )

    def __init__(self, part: Suborder, side: str, *args: Any, **kwargs: Any) -> None:
        """Take the parcel that is written about, and who writes; a page may have many of these."""
        kwargs["auto_id"] = f"id_{part.pk}_%s"
        super().__init__(*args, **kwargs)
        is_store = side == OrderMessage.Side.STORE
        name = part.order.contact.name if is_store else part.merchant.name
        self.fields["text"].label = _("Write to %(name)s") % {"name": name}
        self.fields["text"].help_text = WARNINGS[OrderMessage.Side(side)]
