from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce, Upper

from shop.catalogue.delivery.models import Rate
from shop.catalogue.models import Product, Variant
from shop.catalogue.stock.models import Pool
from shop.core.languages import beside, listed
from shop.core.money import divide
from shop.core.states import ChoiceField, Stateful, StateQuerySet
from shop.festivals.models import Claim, Deal, Festival, Fund, Promotion
from shop.orders.models.order import Order
from shop.people.merchants.models import Merchant
from shop.people.merchants.sellers import Seller, as_seller, operator


class SuborderQuerySet(StateQuerySet["Suborder"]):
    """Suborders by their state: sold, or still to send."""

    def to_send(self) -> SuborderQuerySet:
        """Keep those whose parcel has not left; guests of an experience come by themselves."""
        return self.filter(Suborder.TO_SEND)

    def late(self, day: date) -> SuborderQuerySet:
        """Keep paid parcels that should have left before a day, and may be sent."""
        rows = self.sold().to_send()
        return rows.filter(ship_by__lt=day, stopped_at=None)

    def word_due(self) -> SuborderQuerySet:
        """Keep those whose shopper waits for a word of the store."""
        return self.filter(word_due_since__isnull=False)

    def sold(self) -> SuborderQuerySet:
        """Keep those of orders that were paid."""
        return self.filter(Suborder.SOLD)


