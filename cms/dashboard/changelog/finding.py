"""Lines of the change log found by what they print: who, what was done, to what, why."""

from __future__ import annotations

from django.db.models import Case, CharField, Expression, F, Q, QuerySet, Value, When
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce, Concat, NullIf

from cms.dashboard.changelog.facts import printed
from cms.dashboard.changelog.text import OTHERS, SUBJECTS, WORDS
from shop.festivals.models import ChangeLog

SHOP = "the shop itself"  # did what no person did


def found(rows: QuerySet[ChangeLog], words: str) -> QuerySet[ChangeLog]:
    """Keep the lines that print the words, in one cell of the list.

    Args:
        rows: from ``named``.
    """
    words = " ".join(words.replace("\0", "").split())
    rows = rows.alias(
        done=_text(_subject(), Value(" "), _action()),
        named=Coalesce(_filled("what"), _filled(KT("before__label")), _filled(KT("after__email")),
                       Value("")),
        who=_text(F("by__first_name"), Value(" "), F("by__last_name")),
        facts=printed(),
    )  # fmt: skip
    rows = rows.alias(
        line=_text(F("done"), Value(": "), F("named"), Value(" ("), F("facts"), Value(")"))
    )
    meant = Q()
    for name in ("line", "facts", "reason", "festival__title", "who", "by__email"):
        meant |= Q(**{f"{name}__icontains": words})
    if words.casefold() in SHOP:
        meant |= Q(by=None)
    return rows.filter(meant)


def _text(*parts: Expression | F) -> Concat:
    return Concat(*parts, output_field=CharField())


def _filled(name: str | Expression) -> NullIf:
    found = F(name) if isinstance(name, str) else name
    return NullIf(found, Value(""), output_field=CharField())


def _subject() -> Case:
    """Return what kind of thing a line names, as people call it."""
    whens = [When(subject=name, then=Value(word)) for name, word in SUBJECTS.items()]
    return Case(*whens, default=F("subject"), output_field=CharField())


def _action() -> Case:
    """Return what was done, as people call it."""
    whens = [
        When(subject=subject, action=action, then=Value(word))
        for (subject, action), word in OTHERS.items()
    ]
    whens += [When(action=action, then=Value(word)) for action, word in WORDS.items()]
    return Case(*whens, default=F("action"), output_field=CharField())
