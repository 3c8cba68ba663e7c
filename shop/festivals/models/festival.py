from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Expression, F, Q
from django.db.models.fields.json import KeyTextTransform
from django.utils.translation import gettext as _

from shop.catalogue.models import Product
from shop.core.languages import said
from shop.core.states import ChoiceField, Stateful, StateQuerySet
from shop.festivals.models.funds import Fund
from shop.festivals.pricing.kinds import CHOICES, NUMBERS, Percent
from shop.people.merchants.models import Merchant


class Festival(Stateful):
    """A named shopping time with an opening and a closing; half-open, in UTC."""

    class State(models.TextChoices):
        DRAFT = "draft"
        PUBLISHED = "published"
        CLOSED = "closed"
        CANCELLED = "cancelled"

    NEXT: ClassVar[dict[str, set[str]]] = {
        State.DRAFT: {State.PUBLISHED, State.CANCELLED},
        State.PUBLISHED: {State.CLOSED, State.CANCELLED},
        State.CLOSED: set(),
        State.CANCELLED: set(),
    }

    # Planned or announced: what belongs to it can still be changed.
    OPEN: ClassVar[tuple[str, ...]] = (State.DRAFT, State.PUBLISHED)
    # Everybody may know of it.
    SHOWN: ClassVar[tuple[str, ...]] = (State.PUBLISHED, State.CLOSED)

    slug = models.SlugField(max_length=80, unique=True)
    title = models.CharField(max_length=120)
    texts = models.JSONField(default=dict, blank=True, help_text="Words by language code.")
    state = ChoiceField(max_length=10, choices=State, default=State.DRAFT)
    zone = models.CharField(max_length=40, help_text="Time zone in which it was planned.")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    starts_wall = models.CharField(max_length=20, blank=True, help_text="As typed, in the zone.")
    ends_wall = models.CharField(max_length=20, blank=True, help_text="As typed, in the zone.")
    enrol_opens = models.DateTimeField(null=True, blank=True)
    enrol_closes = models.DateTimeField(null=True, blank=True)
    enrol_opens_wall = models.CharField(max_length=20, blank=True)
    enrol_closes_wall = models.CharField(max_length=20, blank=True)
    priority = models.SmallIntegerField(default=0, help_text="Of two equal deals the higher wins.")
    min_percent_off = models.PositiveSmallIntegerField(default=0)
    min_allotment = models.PositiveIntegerField(default=0)
    max_nominations = models.PositiveIntegerField(null=True, blank=True, help_text="Per merchant.")
    must_beat_prior_price = models.BooleanField(default=True)
    price_ceiling = models.PositiveBigIntegerField(
        null=True, blank=True, help_text="No deal costs more; minor units."
    )
    max_stores = models.PositiveIntegerField(null=True, blank=True, help_text="Places for stores.")
    max_stores_per_country = models.PositiveIntegerField(null=True, blank=True)
    country_places = models.JSONField(
        default=dict, blank=True, help_text="Other numbers of places, by country code."
    )
    hold_minutes = models.PositiveSmallIntegerField(default=30)
    max_extensions = models.PositiveSmallIntegerField(default=1)
    refund_window_days = models.PositiveSmallIntegerField(default=14)
    commission_bp = models.PositiveIntegerField(default=1000)
    terms_version = models.CharField(max_length=20, default="1")
    target_stores = models.PositiveIntegerField(default=100)
    target_products = models.PositiveIntegerField(default=1000)
    target_countries = models.PositiveIntegerField(default=20)
    cloned_from = models.ForeignKey("self", models.SET_NULL, null=True, related_name="clones")
    closed_at = models.DateTimeField(null=True, blank=True, help_text="Its figures are final.")

    objects = StateQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at"]
        permissions = [
            ("publish_festival", "Can publish, stop and cancel festivals"),
            ("review_nomination", "Can decide on nominations and on new products"),
        ]
        constraints = [
            models.CheckConstraint(
                name="festival_ends_after_start",
                condition=Q(ends_at__gt=F("starts_at")),
                violation_error_message="The end must be after the start.",
            )
        ]

    def __str__(self) -> str:
        return self.title

    @staticmethod
    def live(at: datetime | Expression) -> Q:
        """Return which festivals are live at an instant, as ``is_live`` tells of one."""
        return Q(state=Festival.State.PUBLISHED, starts_at__lte=at, ends_at__gt=at)

    @property
    def is_open(self) -> bool:
        """Tell whether its parts can still be changed: it is planned or announced."""
        return self.state in self.OPEN

    def is_live(self, at: datetime) -> bool:
        """Tell whether its deals count at ``at``; the closing instant is already over."""
        return self.state == self.State.PUBLISHED and self.starts_at <= at < self.ends_at

    def is_enrolling(self, at: datetime) -> bool:
        """Tell whether merchants may join and nominate; the closing instant is already over.

        A draft takes stores as well: organizers enrol them before they publish.
        """
        has_opened = self.enrol_opens is None or self.enrol_opens <= at
        has_closed = self.enrol_closes is not None and self.enrol_closes <= at
        return self.is_open and has_opened and not has_closed and at < self.ends_at


