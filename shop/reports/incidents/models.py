from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q

from shop.core.languages import Wording, in_language, lang_mark

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager

LISTED_FOR = timedelta(days=90)
"""So long the status page tells of an incident that is over."""
MOST_LISTED = 50
LONGEST_TITLE, LONGEST_TEXT = 120, 1_500


class IncidentQuerySet(models.QuerySet["Incident"]):
    def going_on(self) -> IncidentQuerySet:
        """Return those that are not over, those that are announced among them."""
        return self.filter(ended_at=None)

    def listed(self, at: datetime) -> IncidentQuerySet:
        """Return what the status page tells: what goes on, and what ended in the last 90 days."""
        rows = self.filter(Q(ended_at=None) | Q(ended_at__gt=at - LISTED_FOR))
        return rows.order_by(F("ended_at").desc(nulls_first=True), "-since", "-pk")


class Incident(models.Model):
    """A disturbance that organizers tell of, from when on, and when it was over."""

    title = models.CharField(max_length=LONGEST_TITLE)
    text = models.TextField(max_length=LONGEST_TEXT)
    texts = models.JSONField(
        default=dict, blank=True, help_text="By language, what there is of title and text."
    )
    since = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    on_pages = models.BooleanField(
        default=False, help_text="Whether a line on top of the shop’s pages names it."
    )

    objects = IncidentQuerySet.as_manager()

    if TYPE_CHECKING:
        updates: RelatedManager[IncidentUpdate]

    class Meta:
        indexes = [models.Index(fields=["ended_at"], name="incident_ended")]
        constraints = [
            models.CheckConstraint(
                name="incident_ends_after_it_began",
                condition=Q(ended_at=None) | Q(ended_at__gte=F("since")),
                violation_error_message="It cannot be over before it began.",
            )
        ]

    def __str__(self) -> str:
        return self.title


class IncidentUpdate(models.Model):
    """What is known of an incident since a moment."""

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="updates")
    at = models.DateTimeField()
    text = models.TextField(max_length=LONGEST_TEXT)
    texts = models.JSONField(default=dict, blank=True, help_text="By language, its text.")

    class Meta:
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return self.text[:60]


def worded(row: Incident | IncidentUpdate, name: str, language: str) -> Wording:
    """Return the title or the text in a language; where nobody wrote it, the English one."""
    own = (in_language(row.texts, language) or {}).get(name, "")
    return Wording(own or getattr(row, name), lang_mark(own, language))
