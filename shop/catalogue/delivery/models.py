from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Upper

from shop.catalogue.delivery.addresses import Written, write_address
from shop.people.merchants.models import Merchant

PARTS = ("name", "line1", "line2", "city", "region", "postcode")
PERSONAL = ("email", "phone", *PARTS)
"""What is taken out of a contact when it is blanked."""


class Country(models.Model):
    """Where parcels may go: its zone, whether it is served, and which taxes wait there."""

    class Service(models.TextChoices):
        OPEN = "open"
        CHECK = "check"
        CLOSED = "closed_until_checked"

    code = models.CharField(max_length=2, primary_key=True, help_text="ISO 3166-1, two letters.")
    zone = models.CharField(max_length=3)
    service = models.CharField(max_length=24, choices=Service)
    ship_region = models.CharField(max_length=10, blank=True, help_text="Region of origin.")
    currency = models.CharField(max_length=3)
    note = models.CharField(max_length=300, blank=True)
    source = models.CharField(max_length=300, blank=True)
    seen_on = models.DateField()

    class Meta:
        verbose_name_plural = "countries"

    def __str__(self) -> str:
        return self.code

    @property
    def is_served(self) -> bool:
        """Tell whether goods are sent there at present."""
        return self.service != self.Service.CLOSED


class Rate(models.Model):
    """The price of one parcel from a region to a zone, by weight."""

    class ServiceLevel(models.TextChoices):
        PACKET = "packet"
        PARCEL = "parcel"
        EXPRESS = "express"

    origin_region = models.CharField(max_length=10)
    zone = models.CharField(max_length=3)
    service = models.CharField(max_length=8, choices=ServiceLevel)
    weight_from = models.PositiveIntegerField(help_text="Grams, included.")
    weight_to = models.PositiveIntegerField(help_text="Grams, included.")
    price = models.PositiveBigIntegerField(help_text="Minor units of the shop's currency.")
    days_from = models.PositiveSmallIntegerField(help_text="Days on the way.")
    days_to = models.PositiveSmallIntegerField(help_text="Days on the way.")
    is_tracked = models.BooleanField()
    source = models.CharField(max_length=300, blank=True)
    seen_on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["zone", "origin_region", "service", "weight_from"], name="rate_once"
            )
        ]


class OwnRate(models.Model):
    """What a store charges for a parcel instead of the table's price; the table has the rest."""

    merchant = models.ForeignKey(Merchant, models.CASCADE, related_name="own_rates", db_index=False)
    zone = models.CharField(max_length=3)
    service = models.CharField(max_length=8, choices=Rate.ServiceLevel)
    weight_from = models.PositiveIntegerField(help_text="Of the band in the table, grams.")
    price = models.PositiveBigIntegerField(help_text="Minor units of the shop's currency.")

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["merchant", "zone", "service", "weight_from"], name="own_rate_once"
            )
        ]


class ImportRule(models.Model):
    """A country's rules for a parcel that comes in; text for shoppers, never a computation."""

    country = models.OneToOneField(Country, models.CASCADE, primary_key=True)
    limit_currency = models.CharField(max_length=3, blank=True)
    duty_free_limit = models.CharField(max_length=20, blank=True, help_text="Empty: not known.")
    tax_name = models.CharField(max_length=40, blank=True)
    standard_rate = models.CharField(max_length=10, blank=True, help_text="Percent.")
    note = models.TextField(blank=True)
    source = models.TextField(blank=True)
    seen_on = models.DateField()
    certainty = models.CharField(max_length=20)