class Suborder(Stateful):
    """The part of an order that one merchant sells, ships and is paid for."""

    class State(models.TextChoices):
        WAITING = "waiting"
        SHIPPED = "shipped"
        DELIVERED = "delivered"
        CANCELLED = "cancelled"

    class Tax(models.TextChoices):
        DOMESTIC = "domestic"
        EXPORT = "export"
        PLATFORM = "platform"

    class Arrival(models.TextChoices):
        CARRIER = "carrier"
        SHOPPER = "shopper"
        LAPSE = "lapse"  # nobody said otherwise for long enough
        SESSION = "session"  # the date has taken place
        STAFF = "staff"

    NEXT: ClassVar[dict[str, set[str]]] = {
        State.WAITING: {State.SHIPPED, State.DELIVERED, State.CANCELLED},
        State.SHIPPED: {State.DELIVERED},
        State.DELIVERED: set(),
        State.CANCELLED: set(),
    }

    SOLD: ClassVar[Q] = Q(paid_at__isnull=False)
    TO_SEND: ClassVar[Q] = Q(state=State.WAITING) & ~Q(service="")
    EARNED = F("payout") + F("delivery_paid") + F("delivery_funded")

    order = models.ForeignKey(Order, models.CASCADE, related_name="suborders")
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="suborders")
    state = ChoiceField(max_length=10, choices=State, default=State.WAITING)
    service = models.CharField(max_length=8, blank=True, help_text="Empty: nothing is sent.")
    delivery_price = models.PositiveBigIntegerField(default=0, help_text="Before free shipping.")
    delivery_paid = models.PositiveBigIntegerField(default=0, help_text="By the shopper.")
    delivery_funded = models.PositiveBigIntegerField(default=0, help_text="By the organizer.")
    arrives_from = models.DateField(null=True)
    arrives_to = models.DateField(null=True)
    ship_by = models.DateField(null=True)
    tax = models.CharField(max_length=8, choices=Tax, default=Tax.EXPORT)
    vat_bp = models.PositiveIntegerField(default=0, help_text="Included in the lines.")
    commission = models.PositiveBigIntegerField(default=0)
    payout = models.BigIntegerField(default=0, help_text="Goods after discounts and commission.")
    position = models.PositiveSmallIntegerField(default=0)
    paid_at = models.DateTimeField(
        null=True, help_text="As its order; so that a store finds what it sold by an index."
    )
    partly_sent_at = models.DateTimeField(
        null=True, help_text="When its first parcel left while more of it was to be sent."
    )
    late_told_at = models.DateTimeField(
        null=True, help_text="When the store heard that it should have left."
    )
    word_due_since = models.DateTimeField(
        null=True, help_text="Since when its shopper waits for a word of the store."
    )
    stopped_at = models.DateTimeField(
        null=True, help_text="Since when it must not be sent: its money is in question."
    )
    is_stopped_by_hand = models.BooleanField(default=False, db_default=False)
    delivered_at = models.DateTimeField(null=True)
    delivered_how = models.CharField(max_length=7, choices=Arrival, blank=True, db_default="")
    release_at = models.DateTimeField(
        null=True, help_text="From then on its earnings may be settled, unless something stops it."
    )
    held_at = models.DateTimeField(
        null=True, help_text="Since when an organizer keeps its earnings from being settled."
    )
    settled_at = models.DateTimeField(null=True, help_text="When its earnings were first settled.")
    replaced_at = models.DateTimeField(
        null=True, help_text="When the last replacement came: returns are counted from then on."
    )
    is_invoiced = models.BooleanField(
        default=False,
        db_default=False,
        help_text="Its invoice is there: see shop.papers.",
    )
    returned = models.BigIntegerField(
        default=0, db_default=0,
        help_text="Not earned, since it went back: of goods and, with the last unit, of delivery.",
    )  # fmt: skip

    # Only where a query adds them.
    sent: datetime | None
    waits: int
    has_return: bool
    has_dispute: bool
    has_warning: bool
    has_review: bool
    has_refund: bool
    has_proposal: bool
    has_replacement: bool
    comes_back: bool
    usable_from: datetime | None
    contents: list[tuple[int, OrderLine]]
    paper_rows: list[dict[str, Any]]

    objects = SuborderQuerySet.as_manager()

    class Meta:
        ordering = ["position"]
        # What was not paid for stays for ever, and no list of a store walks past it.
        indexes = [
            models.Index(
                fields=["merchant", "-id"],
                include=["paid_at", "payout", "delivery_paid", "delivery_funded", "returned"],
                condition=Q(paid_at__isnull=False),
                name="suborder_sold",
            ),
            models.Index(
                fields=["merchant", "state", "-id"],
                condition=Q(paid_at__isnull=False),
                name="suborder_sold_by_state",
            ),
            models.Index(
                F("merchant"), Coalesce(F("ship_by"), Value(date.max)), F("id"),
                condition=Q(paid_at__isnull=False),
                name="suborder_sold_by_day",
            ),
            models.Index(
                F("merchant"), Coalesce(F("ship_by"), Value(date.max)), F("id"),
                include=["ship_by"],
                condition=Q(paid_at__isnull=False) & Q(state="waiting") & ~Q(service=""),
                name="suborder_to_send",
            ),
            models.Index(
                fields=["ship_by"],
                condition=Q(paid_at__isnull=False) & Q(state="waiting") & ~Q(service=""),
                name="suborder_late",
            ),
            models.Index(
                fields=["merchant", "-id"],
                condition=Q(word_due_since__isnull=False),
                name="suborder_word_due",
            ),
            models.Index(
                fields=["merchant", "paid_at"],
                condition=Q(paid_at__isnull=False),
                name="suborder_paid",
            ),
            models.Index(
                fields=["id"],
                condition=Q(paid_at__isnull=False) & Q(state="waiting") & Q(service=""),
                name="suborder_visits",
            ),
            models.Index(
                fields=["arrives_to"],
                condition=Q(state="shipped"),
                name="suborder_on_its_way",
            ),
            models.Index(
                fields=["release_at"],
                condition=Q(release_at__isnull=False) & Q(settled_at__isnull=True),
                name="suborder_to_settle",
            ),
            models.Index(
                fields=["merchant", "paid_at"],
                condition=Q(paid_at__isnull=False, is_invoiced=False),
                name="suborder_to_invoice",
            ),
        ]  # fmt: skip
        constraints = [
            models.UniqueConstraint(
                fields=["order", "merchant"], name="parcel_once", condition=~models.Q(service="")
            ),
            models.UniqueConstraint(
                fields=["order", "merchant"], name="visit_once", condition=models.Q(service="")
            ),
        ]

    @property
    def is_tracked(self) -> bool:
        """Return whether its parcel has a number to follow: ordinary post has none."""
        return self.service not in ("", Rate.ServiceLevel.PACKET)

    @property
    def is_partly_sent(self) -> bool:
        """Return whether a parcel of it has left and more is to be sent."""
        return self.state == self.State.WAITING and self.partly_sent_at is not None

    @property
    def seller(self) -> Seller:
        """Return who sells it by law: the operator where the platform owes the tax."""
        return operator() if self.tax == self.Tax.PLATFORM else as_seller(self.merchant)

    @property
    def earned(self) -> int:
        """Return the merchant's earnings in minor units: goods after commission, and delivery."""
        return self.payout + self.delivery_paid + self.delivery_funded

    @property
    def kept(self) -> int:
        """Return the earnings that are left after refunds."""
        return self.earned - self.returned


