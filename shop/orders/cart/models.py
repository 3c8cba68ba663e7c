from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models

from shop.catalogue.delivery.models import Contact
from shop.catalogue.models import Product, Variant
from shop.festivals.models import Claim, Promotion


class Cart(models.Model):
    """The lines that a shopper has chosen. It is a wish: it holds no stock and fixes no price.

    A guest is known by a random token in a cookie; only its hash is stored.
    """

    token_hash = models.CharField(max_length=64, unique=True)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="cart"
    )
    country = models.CharField(max_length=2, help_text="Where the parcels go.")
    contact = models.ForeignKey(Contact, models.SET_NULL, null=True, related_name="+")
    services = models.JSONField(default=dict, help_text="Chosen service by merchant id.")
    holdings = models.JSONField(
        default=dict,
        help_text="What its pending order holds, so that these units are not shown as gone.",
    )
    changed_at = models.DateTimeField(db_index=True)
    came_from = models.CharField(
        max_length=12,
        blank=True,
        default="",
        db_default="",
        help_text="Code of the shared link, or none.",
    )
    came_until = models.DateTimeField(null=True, help_text="So long orders count for that link.")

    # Only where a query adds them.
    sends: bool
    is_served: bool

    @property
    def shopper_key(self) -> str:
        """Name the shopper: at most one pending order exists for each key."""
        return f"u{self.user_id}" if self.user_id else f"c{self.token_hash}"


class CartLine(models.Model):
    """How many of a variant the cart wants, and the price that was last shown for one."""

    cart = models.ForeignKey(Cart, models.CASCADE, related_name="lines", db_index=False)
    variant = models.ForeignKey(Variant, models.CASCADE, related_name="+")
    quantity = models.PositiveIntegerField()
    seen_price = models.PositiveBigIntegerField(null=True, help_text="Minor units, for one.")
    added_at = models.DateTimeField()

    # Only where a query adds them.
    regular_now: int | None
    public: dict[str, Any] | None
    set_aside: int | None
    taking_part: list[dict[str, Any]]
    called: dict[str, Any]

    class Meta:
        ordering = ["added_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["cart", "variant"], name="variant_once_per_cart"),
            models.CheckConstraint(
                name="cart_line_wants_something", condition=models.Q(quantity__gte=1)
            ),
        ]


class CartVoucher(models.Model):
    """A promotion that the shopper picked for this cart by code or by claim, or took off it."""

    cart = models.ForeignKey(Cart, models.CASCADE, related_name="vouchers", db_index=False)
    promotion = models.ForeignKey(Promotion, models.CASCADE, related_name="+")
    claim = models.ForeignKey(Claim, models.CASCADE, null=True, related_name="+")
    is_off = models.BooleanField(
        default=False, help_text="Taken off: a claimed voucher does not come back by itself."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cart", "promotion"], name="voucher_once_per_cart")
        ]


class VoucherTry(models.Model):
    """Somebody typed a code that nobody made; too many in a short time are guessing."""

    shopper_key = models.CharField(max_length=70, help_text="A mailbox that was proved, or a cart.")
    network_key = models.CharField(max_length=64, blank=True, help_text="Empty: not of a guest.")
    at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name_plural = "voucher tries"
        indexes = [
            models.Index(fields=["shopper_key", "at"], name="tries_of_shopper"),
            models.Index(fields=["network_key", "at"], name="tries_of_network"),
        ]


class SavedProduct(models.Model):
    """A product that the shopper has saved for later, beside the lines of the cart."""

    cart = models.ForeignKey(Cart, models.CASCADE, related_name="saved", db_index=False)
    product = models.ForeignKey(Product, models.CASCADE, related_name="+")
    saved_at = models.DateTimeField()

    class Meta:
        ordering = ["-saved_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["cart", "product"], name="product_saved_once")
        ]