class SlotQuerySet(models.QuerySet["Slot"]):
    """Slots by whether something can still happen in them."""

    def open(self, *, at: datetime) -> SlotQuerySet:
        """Keep those that are neither over nor called off."""
        return self.filter(ends_at__gt=at, cancelled_at=None)

    def call_off(self, *, at: datetime) -> int:
        """Call off those that are not yet, for good; return how many were."""
        return self.filter(cancelled_at=None).update(cancelled_at=at)


class Slot(models.Model):
    """A window inside a festival in which deals run: the whole of it, or a short flash."""

    class Kind(models.TextChoices):
        WHOLE = "whole"
        FLASH = "flash"

    festival = models.ForeignKey(Festival, models.CASCADE, related_name="slots")
    kind = models.CharField(max_length=5, choices=Kind)
    label = models.CharField(max_length=60)
    names = models.JSONField(default=dict, blank=True, help_text="By language code.")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    starts_wall = models.CharField(max_length=20, blank=True, help_text="As typed, in the zone.")
    ends_wall = models.CharField(max_length=20, blank=True, help_text="As typed, in the zone.")
    max_nominations = models.PositiveIntegerField(null=True, blank=True)
    hold_minutes = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="How long a checkout holds; empty: the festival's."
    )
    price_ceiling = models.PositiveBigIntegerField(
        null=True, blank=True, help_text="Minor units; empty: the festival's."
    )
    cancelled_at = models.DateTimeField(
        null=True, blank=True, help_text="Its festival was stopped before it began."
    )

    # Only where a query adds them.
    taken: int
    moved: str | None
    why: str | None
    approved: int
    aside: int
    gone: int
    of: str
    products: int

    objects = SlotQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at"]
        constraints = [
            models.CheckConstraint(
                name="slot_ends_after_start",
                condition=Q(ends_at__gt=F("starts_at")),
                violation_error_message="The end must be after the start.",
            ),
            models.UniqueConstraint(
                fields=["festival"], condition=Q(kind="whole"), name="one_whole_slot"
            ),
        ]

    def __str__(self) -> str:
        return self.label

    def label_in(self, language: str) -> str:
        """Return its label in a language; that of the whole slot is the same in all festivals."""
        if self.kind == self.Kind.WHOLE:
            return _("Whole festival")
        return said(self.names, self.label, language).text

    def is_open(self, *, at: datetime) -> bool:
        """Tell whether it is neither over nor called off."""
        return self.ends_at > at and self.cancelled_at is None


class Enrolment(Stateful):
    """A merchant's part in a festival, with the terms that were accepted."""

    class State(models.TextChoices):
        INVITED = "invited"
        APPLIED = "applied"
        WAITING = "waiting"
        ACCEPTED = "accepted"
        DECLINED = "declined"
        WITHDRAWN = "withdrawn"

    NEXT: ClassVar[dict[str, set[str]]] = {
        State.INVITED: {State.ACCEPTED, State.WAITING, State.DECLINED, State.WITHDRAWN},
        State.APPLIED: {State.ACCEPTED, State.WAITING, State.DECLINED, State.WITHDRAWN},
        State.WAITING: {State.ACCEPTED, State.DECLINED, State.WITHDRAWN},
        State.ACCEPTED: {State.WITHDRAWN},
        State.DECLINED: {State.APPLIED},
        State.WITHDRAWN: {State.APPLIED},
    }

    festival = models.ForeignKey(
        Festival, models.CASCADE, related_name="enrolments", db_index=False
    )
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="enrolments")
    state = ChoiceField(max_length=10, choices=State, default=State.INVITED)
    terms_version = models.CharField(max_length=20, blank=True)
    commission_bp = models.PositiveIntegerField(help_text="Frozen when the terms were accepted.")
    agreed_at = models.DateTimeField(
        null=True, blank=True, help_text="When the store accepted these terms."
    )
    waiting_since = models.DateTimeField(
        null=True, blank=True, help_text="Its place on the list of those who wait."
    )
    accepted_at = models.DateTimeField(null=True, blank=True, help_text="Takes part since then.")

    # Only where a query adds them.
    has_approved: bool

    objects = StateQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["festival", "merchant"], name="enrolled_once")
        ]


class Participation(models.Model):
    """A product that the organizer lists as taking part in a festival, with a deal or without."""

    festival = models.ForeignKey(
        Festival, models.CASCADE, related_name="participations", db_index=False
    )
    product = models.ForeignKey(Product, models.CASCADE, related_name="participations")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["festival", "product"], name="takes_part_once")
        ]


class NominationQuerySet(StateQuerySet["Nomination"]):
    """Nominations by the deals that they gave."""

    def without_deals(self) -> NominationQuerySet:
        """Keep those of which no deal gives a price, or will again."""
        return self.exclude(deals__state__in=("approved", "paused"))


