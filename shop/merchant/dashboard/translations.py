"""The words of a store in other languages: a page for each, beside the English words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db.models import prefetch_related_objects
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language_info, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from shop.catalogue import translations
from shop.catalogue.fields.field_types import Prose
from shop.catalogue.fields.table import FIELDS
from shop.catalogue.models import Product, Term
from shop.core import clock
from shop.core.errors import ShopError
from shop.core.forms.visible_text import seen_only
from shop.core.languages import in_language, labelled
from shop.festivals.models import ChangeLog
from shop.merchant.dashboard.access import MemberRequest, products_of, store_members
from shop.merchant.dashboard.store.pending_changes import saved
from shop.merchant.moderation.compare import NAMES
from shop.merchant.moderation.contents import pending_change_of
from shop.merchant.moderation.models import PendingChange
from shop.merchant.moderation.translate import (
    READ,
    TERMS,
    Subject,
    names_of,
    save_words,
    wanted_words,
    words_used,
)
from shop.merchant.moderation.trust import show_at_once
from shop.people.merchants.models import Merchant
from shop.people.merchants.roles import Right
from shop.storefront.listings.edit import EditConflict, newest_edit

LONG = 8_000
COLUMNS = {
    "title": Product.title, "word": Term.term,
    **{name: getattr(Product, name) for name in translations.OF_PRODUCTS},
    **{name: getattr(Merchant, name) for name in translations.OF_STORES},
}  # fmt: skip
LONGEST = {name: column.field.max_length or LONG for name, column in COLUMNS.items()}
ROWS = 8
LONG_ONES = {"story", *(name for name, row in FIELDS.items() if isinstance(row.type, Prose))}


class WordsField(forms.CharField):
    """Plain words of one language; its no-break spaces stay as they were typed."""

    def __init__(
        self, name: str, language: str, *, label: str = "", instead: str | None = None
    ) -> None:
        info = get_language_info(language)
        marks = {"lang": language, "dir": "rtl" if info["bidi"] else "ltr"}
        if instead:
            marks["placeholder"] = instead  # what the shop says where a store says nothing
        self.has_lines = name in LONG_ONES
        widget = forms.Textarea(marks | {"rows": ROWS}) if self.has_lines else None
        super().__init__(
            label=label or NAMES[name], max_length=LONGEST[name], required=False,
            widget=widget or forms.TextInput(marks),
        )  # fmt: skip

    def to_python(self, value: Any) -> str:
        """Return the words with single blanks between them, and lines where there may be some."""
        text = (super().to_python(value) or "").replace("\r\n", "\n").replace("\r", "\n")
        text = seen_only(text, keep="\n\x00")
        return re.sub(r"[ \t]+" if self.has_lines else r"[ \t\n]+", " ", text).strip(" \n")


class TranslationForm(forms.Form):
    """The words of a product or a store in one language."""

    meanwhile: ChangeLog  # on a conflict: what somebody else saved first
    stored: list[tuple[str, str]]

    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)

    def __init__(self, subject: Subject, language: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in names_of(subject):
            self.fields[name] = WordsField(name, language)
        own, words = self.initial.get(TERMS, {}), words_used(subject)
        is_product = isinstance(subject, Product)
        shared = translations.shared_names(words, language) if is_product else {}
        # Named by the word itself: what is chosen between may change while somebody types.
        self.words = {f"word-{sha256(w.encode()).hexdigest()[:12]}": w for w in words}
        for key, word in self.words.items():
            self.fields[key] = WordsField("word", language, label=word, instead=shared.get(word))
            self.initial[key] = own.get(word, "")
        self.fields[READ] = forms.BooleanField(
            label=gettext_lazy("I speak this language and have read it"), required=False
        )
        self.subject = subject

    def clean(self) -> dict[str, Any]:
        """Return the typed words, the short ones by the word that they translate."""
        told = super().clean() or {}
        return told | {TERMS: {word: told.get(key, "") for key, word in self.words.items()}}

    @property
    def short(self) -> list[forms.BoundField]:
        """Return the fields of the words that shoppers choose between or read in a list."""
        return [self[key] for key in self.words]

    @property
    def pairs(self) -> list[tuple[forms.BoundField, str]]:
        """Return each field with the English words that it translates."""
        return [(self[name], getattr(self.subject, name)) for name in names_of(self.subject)]


@dataclass(frozen=True, slots=True)
class TranslationLink:
    """A language that words can be written in, and how far they are."""

    url: str
    text: str


def language_links(subject: Subject, merchant: Merchant) -> list[TranslationLink]:
    """Return a link to the words in each other language. One statement."""
    rows = translations.rows_of(subject)
    return [
        TranslationLink(
            _address(subject, merchant, code), labelled(name, _state(rows, subject, code))
        )
        for code, name in _others().items()
    ]


@require_http_methods(["GET", "POST"])
@store_members(Right.WORDS)
def of_product(
    request: MemberRequest, merchant: Merchant, product_id: int, language: str
) -> HttpResponse:
    """Show a product's words in another language, and change them."""
    rows = products_of(merchant).select_related("pending_change")
    product = get_object_or_404(rows, pk=product_id)
    back = reverse("workspace-product", args=[merchant.slug, product.pk])
    return _page(request, merchant, product, language, back)


