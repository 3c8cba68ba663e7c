from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.crypto import get_random_string, salted_hmac

from shop.core.forms.private_files import PrivateFile
from shop.core.keys.links import hash_of, token_by
from shop.core.states import ChoiceField, Stateful, StateQuerySet
from shop.people.merchants.models import Merchant

SALT = "shop.applications.link"
LINK_LIVES = timedelta(days=14)


class ApplicationQuerySet(StateQuerySet["Application"]):
    """Applications by what they wait for."""

    def waiting(self) -> ApplicationQuerySet:
        """Keep those that wait for an organizer, in no order."""
        return self.filter(state=Application.State.SENT)


class Application(Stateful):
    """A business that asks to sell here, from its first answer to the decision.

    Whoever has the link that was mailed to ``email`` writes it; it needs no account. The secret of
    the link is kept nowhere: it is computed from ``serial``, and the row knows its hash.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "Not sent"
        SENT = "sent", "To answer"
        ASKED = "asked", "Asked, not answered"
        APPROVED = "approved", "Approved"
        DECLINED = "declined", "Declined"
        WITHDRAWN = "withdrawn", "Withdrawn"

    NEXT: ClassVar[dict[str, set[str]]] = {
        State.DRAFT: {State.SENT, State.WITHDRAWN},
        State.SENT: {State.ASKED, State.APPROVED, State.DECLINED, State.WITHDRAWN},
        State.ASKED: {State.SENT, State.APPROVED, State.DECLINED, State.WITHDRAWN},
        State.DECLINED: {State.SENT},  # by an objection, which somebody else reads
        State.APPROVED: set(),
        State.WITHDRAWN: set(),
    }
    WRITTEN = (State.DRAFT, State.SENT, State.ASKED)
    """The applicant may still change it."""
    SEEN = (State.SENT, State.ASKED, State.APPROVED, State.DECLINED)
    """Organizers read it: what was never sent is nobody else's business."""

    class Sells(models.TextChoices):
        GOODS = "goods"
        EXPERIENCES = "experiences"
        BOTH = "both"

    class PaidBy(models.TextChoices):
        BANK = "bank"
        MOBILE = "mobile"
        UNKNOWN = "unknown"

    state = ChoiceField(max_length=9, choices=State, default=State.DRAFT)
    language = models.CharField(max_length=10, help_text="In which the applicant is written to.")
    email = models.EmailField(help_text="In small letters.")
    proved_at = models.DateTimeField(null=True, help_text="When its mail was known to be read.")
    serial = models.CharField(max_length=32, help_text="Another one for each link.")
    token_hash = models.CharField(max_length=64, unique=True)
    link_expires_at = models.DateTimeField()

    name = models.CharField(max_length=120, help_text="Who applies.")
    phone = models.CharField(max_length=40, blank=True)
    business = models.CharField(max_length=120)
    country = models.CharField(max_length=2, help_text="From where it sends; ISO 3166-1.")
    city = models.CharField(max_length=80, blank=True)
    sells = models.CharField(max_length=12, choices=Sells, blank=True)
    makes = models.TextField(blank=True, help_text="What it makes, and how.")
    story = models.TextField(blank=True)
    founded = models.PositiveSmallIntegerField(null=True)
    makers = models.PositiveIntegerField(null=True, help_text="People who work there.")
    web = models.CharField(max_length=300, blank=True, help_text="Where else it can be seen.")
    claims = models.CharField(max_length=300, blank=True, help_text="Labels, food: needs a paper.")
    legal_name = models.CharField(max_length=160, blank=True)
    registration = models.CharField(max_length=60, blank=True)
    tax_number = models.CharField(max_length=40, blank=True)
    legal_address = models.CharField(max_length=300, blank=True, help_text="In lines.")
    paid_by = models.CharField(max_length=7, choices=PaidBy, blank=True)

    begun_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, help_text="When it came to the organizers last.")
    answer_by = models.DateField(null=True, help_text="The day that the applicant was promised.")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+",
        help_text="Who reads it, so that others take another one.",
    )  # fmt: skip
    has_objected = models.BooleanField(default=False)
    merchant = models.OneToOneField(
        Merchant,
        models.SET_NULL,
        null=True,
        related_name="application",
        help_text="What came of it.",
    )

    paper_count: int  # Only where a query adds it.

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["state", "sent_at"], name="application_queue"),
            models.Index(fields=["state", "changed_at"], name="application_age"),
            models.Index(fields=["email"], name="application_of"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["email", "business"],
                name="one_open_application",
                condition=Q(state__in=["draft", "sent", "asked"]),
            ),
            models.CheckConstraint(
                name="application_sent_with_proof",
                condition=Q(state__in=["draft", "withdrawn"])
                | Q(sent_at__isnull=False, proved_at__isnull=False),
            ),
            models.CheckConstraint(
                name="application_decided_by_somebody",
                condition=~Q(state__in=["approved", "declined"]) | Q(decided_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.business

    @property
    def number(self) -> str:
        """Return by what both sides name it."""
        return f"BA-{self.begun_at:%Y}-{self.pk:05d}"

    @property
    def token(self) -> str:
        """Return the secret of its link."""
        text = f"{self.email} {self.serial}"
        return token_by(
            lambda secret: salted_hmac(SALT, text, secret=secret, algorithm="sha256").hexdigest(),
            self.token_hash,
        )

    @property
    def version(self) -> int:
        """Return which edition it is, for a form that decides on what was read."""
        return round(self.changed_at.timestamp() * 1_000_000)

    @property
    def is_written(self) -> bool:
        """Tell whether the applicant may still change it."""
        return self.state in self.WRITTEN

    def renew(self, *, at: datetime) -> None:
        """Give it another link; the one before opens nothing."""
        self.serial = get_random_string(32)
        self.token_hash = hash_of(self.token)
        self.link_expires_at = at + LINK_LIVES


class ApplicationDocument(PrivateFile):
    """A paper of an application: organizers alone read it."""

    class Role(models.TextChoices):
        REGISTRATION = "registration"
        IDENTITY = "identity"
        CLAIM = "claim"

    application = models.ForeignKey(Application, models.CASCADE, related_name="papers")
    role = models.CharField(max_length=12, choices=Role)
    added_at = models.DateTimeField()
    refused = models.CharField(
        max_length=300, blank=True, help_text="What cannot be read; the applicant reads this."
    )

    class Meta:
        db_table = "shop_applicationpaper"
        default_permissions = ()
        ordering = ["pk"]


class ApplicationNote(models.Model):
    """What was said about an application. Rows are only added."""

    class Kind(models.TextChoices):
        QUESTION = "question", "Asked"
        ANSWER = "answer", "Answered"
        DECLINE = "decline", "Declined"
        OBJECTION = "objection", "Objected"
        INTERNAL = "internal", "Note for colleagues"

    application = models.ForeignKey(Application, models.CASCADE, related_name="notes")
    kind = models.CharField(max_length=9, choices=Kind)
    text = models.TextField()
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+",
        help_text="Empty: the applicant.",
    )  # fmt: skip

    class Meta:
        default_permissions = ()
        ordering = ["pk"]
