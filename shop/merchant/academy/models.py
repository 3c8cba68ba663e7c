from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.lookups import GreaterThanOrEqual

from shop.core.languages import Wording, said
from shop.orders.tickets.models import LENGTH, new_code

NEEDED = (4, 5)
"""So many of so many questions have to be right."""


def new_diploma_number() -> str:
    """Return a random number that nobody guesses: 79 bits."""
    code = new_code()
    return "AC-" + "-".join(code[i : i + 4] for i in range(0, LENGTH, 4))


def needed_of(count: int) -> int:
    """Return how many of some questions have to be right: 4 of 5."""
    right, of = NEEDED
    return -(-right * count // of)


class Lesson(models.Model):
    """A lesson of the academy as the shop knows it; its words are a page, in several languages.

    The page writes it. It stays when the page goes: what was learned was learned.
    """

    key = models.UUIDField(unique=True, help_text="The page's, the same in all languages.")
    slug = models.SlugField(max_length=255, allow_unicode=True)
    title = models.CharField(max_length=255)
    titles = models.JSONField(default=dict, help_text="By language.")
    position = models.PositiveSmallIntegerField(default=1)
    minutes = models.PositiveSmallIntegerField(default=20)
    is_open = models.BooleanField(default=True, help_text="Published, and with questions.")

    class Meta:
        default_permissions = ()
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.title

    def title_in(self, language: str) -> Wording:
        """Return its title in a language, or the English one with its mark."""
        return said(self.titles, self.title, language)


class LessonResult(models.Model):
    """What one person has answered of one lesson: the best try counts, and the last is shown."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="learned", db_index=False
    )
    lesson = models.ForeignKey(Lesson, models.PROTECT, related_name="learned", db_index=False)
    tries = models.PositiveIntegerField(default=0)
    best = models.PositiveSmallIntegerField(default=0, help_text="Right answers of the best try.")
    count = models.PositiveSmallIntegerField(default=0, help_text="Questions of the best try.")
    tried_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    version = models.CharField(max_length=64, blank=True, help_text="Of the questions last tried.")
    chosen = ArrayField(models.PositiveSmallIntegerField(), default=list)
    ticked = ArrayField(models.PositiveSmallIntegerField(), default=list)

    class Meta:
        db_table = "shop_learned"
        default_permissions = ()
        indexes = [
            models.Index(fields=["lesson", "done_at"], name="learned_of_lesson"),
            models.Index(
                fields=["-tried_at", "-id"],
                name="learned_listed",
                condition=Q(tried_at__isnull=False),
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["user", "lesson"], name="learned_once"),
            models.CheckConstraint(name="learned_within_count", condition=Q(best__lte=F("count"))),
            models.CheckConstraint(
                name="learned_done_from_four_right",
                condition=Q(done_at=None)
                | Q(count__gt=0)
                & Q(GreaterThanOrEqual(F("best") * NEEDED[1], F("count") * NEEDED[0])),
            ),
        ]  # fmt: skip

    @property
    def is_done(self) -> bool:
        """Tell whether enough was right once."""
        return self.done_at is not None

    @property
    def is_begun(self) -> bool:
        """Tell whether it was tried."""
        return self.tries > 0


class CompletionCertificate(models.Model):
    """Says who has done a lesson; called certificate on pages. The person makes it, and shares it.

    All that it says is frozen, so that whoever was shown it reads the same under its number.
    """

    learned = models.OneToOneField(
        LessonResult, models.CASCADE, related_name="completion_certificate"
    )
    number = models.CharField(max_length=22, unique=True, default=new_diploma_number)
    name = models.CharField(max_length=80)
    store = models.CharField(max_length=120, blank=True)
    title = models.CharField(max_length=255)
    language = models.CharField(max_length=10)
    title_language = models.CharField(max_length=10)
    best = models.PositiveSmallIntegerField()
    count = models.PositiveSmallIntegerField()
    done_on = models.DateField()
    made_at = models.DateTimeField()

    class Meta:
        db_table = "shop_diploma"
        default_permissions = ()

    def __str__(self) -> str:
        return self.number

    @property
    def said(self) -> dict[str, Any]:
        """Return what it says, for a file of one's own data."""
        return {
            "number": self.number, "name": self.name, "store": self.store, "lesson": self.title,
            "right": self.best, "of": self.count, "on": self.done_on.isoformat(),
        }  # fmt: skip
