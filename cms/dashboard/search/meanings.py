"""Meanings of search phrases: the list that organizers keep, with search, filters and export."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.conf import settings
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import get_language_info
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.forms.models import WagtailAdminModelForm
from wagtail.admin.ui.tables import Column
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets.button import HeaderButton

from cms.dashboard.catalogue.lists import CreateView, EditView, IndexView, Told
from cms.dashboard.naming import Saving
from cms.dashboard.permissions import may
from cms.dashboard.screens import button
from shop.core import clock
from shop.core.forms.fields import LineField
from shop.core.forms.visible_text import seen_only
from shop.people.accounts.requests import SignedIn
from shop.storefront.listings.models import Meaning
from shop.storefront.search_words import targets
from shop.storefront.search_words.bulk import DIVIDER
from shop.storefront.search_words.meanings import (
    new_targets,
    problems,
    remove_meaning,
    save_meaning,
)

Kind = Meaning.Kind
KINDS = [
    (Kind.PLACE, "Place"), (Kind.WISH, "Wish"), (Kind.CONDITION, "Condition"),
    (Kind.PRICE, "Price"), (Kind.JOINT, "Nothing"),
]  # fmt: skip
OF_KINDS = (
    "Place: where the store is. Wish: what fits comes first. Condition: what does not fit comes "
    "behind, if at all. Price: bounds the amount beside it. Nothing: only joins other words."
)
SHOWN = 6  # targets in a row of the list
# As the desk calls them: it is in English.
LANGUAGES = [(code, get_language_info(code)["name"]) for code, _name in settings.LANGUAGES]
HEADINGS = {"language": "Language", "phrase": "Phrase", "kind": "Kind", "targets": "What fits",
            "note": "Note"}  # fmt: skip


class TargetsField(forms.Field):
    """The targets of a phrase, a line for each, the best first."""

    widget = forms.Textarea(attrs={"rows": 4, "dir": "ltr"})

    def to_python(self, value: Any) -> list[str]:
        """Return the lines that say something, each once."""
        lines = (" ".join(seen_only(line).split()) for line in str(value or "").splitlines())
        return list(dict.fromkeys(line for line in lines if line))

    def validate(self, value: list[str]) -> None:
        """Refuse a line for which there is no room, in words of ours."""
        super().validate(value)
        if too_long := next((line for line in value if len(line) > targets.LONGEST), ""):
            raise forms.ValidationError(f"“{too_long[:20]}…” is too long: shorten it.")

    def prepare_value(self, value: Any) -> Any:
        """Return the text that the field shows."""
        return "\n".join(value) if isinstance(value, list) else value


class MeaningForm(WagtailAdminModelForm):
    """A phrase, and its targets."""

    phrase = LineField(
        max_length=80, help_text="Up to five words, as people type them. Case and accents do not "
        "matter.",
    )  # fmt: skip
    language = forms.ChoiceField(
        choices=LANGUAGES, help_text="What is no joining word is understood in all of them."
    )
    kind = forms.ChoiceField(choices=KINDS, label="What it is", help_text=OF_KINDS)
    targets = TargetsField(
        label="What fits", required=False, help_text="A line for each, the best first: country:KE, "
        "category:home/baskets or category:home/*, tag:gift, material:raffia, "
        "certificate:Fair Trade, option:Size=L. Of a price: price:max, price:min, price:near or "
        "price:range.",
    )  # fmt: skip
    note = LineField(max_length=200, required=False, help_text="For whoever looks at it next.")

    class Meta:
        model = Meaning
        fields = ("phrase", "language", "kind", "targets", "note")

    def _post_clean(self) -> None:
        """Put the problems of a meaning beside its fields, each with the remedy."""
        super()._post_clean()
        if self.errors:
            return
        for name, text in problems(self.instance):
            self.add_error(name, text)
        before = Meaning.objects.filter(pk=self.instance.pk).first()
        if not self.errors:
            for text in targets.missing(new_targets(self.instance, before)).values():
                self.add_error("targets", text)


class MeaningFilterSet(WagtailFilterSet):
    """Of which language and kind."""

    language = django_filters.ChoiceFilter(label="Language", choices=LANGUAGES)
    kind = django_filters.ChoiceFilter(label="What it is", choices=KINDS)

    class Meta:
        model = Meaning
        fields = ("language", "kind")


class WordIndexView(IndexView):
    """A list of words of the search, from which the other ones are reached."""

    @cached_property
    def header_buttons(self) -> list[HeaderButton]:
        """Lead those who keep words to the sheet."""
        name = self.model._meta.model_name
        if not may(self.request.user, f"add_{name}"):
            return []
        return [
            *super().header_buttons,
            button("Bring in a sheet", reverse(f"desk:{name}-sheet"), "upload"),
        ]


class MeaningIndexView(WordIndexView):
    """The list of meanings."""

    filterset_class = MeaningFilterSet
    export_headings = HEADINGS

    def to_row_dict(self, item: Meaning) -> dict[str, object]:
        """Return a row of the sheet, as it can be brought in again."""
        row = {name: getattr(item, name) for name in HEADINGS}
        return row | {"targets": f" {DIVIDER} ".join(item.targets)}


class SavingMeaning(Saving):
    """Saves through the use case, so that the search follows."""

    refused = "phrase"

    def save_instance(self) -> Meaning:
        """Save a meaning."""
        meaning = self.form.save(commit=False)
        save_meaning(meaning, at=clock.moment_of(self.request), by=self.request.user)
        return meaning


class MeaningEditView(SavingMeaning, EditView):
    """One phrase, to change."""


class MeaningCreateView(SavingMeaning, CreateView):
    """A new phrase; an address may bring it along."""

    def get_initial(self) -> dict[str, Any]:
        """Return the initial values of the form."""
        return super().get_initial() | brought(self.request, "phrase", "language")


class MeaningDeleteView(Told, generic.DeleteView):
    """Removes a meaning."""

    confirmation_message = (
        "The search takes the phrase for words as others are, and looks for listings that hold "
        "them. Delete it?"
    )

    def delete_action(self) -> None:
        """Delete it through the use case."""
        remove_meaning(self.object, at=clock.moment_of(self.request), by=self.request.user)


def brought(request: SignedIn, *names: str) -> dict[str, str]:
    """Return the texts that an address brings along for a form."""
    found = {name: " ".join(seen_only(request.GET.get(name, "")).split())[:80] for name in names}
    return {name: text for name, text in found.items() if text}


def _kind(meaning: Meaning) -> str:
    return dict(KINDS)[Kind(meaning.kind)]


def _fits(meaning: Meaning) -> str:
    more = ", …" if len(meaning.targets) > SHOWN else ""
    return f"{', '.join(meaning.targets[:SHOWN])}{more}" or "–"


def _language(meaning: Meaning) -> str:
    return dict(LANGUAGES).get(meaning.language, meaning.language)


class MeaningViewSet(ModelViewSet):
    """The meanings of phrases."""

    model = Meaning
    name = "desk_meanings"
    icon = "search"
    menu_label = "Meanings"
    index_view_class, edit_view_class, add_view_class, delete_view_class = (
        MeaningIndexView, MeaningEditView, MeaningCreateView, MeaningDeleteView,
    )  # fmt: skip
    list_display = (
        "phrase",
        Column("language", label="Language", accessor=_language, sort_key="language"),
        Column("kind", label="What it is", accessor=_kind, sort_key="kind"),
        Column("targets", label="What fits", accessor=_fits),
    )
    list_export = tuple(HEADINGS)
    list_per_page = 50
    search_fields = ("phrase", "folded")
    search_backend_name = None
    copy_view_enabled = False
    add_to_reference_index = False
    ordering = ("phrase", "language", "pk")

    def get_common_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        """Return the shared arguments without Wagtail's count of uses: no row holds a phrase."""
        return super().get_common_view_kwargs(**kwargs) | {"usage_url_name": None}

    def get_form_class(self, for_update: bool = False) -> type[MeaningForm]:
        """Return the form, the same for new ones."""
        return MeaningForm
