"""A festival's words in each language of the shop: title, line, introduction, slots, benefits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import translation
from django.utils.functional import cached_property
from django.views.decorators.http import require_http_methods

from cms.dashboard.addresses import trail_of
from cms.dashboard.languages import TranslationField
from cms.dashboard.permissions import forbidden, may, needs
from cms.dashboard.screens import show, words_of
from shop.core import clock
from shop.core.errors import ShopError
from shop.festivals import translations
from shop.festivals.local_time import typed, wall_of
from shop.festivals.models import Festival, Promotion, Slot
from shop.festivals.promotions.text import gives
from shop.festivals.translations import TEXTS, FestivalWords, words_in
from shop.people.accounts.requests import SignedIn

LONGEST = {"title": 120, "tagline": 200, "intro": 1_500}
SLOT, BENEFIT = (
    cast("Any", model._meta.get_field(name)).max_length
    for model, name in ((Slot, "label"), (Promotion, "title"))
)


class FestivalWordsForm(forms.Form):
    """The words of a festival in one language, each below its original."""

    def __init__(
        self, data: Mapping[str, Any] | None, festival: Festival, code: str, slots: list[Slot],
        benefits: list[Promotion],
    ) -> None:  # fmt: skip
        self.is_own = code == settings.LANGUAGE_CODE
        self.outdated = translations.outdated(festival, code)
        self.now = words_in(festival, slots, benefits, code)
        self.original = words_in(festival, slots, benefits, settings.LANGUAGE_CODE)
        texts, names = self.now.texts, {**_keyed("slot", self.now.slots),
                                        **_keyed("benefit", self.now.benefits)}  # fmt: skip
        super().__init__(data, initial=texts if self.is_own else texts | names)
        for name, label in TEXTS.items():
            self.fields[name] = TranslationField(
                code=code, label=label, max_length=LONGEST[name],
                lines=4 if name == "intro" else 0, required=self.is_own and name == "title",
            )  # fmt: skip
        if self.is_own:
            return
        for slot in slots:
            starts = typed(wall_of(slot.starts_at, festival.zone))
            self.fields[f"slot-{slot.pk}"] = TranslationField(
                code=code, label=f"Slot of {starts}", max_length=SLOT
            )
        for row in benefits:
            with translation.override(code):
                told = gives(row, code)
            self.fields[f"benefit-{row.pk}"] = TranslationField(
                code=code, label=f"Benefit “{row.title}”", max_length=BENEFIT,
                help_text=f"Empty: shoppers read “{told}”.",
            )  # fmt: skip

    def rows(self) -> Iterator[tuple[forms.BoundField, str, bool]]:
        """Yield each field with its original, and whether that has changed since it was saved.

        The shop's own language has none.
        """
        originals = self.original.texts | _keyed("slot", self.original.slots)
        originals |= _keyed("benefit", self.original.benefits)
        for name in self.fields:
            yield self[name], "" if self.is_own else originals[name], name in self.outdated

    @cached_property
    def words(self) -> FestivalWords:
        """Return the words that were typed."""
        data = self.cleaned_data
        return FestivalWords(
            {name: data[name] for name in TEXTS},
            {pk: data[f"slot-{pk}"] for pk in self.now.slots if f"slot-{pk}" in data},
            {pk: data[f"benefit-{pk}"] for pk in self.now.benefits if f"benefit-{pk}" in data},
        )


@require_http_methods(["GET", "HEAD"])
@needs("add_term")
def first(request: SignedIn, pk: int) -> HttpResponseBase:
    """Show the first language with something missing or out of date; the original comes last.

    Only languages that the reader may write count. The form leads on to its own address.
    """
    festival = get_object_or_404(Festival, pk=pk)
    counts = _counts(festival, list(festival.slots.all()))
    counts = [row for row in counts if _may_write(request, row[0])]
    counts.sort(key=lambda row: row[0] == settings.LANGUAGE_CODE)
    code = next((code for code, _name, missing, _, old in counts if missing or old), counts[0][0])
    return write(request, pk, code)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("add_term")
def write(request: SignedIn, pk: int, code: str) -> HttpResponse:
    """Write a festival's words in one language."""
    festival = get_object_or_404(Festival, pk=pk)
    names = dict(settings.LANGUAGES)
    if code not in names:
        raise Http404
    if not _may_write(request, code):
        return forbidden(request)
    slots = translations.named_slots(festival.slots.all())
    benefits = translations.titled_benefits(festival)
    form = FestivalWordsForm(request.POST or None, festival, code, slots, benefits)
    if request.method == "POST" and form.is_valid():
        try:
            translations.write(
                festival, code, form.words, seen=request.POST.get("seen", ""),
                at=clock.moment_of(request), by=request.user,
            )  # fmt: skip
        except ShopError as refusal:
            form.add_error(None, words_of(refusal))
        else:
            messages.success(request, f"Saved: its words in {names[code]}.")
            return redirect("desk:festival-words-in", festival.pk, code)
    return show(
        request, "words.html", f"Words in {names[code]}", trail=trail_of(festival), icon="globe",
        status=422 if form.errors else 200, festival=festival, form=form, code=code,
        languages=[(*row, _may_write(request, row[0])) for row in _counts(festival, slots)],
        seen=translations.stamp(form.now),
    )  # fmt: skip


def _may_write(request: SignedIn, code: str) -> bool:
    """Return whether somebody may write a language: only those who plan change the original."""
    return code != settings.LANGUAGE_CODE or may(request.user, "change_festival")


def _counts(festival: Festival, slots: list[Slot]) -> list[tuple[str, str, int, int, int]]:
    """Return each language: its name, texts missing, texts in all, and texts out of date."""
    return [
        (code, name, *translations.gaps(festival, slots, code),
         len(translations.outdated(festival, code)))
        for code, name in settings.LANGUAGES
    ]  # fmt: skip


def _keyed(kind: str, texts: dict[int, str]) -> dict[str, str]:
    return {f"{kind}-{pk}": text for pk, text in texts.items()}