class TaxRule(models.Model):
    """Who owes the tax inside a sale between two countries; the most exact rule counts.

    Without a rule a registered store sells domestically in its own country, and exports elsewhere.
    It decides what papers say of the price, and never the price.
    """

    class Treatment(models.TextChoices):
        DOMESTIC = "domestic", "Domestic: the store’s tax is inside"
        EXPORT = "export", "Export: no tax is inside"
        PLATFORM = "platform", "Platform: the operator sells, and owes the tax"

    seller = models.CharField(max_length=2, blank=True, help_text="Country; empty: every one.")
    buyer = models.CharField(max_length=2, blank=True, help_text="Country; empty: every one.")
    up_to = models.PositiveBigIntegerField(
        null=True, blank=True, help_text="Of the goods of one store, in cents; empty: any value."
    )
    treatment = models.CharField(max_length=8, choices=Treatment)
    rate_bp = models.PositiveIntegerField(
        null=True, blank=True, help_text="Inside the price, in hundredths of a percent; empty: the "
        "store’s own rate.",
    )  # fmt: skip
    source = models.CharField(max_length=300, help_text="Where it is written.")
    seen_on = models.DateField(help_text="When somebody looked.")

    class Meta:
        ordering = ["buyer", "seller", "up_to"]
        constraints = [
            models.UniqueConstraint(
                fields=["seller", "buyer", "up_to"], nulls_distinct=False, name="tax_rule_once",
                violation_error_message="There is a rule for these countries and this value.",
            ),
            models.CheckConstraint(
                name="tax_rule_rate_where_tax",
                condition=~Q(treatment="export") | Q(rate_bp__isnull=True),
                violation_error_message="An export has no tax inside: leave the rate empty.",
            ),
            models.CheckConstraint(
                name="tax_rule_platform_has_rate",
                condition=~Q(treatment="platform") | Q(rate_bp__isnull=False),
                violation_error_message="Say which rate the operator owes.",
            ),
            models.CheckConstraint(
                name="tax_rule_rate_below_all",
                condition=Q(rate_bp__isnull=True) | Q(rate_bp__lte=5_000),
                violation_error_message="A rate is at most 50 percent.",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.seller or 'any'} → {self.buyer or 'any'}"


class Carrier(models.Model):
    """Who carries parcels, and where a tracking number can be followed."""

    class Kind(models.TextChoices):
        POST = "post", "Post"
        EXPRESS = "express", "Express"
        PARCEL = "parcel", "Parcels"
        TRACKER = "tracker", "A page that follows the numbers of many carriers"

    FOR_ALL = Kind.TRACKER
    WORLD = "world"

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=10, choices=Kind)
    home = models.CharField(
        max_length=2, blank=True, default="", db_default="", help_text="Country; empty: of none."
    )
    aliases = ArrayField(
        models.CharField(max_length=40), default=list, blank=True, db_default=[],
        help_text="What people type instead of its name.",
    )  # fmt: skip
    serves = models.TextField(help_text="Country codes divided by blanks, or world.")
    tracking_url = models.CharField(max_length=200, blank=True, help_text="With {number}.")
    source = models.CharField(max_length=300, blank=True)
    seen_on = models.DateField()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                Lower("name"), name="carrier_name_once",
                violation_error_message="There is a carrier of this name.",
            ),
            models.CheckConstraint(
                name="carrier_followed_by_number",
                condition=Q(tracking_url="")
                | Q(tracking_url__regex=r"^https://[^\s{}/]+/[^\s{}]*\{number\}[^\s{}]*$"),
                violation_error_message="The address to follow begins with https:// and has "
                "{number} where the number stands.",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name

    @property
    def own_names(self) -> set[str]:
        """Return its name and its code in small letters."""
        return {self.name.casefold(), self.code.casefold()}

    @property
    def called(self) -> set[str]:
        """Return in small letters all that people call it."""
        return self.own_names | {alias.casefold() for alias in self.aliases}


class Carried(models.Model):
    """Something on its way: which carrier has it, under which number, and where that leads."""

    carrier_code = models.CharField(
        max_length=40, blank=True, default="", db_default="",
        help_text="Of the carrier, as it was then; empty: named by the store alone.",
    )  # fmt: skip
    tracking_number = models.CharField(max_length=60, blank=True)
    tracking_url = models.CharField(max_length=300, blank=True)

    class Meta:
        abstract = True

    @property
    def has_known_carrier(self) -> bool:
        """Tell whether the shop knows its carrier, or knew where to follow it."""
        return bool(self.carrier_code or self.tracking_url)


class ContactQuerySet(models.QuerySet["Contact"]):
    """Contacts, to be blanked or found by whose they are."""

    def of(self, addresses: Collection[str]) -> ContactQuerySet:
        """Keep those of some mail addresses, in small letters."""
        rows = self.filter(blanked_at=None).alias(address=Lower("email"))
        return rows.filter(address__in=addresses)

    def blank(self, *, at: datetime) -> int:
        """Take everything out by which a person is known; the country stays, for the figures."""
        return self.update(**dict.fromkeys(PERSONAL, ""), blanked_at=at)


class Contact(models.Model):
    """Who gets a parcel and where. Rows are never changed: an edit makes a new one.

    Kept apart from carts and orders so that personal data can be blanked while the books stay.
    """

    email = models.EmailField(blank=True)
    name = models.CharField(max_length=120, blank=True)
    phone = models.CharField(max_length=30, blank=True)
    line1 = models.CharField(max_length=120, blank=True)
    line2 = models.CharField(max_length=120, blank=True)
    city = models.CharField(max_length=80, blank=True)
    region = models.CharField(max_length=80, blank=True)
    postcode = models.CharField(max_length=20, blank=True)
    country = models.CharField(max_length=2)
    made_at = models.DateTimeField()
    judged_at = models.DateTimeField(
        null=True, help_text="When it was last judged whether it may still be kept."
    )
    blanked_at = models.DateTimeField(null=True, help_text="Nothing personal is left of it since.")

    objects = ContactQuerySet.as_manager()

    class Meta:
        # What is blank stays for ever beside its order, and no index of what is to do knows it.
        indexes = [
            models.Index(
                fields=["made_at"],
                condition=Q(judged_at__isnull=True, blanked_at__isnull=True),
                name="contact_to_judge",
            ),
            models.Index(
                fields=["judged_at"],
                condition=Q(judged_at__isnull=False, blanked_at__isnull=True),
                name="contact_judged",
            ),
            models.Index(
                Lower("email"), condition=Q(blanked_at__isnull=True), name="contact_of_address"
            ),
            GinIndex(
                *(OpClass(Upper(name), "gin_trgm_ops") for name in ("name", "email")),
                condition=Q(blanked_at__isnull=True),
                name="contact_words",
            ),
        ]

    @property
    def lines(self) -> tuple[str, ...]:
        """Return the address as its country writes it, without the country."""
        return self.written.lines

    @property
    def written(self) -> Written:
        """Return the address as its country writes it."""
        return write_address(self.country, {part: getattr(self, part) for part in PARTS})
