from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from shop.core.dates import zone_name
from shop.core.images.models import Picture
from shop.core.states import ChoiceField, Stateful, StateQuerySet
from shop.people.accounts.invitations import Invited
from shop.people.merchants.roles import RIGHTS, Right, Role
from shop.people.merchants.zones import is_clock_of, zone_of

USUAL_COMMISSION = 1_000
"""Basis points that a new store pays outside festivals, until an organizer agrees on another."""
OWNERS_STAY = ~Q(role=Role.OWNER) | Q(until__isnull=True)
"""A store is never without an owner because a day has passed."""
PREFIX = r"^[A-Z][A-Z0-9]{1,9}$"


def workweek() -> list[int]:
    """Return the days of the week on which most stores work: Monday to Friday."""
    return [0, 1, 2, 3, 4]


class MerchantQuerySet(StateQuerySet["Merchant"]):
    """Stores by whether they trade."""

    def trading(self) -> MerchantQuerySet:
        """Keep the stores that are shown and sell: approved, and not suspended."""
        return self.filter(Merchant.TRADING)


def trading_sql(m: str) -> str:
    """Return ``Merchant.TRADING`` for a statement in which the store is called ``m``."""
    return f"{m}.state = 'approved'"


class Merchant(Stateful):
    """A business that sells, ships and is paid; its public page is its store."""

    class Kind(models.TextChoices):
        GOODS = "goods"
        EXPERIENCES = "experiences"
        BOTH = "both", "Goods and experiences"

    class State(models.TextChoices):
        APPLIED = "applied"
        APPROVED = "approved"
        SUSPENDED = "suspended"

    NEXT: ClassVar[dict[str, set[str]]] = {
        State.APPLIED: {State.APPROVED},
        State.APPROVED: {State.SUSPENDED},
        State.SUSPENDED: {State.APPROVED},
    }

    TRADING: ClassVar[Q] = Q(state=State.APPROVED)
    """Which stores are shown and sell; as ``trading_sql`` in statements that are written out."""
    UNPAID: ClassVar[Q] = Q(state=State.SUSPENDED, leaving_since=None)
    """Which stores are paid nothing, whatever they are owed; as ``is_unpaid`` of one."""

    class SettleEvery(models.TextChoices):
        WEEK = "week", "Every Monday"
        MONTH = "month", "On the 1st of each month"

    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=12, choices=Kind)
    state = ChoiceField(max_length=12, choices=State, default=State.APPLIED)
    note = models.TextField(blank=True, help_text="Why it is suspended; its members read it.")
    leaving_since = models.DateTimeField(
        null=True, blank=True, editable=False,
        help_text="Suspended for good: it is paid what it is owed, and nothing more is sold.",
    )  # fmt: skip
    country = models.CharField(max_length=2, db_index=True, help_text="ISO 3166-1, two letters.")
    city = models.CharField(max_length=80)
    ship_region = models.CharField(max_length=10, help_text="Where its parcels start, for rates.")
    founded = models.PositiveSmallIntegerField(null=True, blank=True)
    makers = models.PositiveIntegerField(null=True, blank=True, help_text="People who work there.")
    tagline = models.CharField(max_length=120, blank=True)
    story = models.TextField(blank=True)
    certifications = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    certified = models.JSONField(
        default=list, blank=True, db_default=[], editable=False,
        help_text="Of each certification: title, issuer, number, and the last day it counts.",
    )  # fmt: skip
    dispatch_from = models.PositiveSmallIntegerField(default=1, help_text="Working days.")
    dispatch_to = models.PositiveSmallIntegerField(default=3, help_text="Working days.")
    colours = ArrayField(models.CharField(max_length=7), size=3, help_text="Main, accent, detail.")
    pattern = models.CharField(max_length=20, help_text="The weave of its cloth.")
    cloth = models.CharField(max_length=200, blank=True, help_text="Address of the cloth's file.")
    logo = models.ForeignKey(Picture, models.SET_NULL, null=True, blank=True, related_name="+")
    banner = models.ForeignKey(Picture, models.SET_NULL, null=True, blank=True, related_name="+")
    commission_bp = models.PositiveIntegerField(
        default=USUAL_COMMISSION, help_text="Basis points of goods."
    )
    settle_every = models.CharField(
        max_length=5, choices=SettleEvery, default=SettleEvery.WEEK, db_default=SettleEvery.WEEK
    )
    paid_only_by = models.CharField(
        max_length=7, blank=True, db_default="",
        help_text="The only way it is paid, where an organizer has settled it: as PayoutMethod.way."
    )  # fmt: skip
    payout_tariff = models.PositiveIntegerField(
        default=0, db_default=0,
        help_text="Taken off each settlement for what its payout costs, minor units; 0: nothing.",
    )  # fmt: skip
    reserve_bp = models.PositiveIntegerField(
        default=0, db_default=0, help_text="Kept of each settlement for refunds, basis points."
    )
    reserve_days = models.PositiveSmallIntegerField(
        default=60, db_default=60, help_text="So long it is kept."
    )
    vat_bp = models.PositiveIntegerField(
        default=0, help_text="VAT inside prices of domestic sales, basis points; 0: not registered."
    )
    legal_name = models.CharField(
        max_length=160, blank=True, help_text="Who sells by law; empty: as the store is called."
    )
    tax_number = models.CharField(max_length=40, blank=True)
    legal_address = models.CharField(max_length=300, blank=True, help_text="In lines.")
    invoice_prefix = models.CharField(
        max_length=10, blank=True, help_text="Begins its papers’ numbers; empty: S and its id."
    )
    is_trusted = models.BooleanField(
        default=False, help_text="Its changes are public at once, and looked at later."
    )
    low_stock = models.PositiveSmallIntegerField(
        default=10, db_default=10, help_text="Fewer units than this are running low."
    )
    away_from = models.DateField(null=True, blank=True, help_text="First day of its holiday.")
    away_until = models.DateField(null=True, blank=True, help_text="Last day of its holiday.")
    works_on = ArrayField(
        models.PositiveSmallIntegerField(), default=workweek, db_default=[0, 1, 2, 3, 4],
        help_text="Days of the week on which it packs, Monday is 0.",
    )  # fmt: skip
    days_off = models.JSONField(
        default=list, db_default=[], help_text="Other days without work: first, last, name."
    )
    services = ArrayField(
        models.CharField(max_length=8), default=list, blank=True, db_default=[],
        help_text="The ways in which it sends; empty: all.",
    )  # fmt: skip
    closed_zones = ArrayField(
        models.CharField(max_length=3), default=list, blank=True, db_default=[]
    )
    left_out = ArrayField(models.CharField(max_length=2), default=list, blank=True, db_default=[])
    closed_to = ArrayField(
        models.CharField(max_length=2), default=list, blank=True, db_default=[],
        help_text="Every country to which it sends nothing: of closed zones, and left out.",
    )  # fmt: skip
    free_from = models.PositiveBigIntegerField(
        null=True, blank=True, help_text="From this sum of its goods on delivery is free."
    )
    is_free_in_africa_only = models.BooleanField(default=False, db_default=False)
    created_at = models.DateTimeField()

    # Only where a query adds them.
    translated: dict[str, Any] | None
    called: dict[str, Any] | None

    objects = MerchantQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                name="merchant_dispatch_in_order",
                condition=Q(dispatch_from__lte=models.F("dispatch_to")),
                violation_error_message="The last working day comes before the first.",
            ),
            models.CheckConstraint(
                name="merchant_holiday_in_order",
                condition=Q(away_from__isnull=True, away_until__isnull=True)
                | Q(away_from__isnull=False, away_from__lte=models.F("away_until")),
                violation_error_message="A holiday has a first and a last day.",
            ),
            models.CheckConstraint(
                name="merchant_commission_below_all",
                condition=Q(commission_bp__lte=10_000),
                violation_error_message="A commission is at most 100 %.",
            ),
            models.UniqueConstraint(
                fields=["invoice_prefix"],
                name="merchant_prefix_once",
                condition=~Q(invoice_prefix=""),
                violation_error_message="Another store has these letters.",
            ),
            models.CheckConstraint(
                name="merchant_prefix_in_letters",
                # One that is made from an id looks otherwise: S and digits alone.
                condition=Q(invoice_prefix="")
                | Q(invoice_prefix__regex=PREFIX) & ~Q(invoice_prefix__regex=r"^S\d+$"),
                violation_error_message="Two to ten capital letters and digits, a letter first.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_trading(self) -> bool:
        """Tell whether it is shown and sells."""
        return self.state == self.State.APPROVED

    @property
    def is_suspended(self) -> bool:
        """Tell whether nothing of it is shown or sold, by the organizers' decision."""
        return self.state == self.State.SUSPENDED

    @property
    def is_leaving(self) -> bool:
        """Tell whether it is suspended for good, and paid what it is owed."""
        return self.is_suspended and self.leaving_since is not None

    @property
    def is_unpaid(self) -> bool:
        """Tell whether nothing is settled or paid: it is suspended, and does not leave."""
        return self.is_suspended and self.leaving_since is None

    @property
    def seller_name(self) -> str:
        """Return who sells by law."""
        return self.legal_name or self.name

    @property
    def seller_lines(self) -> list[str]:
        """Return where the seller sits, line by line and without the country."""
        lines = [line.strip() for line in self.legal_address.splitlines()]
        return [line for line in lines if line] or [self.city]

    @property
    def sells_goods(self) -> bool:
        """Tell whether it sends parcels."""
        return self.kind != self.Kind.EXPERIENCES

    @property
    def is_host(self) -> bool:
        """Tell whether it leads experiences, on dates."""
        return self.kind != self.Kind.GOODS

    @property
    def prefix(self) -> str:
        """Return the letters that begin the numbers of its papers."""
        return self.invoice_prefix or f"S{self.pk}"

    @property
    def zone(self) -> str:
        """Return the zone of the days and hours that its people work in."""
        return zone_of(self.country)

    def place_of_clock(self, at: datetime, zone: str, language: str) -> str:
        """Return what the clock of its visits is called: its town, East Africa Time as fallback.

        A town says it only where its whole country has the hour of the zone.
        """
        if self.city and is_clock_of(self.country, zone, at):
            return self.city
        return zone_name(at, zone, language)


class Membership(models.Model):
    """A user who acts for a merchant, in a role and perhaps only for a time."""

    merchant = models.ForeignKey(
        Merchant, models.CASCADE, related_name="memberships", db_index=False
    )
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role)
    until = models.DateTimeField(null=True, blank=True, help_text="Empty: for good.")
    joined_at = models.DateTimeField()
    reminded_at = models.DateTimeField(
        null=True, blank=True, help_text="When the store reminded them of the second step."
    )
    calendar_key = models.UUIDField(
        null=True,
        editable=False,
        help_text="Of the address of their calendar; empty: there is none.",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant", "user"], name="member_once_per_merchant"),
            models.CheckConstraint(name="member_in_a_role", condition=Q(role__in=Role.values)),
            models.CheckConstraint(name="owner_for_good", condition=OWNERS_STAY),
        ]
        indexes = [
            models.Index(fields=["until"], name="membership_end", condition=Q(until__isnull=False))
        ]

    def may(self, right: Right) -> bool:
        """Tell whether somebody has a right in this store."""
        return right in RIGHTS[self.role]


class StoreInvitation(Invited):
    """A store's work that waits for whoever reads the mail of an address."""

    LIFE: ClassVar[timedelta] = timedelta(days=7)  # phones that are online now and then
    SALT: ClassVar[str] = "shop.merchants.invitation"

    merchant = models.ForeignKey(Merchant, models.CASCADE, related_name="invitations")
    role = models.CharField(max_length=10, choices=Role)
    until = models.DateTimeField(null=True, blank=True, help_text="Empty: for good.")

    def renew(self, *, at: datetime) -> None:
        """Give it another link, which lives no longer than the work that it offers."""
        super().renew(at=at)
        self.expires_at = min(self.expires_at, self.until or self.expires_at)

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(name="invited_in_a_role", condition=Q(role__in=Role.values)),
            models.CheckConstraint(name="owner_invited_for_good", condition=OWNERS_STAY),
            models.UniqueConstraint(
                "merchant",
                Lower("email"),
                name="one_open_invitation_per_store",
                condition=Q(accepted_at=None, taken_back_at=None),
                violation_error_message="This address is invited already.",
            ),
        ]