class OrderLine(models.Model):
    """Some units of one variant at one price, frozen: never looked up or computed again."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="lines")
    suborder = models.ForeignKey(Suborder, models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField()
    product = models.ForeignKey(Product, models.PROTECT, related_name="+", db_index=False)
    variant = models.ForeignKey(Variant, models.PROTECT, related_name="+")
    title = models.CharField(max_length=160)
    options = ArrayField(models.CharField(max_length=60), default=list)
    shown_title = models.CharField(
        max_length=160, blank=True, help_text="In the order's language; empty: as the store's."
    )
    shown_options = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    sku = models.CharField(max_length=40)
    picture = models.CharField(max_length=200, blank=True)
    quantity = models.PositiveIntegerField()
    regular = models.PositiveBigIntegerField(help_text="Regular price of one.")
    price = models.PositiveBigIntegerField(help_text="Price of one before vouchers.")
    reduced = models.PositiveBigIntegerField(
        default=0, db_default=0, help_text="Off all of them, since they were bought together."
    )
    paid = models.PositiveBigIntegerField(help_text="What the shopper pays for all of them.")
    funded = models.PositiveBigIntegerField(default=0, help_text="What the organizer pays.")
    commission_bp = models.PositiveIntegerField()
    commission = models.PositiveBigIntegerField(default=0)
    deal = models.ForeignKey(Deal, models.PROTECT, null=True, related_name="order_lines")
    festival = models.ForeignKey(Festival, models.PROTECT, null=True, related_name="+")
    subsidy = models.PositiveBigIntegerField(
        default=0, help_text="Of its deal, for all of them: a part of what the organizer pays."
    )
    fund = models.ForeignKey(
        Fund, models.PROTECT, null=True, related_name="+", help_text="Who gives the subsidy."
    )
    pool = models.ForeignKey(Pool, models.PROTECT, related_name="+")
    pool_units = models.PositiveIntegerField(help_text="Units of the pool for all of them.")
    is_set_aside = models.BooleanField(help_text="Taken from a deal's allotment.")
    cancel_hours = models.PositiveSmallIntegerField(
        null=True, help_text="Of a visit: so long before it begins it may be cancelled."
    )

    # Only where a query adds them.
    less: int
    gone: int
    live: list[Any]
    benefits: list[dict[str, Any]]
    parcel_benefits: list[dict[str, Any]]
    merchant_id: int
    is_flash: bool

    class Meta:
        ordering = ["position"]
        indexes = [
            models.Index(fields=["product", "order"], name="order_line_of_product"),
            # One for all that organizers search by, so that a sale writes one more and not three.
            GinIndex(
                *(OpClass(Upper(name), "gin_trgm_ops") for name in ("title", "shown_title", "sku")),
                name="order_line_words",
            ),
        ]

    @property
    def amount(self) -> int:
        """Return the price of all units before vouchers."""
        return self.price * self.quantity - self.reduced

    @property
    def each(self) -> int:
        """Return what one of them cost before vouchers, as a whole unit."""
        return divide(self.amount, self.quantity)

    @property
    def below_regular(self) -> int:
        """Return how much less all of them cost than at the regular price, before vouchers."""
        return self.regular * self.quantity - self.amount

    @property
    def label(self) -> str:
        """Return the chosen options in the store's words."""
        return listed(self.options)

    @property
    def read_title(self) -> str:
        """Return the title as its shopper read it."""
        return self.shown_title or self.title

    @property
    def read_label(self) -> str:
        """Return the chosen options as its shopper read them."""
        return listed(self.shown_options or self.options)

    @property
    def read(self) -> str:
        """Return title and options as its shopper read them."""
        return beside(self.read_title, self.read_label)

    def mark(self, order: Order, language: str) -> str:
        """Return the language that its shopper read, where a page has another one, else nothing.

        Args:
            order: its own, which was read before.
            language: of the page.
        """
        read = order.language if self.shown_title else settings.LANGUAGE_CODE
        return "" if read == language else read


class Discount(models.Model):
    """One promotion's part on one line or parcel, with who pays for it."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="discounts")
    line = models.ForeignKey(OrderLine, models.CASCADE, null=True, related_name="discounts")
    suborder = models.ForeignKey(Suborder, models.CASCADE, null=True, related_name="discounts")
    promotion = models.ForeignKey(Promotion, models.PROTECT, related_name="+")
    claim = models.ForeignKey(Claim, models.PROTECT, null=True, related_name="+")
    fund = models.ForeignKey(
        Fund, models.PROTECT, null=True, related_name="+", help_text="Who gives the organizer part."
    )
    amount = models.PositiveBigIntegerField()
    organizer_part = models.PositiveBigIntegerField()
    merchant_part = models.PositiveBigIntegerField()

    # Only where a query adds them.
    parcel_back: int | None
    line_back: list[int]

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="discount_paid_by_somebody",
                condition=Q(amount=F("organizer_part") + F("merchant_part")),
            ),
            models.CheckConstraint(
                name="discount_on_line_or_parcel",
                condition=Q(line__isnull=True) ^ Q(suborder__isnull=True),
            ),
        ]


class SaleDecision(models.Model):
    """The decision on units that were sold at a wrong price: kept, or sent back."""

    class Outcome(models.TextChoices):
        HONOURED = "honoured"
        REFUNDED = "refunded"

    line = models.OneToOneField(OrderLine, models.PROTECT, related_name="decision")
    outcome = models.CharField(max_length=8, choices=Outcome)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
