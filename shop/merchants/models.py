from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from shop.pictures.models import Picture


class Merchant(models.Model):
    """A business that sells, ships and is paid; its public page is its store."""

    class Kind(models.TextChoices):
        GOODS = "goods"
        EXPERIENCES = "experiences"

    class State(models.TextChoices):
        APPLIED = "applied"
        APPROVED = "approved"
        SUSPENDED = "suspended"

    class PayoutMethod(models.TextChoices):
        MANUAL = "manual"
        STRIPE_TRANSFER = "stripe_transfer"

    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=12, choices=Kind)
    state = models.CharField(max_length=12, choices=State, default=State.APPLIED)
    country = models.CharField(max_length=2, db_index=True, help_text="ISO 3166-1, two letters.")
    city = models.CharField(max_length=80)
    ship_region = models.CharField(max_length=10, help_text="Where its parcels start, for rates.")
    founded = models.PositiveSmallIntegerField(null=True, blank=True)
    makers = models.PositiveIntegerField(null=True, blank=True, help_text="People who work there.")
    tagline = models.CharField(max_length=120, blank=True)
    story = models.TextField(blank=True)
    certifications = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    dispatch_from = models.PositiveSmallIntegerField(default=1, help_text="Working days.")
    dispatch_to = models.PositiveSmallIntegerField(default=3, help_text="Working days.")
    colours = ArrayField(models.CharField(max_length=7), size=3, help_text="Main, accent, detail.")
    pattern = models.CharField(max_length=20, help_text="The weave of its cloth.")
    cloth = models.CharField(max_length=200, blank=True, help_text="Address of the cloth's file.")
    logo = models.ForeignKey(Picture, models.SET_NULL, null=True, blank=True, related_name="+")
    banner = models.ForeignKey(Picture, models.SET_NULL, null=True, blank=True, related_name="+")
    commission_bp = models.PositiveIntegerField(default=1000, help_text="Basis points of goods.")
    payout_method = models.CharField(
        max_length=20, choices=PayoutMethod, default=PayoutMethod.MANUAL
    )
    vat_bp = models.PositiveIntegerField(
        default=0, help_text="VAT inside prices of domestic sales, basis points; 0: not registered."
    )
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                name="merchant_dispatch_in_order",
                condition=models.Q(dispatch_from__lte=models.F("dispatch_to")),
                violation_error_message="The last working day comes before the first.",
            ),
            models.CheckConstraint(
                name="merchant_commission_below_all",
                condition=models.Q(commission_bp__lte=10_000),
                violation_error_message="A commission is at most 100 %.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A user who acts for a merchant."""

    merchant = models.ForeignKey(Merchant, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    may_see_money = models.BooleanField(default=True)
    joined_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant", "user"], name="member_once_per_merchant")
        ]
