from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.functions import Lower, Upper
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from shop.catalogue.models.categories import Category
from shop.catalogue.models.dates import DatePlan
from shop.catalogue.stock.models import Pool
from shop.core.conditions import under
from shop.core.images.models import Picture
from shop.core.languages import Wording, listed, said
from shop.core.states import ChoiceField, Stateful, StateQuerySet
from shop.people.merchants.models import Merchant, trading_sql

CANCEL_HOURS = 48
"""So long before a visit begins its guests may cancel it, where its host says nothing else."""

HAS_NO_NOTE = models.ExpressionWrapper(
    models.Q(review_note=""), output_field=models.BooleanField()
)  # sorts products with a note first


class ProductQuerySet(StateQuerySet["Product"]):
    """Products by who may see them."""

    def public(self) -> ProductQuerySet:
        """Keep the products that everybody can see: published, of a store that trades."""
        return self.filter(Product.PUBLIC)


def public_sql(p: str, m: str) -> str:
    """Return ``Product.PUBLIC`` for a statement with the product as ``p``, its store as ``m``."""
    return f"{p}.state = 'published' AND {trading_sql(m)}"


class Product(Stateful):
    """A product with its words and pictures; its variants are the things to buy."""

    class Kind(models.TextChoices):
        GOODS = "goods"
        EXPERIENCE = "experience"

    class Gender(models.TextChoices):
        """As Google and Meta write it."""

        FEMALE = "female"
        MALE = "male"
        UNISEX = "unisex"

    class AgeGroup(models.TextChoices):
        """As Google and Meta write it."""

        ADULT = "adult"
        KIDS = "kids"
        TODDLER = "toddler"
        INFANT = "infant"
        NEWBORN = "newborn"

    class State(models.TextChoices):
        DRAFT = "draft"
        SUBMITTED = "submitted"
        PUBLISHED = "published"
        WITHDRAWN = "withdrawn"
        TAKEN_DOWN = "taken_down", "Taken down"

    NEXT: ClassVar[dict[str, set[str]]] = {
        State.DRAFT: {State.SUBMITTED},
        State.SUBMITTED: {State.PUBLISHED, State.DRAFT},
        State.PUBLISHED: {State.WITHDRAWN, State.TAKEN_DOWN},
        State.WITHDRAWN: {State.SUBMITTED},
        State.TAKEN_DOWN: {State.PUBLISHED},
    }

    PUBLIC: ClassVar[models.Q] = models.Q(state=State.PUBLISHED) & under(
        "merchant", Merchant.TRADING
    )
    """What everybody can see; as ``public_sql`` in statements that are written out."""
    APPROVED = (State.PUBLISHED, State.TAKEN_DOWN)
    """In these states what is told of it was approved, and changes after another look alone."""
    UNFINISHED = (State.DRAFT, State.TAKEN_DOWN)
    """In these states it is the store's turn."""

    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="products", db_index=False)
    category = models.ForeignKey(Category, models.PROTECT, related_name="products")
    slug = models.SlugField(max_length=120, unique=True)
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.GOODS)
    state = ChoiceField(max_length=12, choices=State, default=State.DRAFT)
    title = models.CharField(max_length=160)
    titles = models.JSONField(default=dict, blank=True, help_text="By language code.")
    terms = models.JSONField(
        default=dict, blank=True, help_text="Its own words for choices, by language code."
    )
    summary = models.CharField(max_length=200, blank=True)
    description = models.TextField(blank=True)
    materials = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    origin = models.CharField(max_length=2, blank=True)
    hs_code = models.CharField(max_length=10, blank=True, help_text="Customs code, dddd.dd.")
    gender = ChoiceField(max_length=6, choices=Gender, blank=True, default="", db_default="")
    age_group = ChoiceField(max_length=7, choices=AgeGroup, blank=True, default="", db_default="")
    colour = models.CharField(max_length=80, blank=True, default="", db_default="")
    option_names = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    tags = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    pictures = models.ManyToManyField(Picture, through="ProductPicture")
    duration_minutes = models.PositiveIntegerField(null=True, blank=True)
    sessions_per_week = models.PositiveSmallIntegerField(null=True, blank=True)
    meeting_point = models.CharField(max_length=300, blank=True)
    guided_in = ArrayField(models.CharField(max_length=12), default=list, blank=True, db_default=[])
    guests_from = models.PositiveSmallIntegerField(default=0, db_default=0, help_text="Years.")
    cancel_hours = models.PositiveSmallIntegerField(
        default=CANCEL_HOURS, db_default=CANCEL_HOURS, help_text="Before it begins."
    )
    submitted_at = models.DateTimeField(null=True, blank=True)
    review_note = models.TextField(blank=True, help_text="What to change; the merchant reads it.")
    published_at = models.DateTimeField(null=True, blank=True)
    priced_at = models.DateTimeField(
        null=True, editable=False, help_text="The last unscheduled change of its prices."
    )

    # Only where a query adds them.
    gallery: list[dict[str, Any]]
    top: dict[str, Any] | None
    in_store: int
    listed: list[int]
    translated: dict[str, Any]
    called: dict[str, Any]

    objects = ProductQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["merchant", "title"], name="product_of_merchant"),
            # The lists of a store's desk, the newest first.
            models.Index(fields=["merchant", "-id"], name="product_of_merchant_newest"),
            models.Index(fields=["merchant", "state", "-id"], name="product_of_merchant_state"),
            models.Index(
                models.F("merchant"), HAS_NO_NOTE, models.F("id").desc(),
                condition=models.Q(state__in=("draft", "taken_down")),
                name="product_unfinished",
            ),
            models.Index(
                fields=["merchant"],
                condition=models.Q(kind="experience"),
                name="product_experience",
            ),
            models.Index(
                fields=["submitted_at"],
                condition=models.Q(state="submitted"),
                name="product_to_review",
            ),
            # As ``icontains`` asks: organizers search by any part of a word.
            GinIndex(OpClass(Upper("title"), "gin_trgm_ops"), name="product_words"),
        ]  # fmt: skip
        constraints = [
            models.CheckConstraint(
                name="product_published_with_moment",
                condition=~models.Q(state="published") | models.Q(published_at__isnull=False),
                violation_error_message="A published product says since when.",
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_public(self) -> bool:
        """Tell whether everybody can see it. Reads its merchant."""
        return self.state == self.State.PUBLISHED and self.merchant.is_trading

    def title_in(self, language: str) -> str:
        """Return the title in a language, or the original one where no translation exists."""
        return self.named(language).text

    def named(self, language: str) -> Wording:
        """Return the title in a language, the original one with the mark of its language."""
        return said(self.titles, self.title, language)


class ProductPicture(models.Model):
    """A picture of a product; position 0 is the cover."""

    product = models.ForeignKey(
        Product, models.CASCADE, related_name="shown_pictures", db_index=False
    )
    picture = models.ForeignKey(Picture, models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["product", "position"], name="picture_place_once")
        ]


class VariantQuerySet(models.QuerySet["Variant"]):
    """Variants by whether they can still be bought."""

    def on_sale(self, *, at: datetime) -> VariantQuerySet:
        """Keep the active ones whose sale has not ended: a session's does as it begins, or before.

        Whether their product can be seen is another question: see ``buyable``.
        """
        return self.filter(Variant.on_sale(at))

    def call_off(self, reason: str, *, at: datetime) -> int:
        """Call the sessions of those off that are not yet, for good; return how many were."""
        return self.filter(cancelled_at=None).update(
            is_active=False, cancelled_at=at, cancel_reason=reason
        )

    def buyable(self, *, at: datetime) -> VariantQuerySet:
        """Keep variants that may be put into a cart: on sale, public, dated if of an experience."""
        is_dated = models.Q(product__kind=Product.Kind.GOODS) | models.Q(
            session_start__isnull=False
        )
        return self.on_sale(at=at).filter(under("product", Product.PUBLIC), is_dated)


def buyable_sql(v: str, p: str, m: str) -> str:
    """Return ``buyable`` as SQL, for a statement with variant, product and store so called."""
    is_dated = f"({p}.kind = 'goods' OR {v}.session_start IS NOT NULL)"
    return f"{on_sale_sql(v)} AND {public_sql(p, m)} AND {is_dated}"


def on_sale_sql(v: str) -> str:
    """Return ``Variant.on_sale`` for a statement with the variant as ``v`` and a value ``at``."""
    return f"{v}.is_active AND coalesce(least({v}.sales_close, {v}.session_start) > %(at)s, true)"


class Variant(models.Model):
    """A thing to buy: one choice of a product's options, with its own SKU, price and pool."""

    product = models.ForeignKey(Product, models.PROTECT, related_name="variants")
    merchant = models.ForeignKey(
        Merchant, models.PROTECT, related_name="+", editable=False, db_index=False,
        help_text="The one of its product; the database keeps it.",
    )  # fmt: skip
    sku = models.CharField(max_length=40)
    options = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    weight_g = models.PositiveIntegerField(default=0, help_text="Packed weight in grams.")
    pool = models.ForeignKey(Pool, models.PROTECT, related_name="variants")
    units_per_item = models.PositiveSmallIntegerField(
        default=1, help_text="Units of the pool that one takes; a family ticket takes four seats."
    )
    is_active = models.BooleanField(default=True)
    listed_at = models.DateTimeField(null=True, help_text="Since when it can be bought.")
    session_start = models.DateTimeField(null=True, blank=True)
    session_zone = models.CharField(max_length=40, blank=True)
    sales_close = models.DateTimeField(null=True, blank=True, help_text="Ends every price of it.")
    cancelled_at = models.DateTimeField(
        null=True, editable=False, help_text="When its session was called off."
    )
    cancel_reason = models.CharField(
        max_length=300, blank=True, editable=False, help_text="The guests read it."
    )
    moved_at = models.DateTimeField(
        null=True, editable=False, help_text="When its session got another time or place."
    )

    TOO_FEW: ClassVar[str] = _("Too few guests have booked.")
    """Why a date is called off by the shop itself: kept in English, said in every language."""

    # Only where a query adds them.
    priced: bool
    price: int | None
    amount: int | None

    objects = VariantQuerySet.as_manager()

    class Meta:
        ordering = ["position", "id"]
        indexes = [
            # As sheets look for it, whatever capitals another system writes.
            models.Index("merchant", Lower("sku"), name="variant_by_sku"),
            models.Index(
                fields=["product", "session_start"],
                condition=models.Q(session_start__isnull=False),
                name="variant_of_session",
            ),
            models.Index(
                fields=["session_start"],
                condition=models.Q(session_start__isnull=False),
                name="variant_session_start",
            ),
            models.Index(
                fields=["sales_close"],
                condition=models.Q(sales_close__isnull=False),
                name="variant_sales_close",
            ),
            models.Index(
                fields=["cancelled_at"],
                condition=models.Q(cancelled_at__isnull=False),
                name="variant_called_off",
            ),
            GinIndex(OpClass(Upper("sku"), "gin_trgm_ops"), name="variant_words"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["merchant", "sku"], name="sku_once_in_store"),
            models.CheckConstraint(
                name="variant_takes_units",
                condition=models.Q(units_per_item__gte=1),
                violation_error_message="A variant takes at least one unit.",
            ),
        ]

    def __str__(self) -> str:
        return self.sku

    @property
    def label(self) -> str:
        """Return the chosen options in words, empty when there is nothing to choose."""
        return listed(self.options)

    @staticmethod
    def on_sale(at: datetime | models.Expression) -> models.Q:
        """Return which variants are on sale at an instant; as ``on_sale_sql`` where written out."""
        is_open = [
            models.Q(**{name: None}) | models.Q(**{f"{name}__gt": at})
            for name in ("sales_close", "session_start")
        ]
        return models.Q(*is_open, is_active=True)

    def is_on_sale(self, at: datetime) -> bool:
        """Tell whether its sale has not ended at an instant."""
        return self.is_active and (self.closes_at is None or self.closes_at > at)

    @property
    def promise(self) -> DatePlan | None:
        """Return the plan of its date where it may be called off for want of guests.

        Reads the pool and its plan.
        """
        plan: DatePlan | None = getattr(self.pool, "plan", None)
        return plan if plan and plan.is_promised else None

    @property
    def said_reason(self) -> str:
        """Return why its session was called off: the host's words, or the shop's as read here."""
        return gettext(self.TOO_FEW) if self.cancel_reason == self.TOO_FEW else self.cancel_reason

    @property
    def closes_at(self) -> datetime | None:
        """Return when its sale ends: as the merchant says, at the latest as a session begins."""
        return min(filter(None, (self.sales_close, self.session_start)), default=None)
