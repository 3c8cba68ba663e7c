from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _

from shop.catalogue.models import Product
from shop.core.states import ChoiceField, Stateful, StateQuerySet
from shop.people.merchants.models import Merchant

OBJECT_WITHIN = timedelta(days=183)
"""So long a decision can be objected to: six months, by article 20 of the DSA."""


def new_secret() -> str:
    """Return the secret of a report's link."""
    return get_random_string(32)


class ContentReport(Stateful):
    """What somebody says is wrong with a product or a store; or a store, with a decision."""

    class State(models.TextChoices):
        OPEN = "open", _("Waits for an organizer")
        ACTED = "acted", _("Something was done")
        DISMISSED = "dismissed", _("Nothing was changed")

    class Reason(models.TextChoices):
        COUNTERFEIT = "counterfeit", _("A counterfeit, or made by somebody else")
        UNSAFE = "unsafe", _("It is dangerous")
        BARRED = (
            "barred",
            _("It must not be sold: protected animals or plants, arms, medicine"),
        )
        MISLEADING = "misleading", _("Words or pictures are not true")
        STOLEN = "stolen", _("My words, my pictures or my design were taken")
        OFFENSIVE = "offensive", _("It insults people, or shows them against their will")
        OTHER = "other", _("Something else")
        DECISION = "decision", _("The store objects to a decision")

    class Measure(models.TextChoices):
        NOTHING = "nothing", _("Nothing is changed")
        TAKEN_DOWN = "taken_down", _("The product was taken off sale")
        PAGE_CLEARED = "page_cleared", _("The page of the store was taken away")
        SUSPENDED = "suspended", _("The store was suspended")
        ASKED = "asked", _("The store was asked to mend it")
        MENDED = "mended", _("It was mended meanwhile")
        PUT_BACK = "put_back", _("What was taken away is back")

    NEXT: ClassVar[dict[str, set[str]]] = {
        State.OPEN: {State.ACTED, State.DISMISSED},
        State.ACTED: {State.OPEN},
        State.DISMISSED: {State.OPEN},
    }

    merchant = models.ForeignKey(Merchant, models.CASCADE, related_name="content_reports")
    product = models.ForeignKey(
        Product,
        models.CASCADE,
        null=True,
        related_name="content_reports",
        help_text="Empty: the store.",
    )
    state = ChoiceField(max_length=9, choices=State, default=State.OPEN)
    reason = models.CharField(max_length=11, choices=Reason)
    text = models.TextField()
    name = models.CharField(max_length=120, blank=True)
    email = models.EmailField(blank=True, help_text="Empty: erased.")
    is_proved = models.BooleanField(
        default=False, db_default=False, help_text="The address is of the account that reported."
    )
    language = models.CharField(max_length=10, default="en")
    secret = models.CharField(max_length=32, default=new_secret, help_text="Of its link.")
    at = models.DateTimeField()
    waits_since = models.DateTimeField(help_text="When it came, or was objected to.")
    measure = models.CharField(max_length=12, choices=Measure, blank=True)
    answer = models.TextField(blank=True, help_text="The reasons; the reporter reads them.")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    objection = models.TextField(blank=True)
    objected_at = models.DateTimeField(null=True)

    objects = StateQuerySet.as_manager()

    class Meta:
        db_table = "shop_notice"
        default_permissions = ()
        indexes = [
            models.Index(fields=["state", "waits_since", "id"], name="notice_queue"),
            models.Index(fields=["decided_at"], name="notice_age"),
            models.Index(fields=["email"], name="notice_of"),
        ]
        constraints = [
            models.CheckConstraint(
                name="notice_decided_with_reasons",
                condition=Q(state="open") | (Q(decided_at__isnull=False) & ~Q(answer="")),
            )
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """Return the number that mails and pages name it by."""
        return f"BN-{self.at:%Y}-{self.pk:05}"

    @property
    def subject(self) -> str:
        """Return the name of what it is about."""
        return self.product.title if self.product else self.merchant.name

    @property
    def is_of_store(self) -> bool:
        """Tell whether a store objects to what organizers did, and nobody reports anything."""
        return self.reason == self.Reason.DECISION

    @property
    def has_objected(self) -> bool:
        """Tell whether the decision was objected to; that is possible once."""
        return self.objected_at is not None
