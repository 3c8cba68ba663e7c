from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce

from shop.catalogue.models import Product, Variant
from shop.delivery.models import Contact
from shop.errors import StaleState
from shop.festivals.models import Claim, Deal, Festival, Fund, Promotion
from shop.languages import beside, listed
from shop.merchants.models import Merchant
from shop.orders.models.order import Order
from shop.stock.models import Pool


class SuborderQuerySet(models.QuerySet["Suborder"]):
    """Suborders by what their merchant still has to do."""

    def to_send(self) -> SuborderQuerySet:
        """Keep those whose parcel has not left; guests of an experience come by themselves."""
        return self.filter(Suborder.TO_SEND)

    def with_returned(self) -> SuborderQuerySet:
        """Add ``returned``: what the merchant does not earn since it went back to the shopper.

        Of goods and, where nothing was left to send, of delivery.
        """
        rows = RefundLine.objects.filter(line__suborder=OuterRef("pk")).values("line__suborder")
        goods = rows.annotate(amount=Sum(RefundLine.EARNED)).values("amount")
        parcel = RefundParcel.objects.filter(suborder=OuterRef("pk"))
        delivery = parcel.values(amount=RefundParcel.EARNED)
        return self.annotate(
            returned=Coalesce(Subquery(goods), 0) + Coalesce(Subquery(delivery), 0)
        )


class Suborder(models.Model):
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

    NEXT: ClassVar[dict[str, set[str]]] = {
        State.WAITING: {State.SHIPPED, State.DELIVERED, State.CANCELLED},
        State.SHIPPED: {State.DELIVERED},
        State.DELIVERED: set(),
        State.CANCELLED: set(),
    }

    TO_SEND: ClassVar[Q] = Q(state=State.WAITING) & ~Q(service="")
    EARNED = F("payout") + F("delivery_paid") + F("delivery_funded")

    order = models.ForeignKey(Order, models.CASCADE, related_name="suborders")
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="suborders")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
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

    objects = SuborderQuerySet.as_manager()

    class Meta:
        ordering = ["position"]
        indexes = [models.Index(fields=["merchant", "state", "-id"], name="suborder_to_ship")]
        constraints = [models.UniqueConstraint(fields=["order", "merchant"], name="suborder_once")]

    @property
    def earned(self) -> int:
        """Return what the merchant gets in all: goods after commission, and delivery."""
        return self.payout + self.delivery_paid + self.delivery_funded

    @property
    def kept(self) -> int:
        """Return what is left of ``earned`` after refunds; read it ``with_returned``."""
        return self.earned - self.returned

    def move_to(self, state: str) -> None:
        """Change the state, if it is still the one that was read.

        Raises:
            StaleState: the step is not allowed, or another request took one first.
        """
        same = Suborder.objects.filter(pk=self.pk, state=self.state)
        if state not in self.NEXT[self.state] or not same.update(state=state):
            raise StaleState
        self.state = state


class OrderLine(models.Model):
    """Some units of one variant at one price, frozen: never looked up or computed again."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="lines")
    suborder = models.ForeignKey(Suborder, models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField()
    product = models.ForeignKey(Product, models.PROTECT, related_name="+")
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

    class Meta:
        ordering = ["position"]
        indexes = [models.Index(fields=["product", "order"], name="order_line_of_product")]

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
        """Return the language of what its shopper read, where a page has another one, else nothing.

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


class Refund(models.Model):
    """Why money goes back to a shopper; its lines say for what. Rows are only ever added."""

    class Cause(models.TextChoices):
        SESSION_CANCELLED = "session_cancelled"
        WRONG_PRICE = "wrong_price"
        LATE = "late"  # the money came when a session had begun

    order = models.ForeignKey(Order, models.PROTECT, related_name="refunds")
    cause = models.CharField(max_length=20, choices=Cause)
    reason = models.CharField(max_length=300, blank=True, help_text="The shopper reads it.")
    amount = models.PositiveBigIntegerField(help_text="What the shopper gets, minor units.")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")


class RefundLine(models.Model):
    """What of one order line goes back: units, and each party's part of their money."""

    EARNED = F("paid") + F("funded") - F("commission")  # by the merchant, before it went back

    refund = models.ForeignKey(Refund, models.CASCADE, related_name="lines")
    line = models.ForeignKey(OrderLine, models.PROTECT, related_name="refund_lines")
    quantity = models.PositiveIntegerField()
    paid = models.PositiveBigIntegerField(help_text="By the shopper.")
    funded = models.PositiveBigIntegerField(help_text="By the organizer.")
    commission = models.PositiveBigIntegerField()
    returns_allotment = models.BooleanField(
        default=False,
        help_text="Its deal ran still: its units, and what its shopper may buy, came back.",
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["refund", "line"], name="refund_line_once")]


class RefundParcel(models.Model):
    """The delivery of a parcel of which nothing is left: it goes back with the last unit."""

    EARNED = F("paid") + F("funded")  # by the merchant: there is no commission on delivery

    refund = models.ForeignKey(Refund, models.CASCADE, related_name="parcels")
    suborder = models.OneToOneField(Suborder, models.PROTECT, related_name="refund_parcel")
    paid = models.PositiveBigIntegerField(help_text="By the shopper.")
    funded = models.PositiveBigIntegerField(help_text="By the organizer.")


class SaleDecision(models.Model):
    """What was decided about units that were sold at a wrong price: kept, or sent back."""

    class Outcome(models.TextChoices):
        HONOURED = "honoured"
        REFUNDED = "refunded"

    line = models.OneToOneField(OrderLine, models.PROTECT, related_name="decision")
    outcome = models.CharField(max_length=8, choices=Outcome)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")


class Shipment(models.Model):
    """One parcel of a suborder, on its way."""

    suborder = models.ForeignKey(Suborder, models.CASCADE, related_name="shipments")
    contact = models.ForeignKey(
        Contact, models.PROTECT, null=True, related_name="+",
        help_text="Where it went; the order's may be mended later. Empty: to the order's.",
    )  # fmt: skip
    carrier = models.CharField(max_length=80)
    tracking_number = models.CharField(max_length=60, blank=True)
    tracking_url = models.CharField(max_length=300, blank=True)
    shipped_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