class Nomination(Stateful):
    """A merchant's proposal: one product in one slot, with one rule for all its variants."""

    class State(models.TextChoices):
        DRAFT = "draft"
        SUBMITTED = "submitted"
        APPROVED = "approved"
        CHANGES_REQUESTED = "changes_requested"
        REJECTED = "rejected"
        WITHDRAWN = "withdrawn"

    NEXT: ClassVar[dict[str, set[str]]] = {
        State.DRAFT: {State.SUBMITTED, State.WITHDRAWN},
        State.SUBMITTED: {
            State.SUBMITTED,
            State.APPROVED,
            State.CHANGES_REQUESTED,
            State.REJECTED,
            State.WITHDRAWN,
        },
        State.APPROVED: {State.WITHDRAWN},
        State.CHANGES_REQUESTED: {State.SUBMITTED, State.WITHDRAWN},
        State.REJECTED: {State.SUBMITTED, State.WITHDRAWN},
        State.WITHDRAWN: {State.SUBMITTED},
    }

    # The store stands by its offer in these.
    PROMISED: ClassVar[tuple[str, ...]] = (State.SUBMITTED, State.APPROVED)

    slot = models.ForeignKey(Slot, models.CASCADE, related_name="nominations", db_index=False)
    product = models.ForeignKey(Product, models.PROTECT, related_name="nominations")
    enrolment = models.ForeignKey(
        Enrolment, models.PROTECT, related_name="nominations", db_index=False
    )
    state = ChoiceField(max_length=18, choices=State, default=State.DRAFT)
    rule = models.CharField(max_length=8, choices=CHOICES, default=Percent.code)
    percent = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Whole, 1 to 99.")
    buys = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Units that are counted together."
    )
    pays = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Of these, those that are paid for."
    )
    prices = models.JSONField(default=dict, blank=True, help_text="Minor units by variant id.")
    allotments = models.JSONField(
        default=dict, blank=True, help_text="Units by variant id; none: from everyday stock."
    )
    per_shopper = models.PositiveIntegerField(null=True, blank=True)
    subsidy = models.PositiveBigIntegerField(
        default=0, help_text="Per unit, paid by the organizer, minor units."
    )
    fund = models.ForeignKey(
        Fund, models.PROTECT, null=True, blank=True, help_text="Who gives the subsidy."
    )
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    wanted = models.ForeignKey(
        "ProductRequest", models.SET_NULL, null=True, blank=True, related_name="answers",
        help_text="What the organizers were looking for.",
    )  # fmt: skip
    note = models.TextField(blank=True, help_text="The merchant reads it.")
    submitted_at = models.DateTimeField(null=True, blank=True)
    agreed_from = models.DateTimeField(
        null=True, blank=True,
        help_text="The slot's start as the store agreed to it, once the slot has moved.",
    )  # fmt: skip
    agreed_to = models.DateTimeField(null=True, blank=True, help_text="The slot's end likewise.")
    decided_at = models.DateTimeField(null=True, blank=True)

    # Only where a query adds them.
    is_own: bool
    terms_before: dict[str, Any]

    objects = NominationQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["slot", "state", "id"], name="nomination_queue"),
            models.Index(fields=["enrolment", "-id"], name="nomination_of_store"),
            models.Index(
                fields=["enrolment", "-id"],
                condition=Q(state="changes_requested"),
                name="nomination_sent_back",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["slot", "product"], name="nominated_once_per_slot"),
            models.CheckConstraint(
                name="nomination_percent_in_range",
                condition=Q(percent__isnull=True) | Q(percent__gte=1, percent__lte=99),
                violation_error_message="A percentage is between 1 and 99.",
            ),
            models.CheckConstraint(
                name="nomination_pays_for_fewer",
                condition=Q(pays__isnull=True) | Q(pays__gte=1, pays__lt=F("buys")),
                violation_error_message="Fewer are paid for than are bought.",
            ),
        ]

    @property
    def numbers(self) -> dict[str, int | None]:
        """Return the numbers that its kind of deal asks for, by name; None where none is given."""
        return {number.name: getattr(self, number.name) for number in NUMBERS}


class ChangeLog(models.Model):
    """Changes, each with its author, instant and reason. Rows are only ever added."""

    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    festival = models.ForeignKey(
        Festival, models.CASCADE, null=True, related_name="changes", db_index=False
    )
    subject = models.CharField(max_length=20, help_text="Which kind of row.")
    subject_id = models.BigIntegerField()
    action = models.CharField(max_length=30)
    reason = models.TextField(blank=True)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)

    what: str  # only where a query adds it

    class Meta:
        indexes = [
            models.Index(fields=["festival", "at"], name="changes_of_festival"),
            models.Index(fields=["subject", "subject_id"], name="changes_of_subject"),
            models.Index(
                KeyTextTransform("email", "after"),
                condition=Q(after__has_key="email"),
                name="changes_of_address",
            ),
        ]