@require_http_methods(["GET", "POST"])
@store_members(Right.WORDS)
def of_store(request: MemberRequest, merchant: Merchant, language: str) -> HttpResponse:
    """Show the words of the store's page in another language, and change them."""
    back = reverse("workspace-profile", args=[merchant.slug])
    return _page(request, merchant, merchant, language, back)


def _page(
    request: MemberRequest, merchant: Merchant, subject: Subject, language: str, back: str
) -> HttpResponse:
    if language not in _others():
        raise Http404
    prefetch_related_objects([subject], "translations")
    newest = newest_edit(subject)
    pending_change: PendingChange | None = getattr(subject, "pending_change", None)
    version = newest.pk if newest else 0
    first = wanted_words(subject, language, pending_change) | {"version": version}
    form = TranslationForm(subject, language, request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid() and _is_saved(request, form, language):
        return redirect(back)
    row = in_language(translations.rows_of(subject), language)
    context = {
        "part": "products" if isinstance(subject, Product) else "profile",
        "form": form,
        "subject": subject,
        "language": _others()[language],
        "back": back,
        "is_behind": row is not None and translations.is_behind(row, subject),
        "is_unread": row is not None and not row.is_read,
    }
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "shop/merchant/dashboard/words.html", context, status=status)


def _is_saved(request: MemberRequest, form: TranslationForm, language: str) -> bool:
    """Save the typed words, or write the refusal into the form; return whether they are saved."""
    subject, told = form.subject, form.cleaned_data
    at = clock.moment_of(request)
    try:
        waits = save_words(
            subject, language, told, version=told["version"] or 0, at=at, by=request.user
        )
    except EditConflict as refusal:
        _show_conflict(form, language, refusal)
        return False
    except ShopError as refusal:
        form.add_error(None, str(refusal))
        return False
    waits = show_at_once(subject, waits=waits, at=at, by=request.user)
    messages.success(
        request, saved(waits=waits, of=subject if isinstance(subject, Product) else None)
    )
    return True


def _show_conflict(form: TranslationForm, language: str, refusal: EditConflict) -> None:
    """Show the stored words beside the typed ones, so that saving again is a decision."""
    now = type(form.subject).objects.get(pk=form.subject.pk)
    stored = wanted_words(now, language, pending_change_of(now))
    stored |= {key: stored.get(TERMS, {}).get(word, "") for key, word in form.words.items()}
    form.add_error(None, str(refusal))
    form.data = data = cast("Any", form.data).copy()
    data["version"] = refusal.edit.pk
    form.meanwhile = refusal.edit
    form.stored = [
        (str(form.fields[name].label), stored[name] or "–")
        for name in (*names_of(now), *form.words)
        if stored[name] != form.cleaned_data[name]
    ]


def _others() -> dict[str, str]:
    known = dict(settings.LANGUAGES)
    return {code: known[code] for code in known if code != settings.LANGUAGE_CODE}


def _address(subject: Subject, merchant: Merchant, code: str) -> str:
    if isinstance(subject, Product):
        return reverse("workspace-words", args=[merchant.slug, subject.pk, code])
    return reverse("workspace-page-words", args=[merchant.slug, code])


def _state(rows: Mapping[str, Any], subject: Subject, code: str) -> str:
    row = in_language(rows, code)
    if row is None:
        return _("Not translated")
    if translations.is_behind(row, subject):
        return _("English has changed since")
    return _("Translated")
