from __future__ import annotations

import re
import secrets
import uuid
from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from shop.catalogue.delivery.models import Contact
from shop.core.states import ChoiceField, CurrencyField, Stateful, StateQuerySet
from shop.orders.cart.models import Cart
from shop.people.accounts.models import Mailbox

NUMBER_START = 100_000
TYPED = re.compile(r"(?:bb)?[\s-]*(?:20\d\d[\s-]*)?(\d{6,15})", re.IGNORECASE)
APART = "o"  # begins the key of an order that waits beside the cart; others begin with u or c


def new_token() -> str:
    """Return a random word that opens an order's page; 128 bits."""
    return secrets.token_urlsafe(16)


def id_of_number(text: str) -> int | None:
    """Return the id behind a number as people type it, or None where it is no number.

    ``BB-2026-100042``, ``bb 2026 100042`` and ``100042`` are the same; the year is not looked at.
    """
    found = TYPED.fullmatch(text.strip())
    return int(found[1]) - NUMBER_START if found and int(found[1]) > NUMBER_START else None


class OrderQuerySet(StateQuerySet["Order"]):
    """Orders, to be found by their number."""

    def numbered(self, text: str) -> OrderQuerySet:
        """Keep the order whose number was typed; words that are no number find nothing."""
        found = id_of_number(text)
        return self.none() if found is None else self.filter(pk=found)


class Order(Stateful):
    """Everything bought and paid for at once, with its prices frozen.

    While pending it holds what is scarce until ``pay_by``; a shopper has one pending order.
    """

    class State(models.TextChoices):
        PENDING = "pending"
        PAID = "paid"
        EXPIRED = "expired"
        CANCELLED = "cancelled"

    NEXT: ClassVar[dict[str, set[str]]] = {
        State.PENDING: {State.PAID, State.EXPIRED, State.CANCELLED},
        State.EXPIRED: {State.PAID},  # late money, and the goods are still there
        State.PAID: {State.CANCELLED},
        State.CANCELLED: set(),
    }

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    token = models.CharField(max_length=32, default=new_token, editable=False)
    state = ChoiceField(max_length=10, choices=State, default=State.PENDING)
    shopper_key = models.CharField(max_length=70)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="orders",
        db_index=False,
    )
    cart = models.ForeignKey(Cart, models.SET_NULL, null=True, related_name="orders")
    contact = models.ForeignKey(Contact, models.PROTECT, related_name="+")
    email_key = models.CharField(max_length=64, help_text="Of the mailbox behind the address.")
    network_key = models.CharField(max_length=64, help_text="Keyed hash of the client's address.")
    language = models.CharField(max_length=10, default="en")
    currency = CurrencyField()
    goods = models.PositiveBigIntegerField(help_text="After item deals, before vouchers.")
    discount = models.PositiveBigIntegerField(default=0, help_text="Order-level, on goods.")
    delivery = models.PositiveBigIntegerField(default=0, help_text="As paid by the shopper.")
    total = models.PositiveBigIntegerField(help_text="What is charged, minor units.")
    digest = models.CharField(max_length=64, help_text="Of the lines that were agreed to.")
    wish = models.CharField(max_length=64, help_text="Of what the cart asked for.")
    of_age = models.PositiveSmallIntegerField(
        default=0, db_default=0,
        help_text="So old the shopper said to be at least; 0: not asked.",
    )  # fmt: skip
    came_from = models.CharField(
        max_length=12,
        blank=True,
        default="",
        db_default="",
        help_text="Code of the shared link, or none.",
    )
    has_verified_email = models.BooleanField(default=False, help_text="Limits are counted.")
    mailbox = models.ForeignKey(
        Mailbox, models.PROTECT, null=True, related_name="+",
        help_text="For which limits were counted; kept, whatever becomes of the account.",
    )  # fmt: skip
    placed_at = models.DateTimeField()
    pay_by = models.DateTimeField()
    paid_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True, help_text="Expired or cancelled.")
    over_at: datetime  # when all of it was delivered; where it is asked for, see checkout.proving
    has_refund: bool
    has_all_back: bool
    has_delay: bool
    stores: list[str]

    objects = OrderQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["user", "-placed_at"], name="order_of_user"),
            models.Index(fields=["pay_by"], condition=Q(state="pending"), name="order_overdue"),
            models.Index(fields=["paid_at"], condition=Q(state="paid"), name="order_paid_since"),
            models.Index(fields=["placed_at"], name="order_placed"),
            models.Index(
                fields=["email_key", "paid_at"], condition=Q(state="paid"), name="order_bought_by"
            ),
            models.Index(
                fields=["network_key"], condition=Q(state="pending"), name="order_open_network"
            ),
            models.Index(
                fields=["email_key"], condition=Q(state="pending"), name="order_open_email"
            ),
            models.Index(
                fields=["came_from", "paid_at"], condition=~Q(came_from=""), name="order_by_link"
            ),
            # Who let orders lapse lately: see shop.orders.unpaid.reads.
            models.Index(fields=["network_key", "placed_at"], name="order_lately_network"),
            models.Index(fields=["email_key", "placed_at"], name="order_lately_email"),
            models.Index(fields=["shopper_key", "placed_at"], name="order_lately_shopper"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["shopper_key"], condition=Q(state="pending"), name="one_pending_order"
            ),
            models.CheckConstraint(
                name="order_total_adds_up",
                condition=Q(total=F("goods") - F("discount") + F("delivery")),
            ),
            models.CheckConstraint(
                name="order_paid_with_moment",
                condition=~Q(state="paid") | Q(paid_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """Return the number that people read out: BB-2026-100042."""
        return f"BB-{self.placed_at:%Y}-{NUMBER_START + self.pk}"

    @property
    def is_pending(self) -> bool:
        """Tell whether it waits for its money."""
        return self.state == self.State.PENDING

    @property
    def is_set_apart(self) -> bool:
        """Tell whether it waits beside the cart, since a bank or a person decides on its money."""
        return self.shopper_key.startswith(APART)

    @property
    def is_paid(self) -> bool:
        """Tell whether its money came and was kept."""
        return self.state == self.State.PAID
