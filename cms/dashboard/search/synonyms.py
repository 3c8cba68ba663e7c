"""Words of a search that mean the same: the list that organizers keep, and how a word joins one."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django.utils.functional import cached_property
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.forms.models import WagtailAdminModelForm
from wagtail.admin.ui.tables import BaseColumn, Column
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet

from cms.dashboard.catalogue.lists import CreateView, EditView, Told
from cms.dashboard.naming import Saving
from cms.dashboard.search.meanings import LANGUAGES as OF_SHOP
from cms.dashboard.search.meanings import WordIndexView, brought
from shop.core import clock
from shop.core.forms.fields import LineField
from shop.storefront.listings.models import Synonym
from shop.storefront.listings.words import words
from shop.storefront.search_words.bulk import NO, YES
from shop.storefront.search_words.synonyms import (
    ITSELF,
    language_problem,
    others_of,
    remove_synonym,
    save_synonym,
    term_problems,
)

OTHERS = 6  # words of the same group that a row shows
# Synonyms are told by bare codes: of Chinese there are no two.
LANGUAGES = [(code.partition("-")[0], name) for code, name in OF_SHOP]
ELSEWHERE = "other"
HEADINGS = {"group": "Group", "term": "Word", "language": "Language",
            "is_near": "Only where nothing else is found"}  # fmt: skip


class SynonymForm(WagtailAdminModelForm):
    """A word, and another one that means the same."""

    term = LineField(
        label="Word", max_length=80,
        help_text="Up to four words, as people type them. Case, accents and plurals do not matter.",
    )  # fmt: skip
    other = LineField(
        label="Is another word for", max_length=80,
        help_text="A search for one finds the other, and all words that mean the same as it.",
    )  # fmt: skip
    language = forms.CharField(
        max_length=8, help_text="Of the word: en, fr, ar, or that of a people, such as yo."
    )
    is_near = forms.BooleanField(
        label="Only where nothing else is found", required=False,
        help_text="For what is something like it, and not the same.",
    )  # fmt: skip

    class Meta:
        model = Synonym
        fields = ("term", "language", "is_near")

    field_order = ("term", "other", "language", "is_near")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["other"] = next(iter(others_of(self.instance)), "")
        else:
            self.initial.setdefault("language", settings.LANGUAGE_CODE)

    def clean(self) -> dict[str, Any]:
        """Put the problems of a synonym beside its fields, each with the remedy."""
        told = super().clean()
        for name in ("term", "other"):
            if name in told:
                self._refuse(term_problems(told[name], name))
        self._refuse(language_problem(told.get("language", "en")))
        if "other" in self.cleaned_data and "term" in self.cleaned_data and (
            words(told["term"]) == words(told["other"])
        ):  # fmt: skip
            self.add_error("other", ITSELF)
        return told

    def _refuse(self, found: Any) -> None:
        for name, text in found:
            self.add_error(name, text)


def _of_language(rows: QuerySet[Synonym], _name: str, code: str) -> QuerySet[Synonym]:
    if code == ELSEWHERE:
        return rows.exclude(language__in=[own for own, _language in LANGUAGES])
    return rows.filter(language=code)


class SynonymFilterSet(WagtailFilterSet):
    """Of which language, and whether the same or something like it."""

    language = django_filters.ChoiceFilter(
        label="Language", choices=[*LANGUAGES, (ELSEWHERE, "Another")], method=_of_language
    )

    class Meta:
        model = Synonym
        fields = ("language", "is_near")


class SynonymIndexView(WordIndexView):
    """The list of words that mean the same as others."""

    filterset_class = SynonymFilterSet
    export_headings = HEADINGS

    @cached_property
    def columns(self) -> list[BaseColumn]:
        """Return the columns, the first one called as people call it."""
        first, *others = super().columns
        first.label = HEADINGS["term"]
        return [first, *others]

    def get_base_queryset(self) -> QuerySet[Synonym]:
        """Return the words, each with others of its group."""
        group = Synonym.objects.filter(group=OuterRef("group")).exclude(pk=OuterRef("pk"))
        others = ArraySubquery(group.order_by("is_near", "pk").values("term")[: OTHERS + 1])
        return super().get_base_queryset().annotate(others=others)

    def to_row_dict(self, item: Synonym) -> dict[str, object]:
        """Return a row of the sheet, as it can be brought in again."""
        row = {name: getattr(item, name) for name in HEADINGS}
        return row | {"is_near": YES if item.is_near else NO}


class SavingSynonym(Saving):
    """Saves through the use case, so that the search follows."""

    refused = "term"

    def save_instance(self) -> Synonym:
        """Save a word with its synonym."""
        synonym = self.form.save(commit=False)
        at, by = clock.moment_of(self.request), self.request.user
        save_synonym(synonym, self.form.cleaned_data["other"], at=at, by=by)
        return synonym


class SynonymEditView(SavingSynonym, EditView):
    """One word, to change."""


class SynonymCreateView(SavingSynonym, CreateView):
    """A new word; an address may bring it along."""

    def get_initial(self) -> dict[str, Any]:
        """Return the initial values of the form."""
        return super().get_initial() | brought(self.request, "term", "language")


class SynonymDeleteView(Told, generic.DeleteView):
    """Takes a word out of its group."""

    confirmation_message = (
        "A search for it finds no more than what holds the word itself. If one word alone is left "
        "that means the same, it goes too. Delete it?"
    )

    def delete_action(self) -> None:
        """Delete it through the use case."""
        remove_synonym(self.object, at=clock.moment_of(self.request), by=self.request.user)


def _others(synonym: Synonym) -> str:
    more = ", …" if len(synonym.others) > OTHERS else ""
    return f"{', '.join(synonym.others[:OTHERS])}{more}" or "–"


def _language(synonym: Synonym) -> str:
    return dict(LANGUAGES).get(synonym.language, synonym.language) or "–"


def _near(synonym: Synonym) -> str:
    return "where nothing else is found" if synonym.is_near else "always"


class SynonymViewSet(ModelViewSet):
    """Words that mean the same."""

    model = Synonym
    name = "desk_synonyms"
    icon = "search"
    menu_label = "Synonyms"
    index_view_class, edit_view_class, add_view_class, delete_view_class = (
        SynonymIndexView, SynonymEditView, SynonymCreateView, SynonymDeleteView,
    )  # fmt: skip
    list_display = (
        "term",
        Column("others", label="Is another word for", accessor=_others),
        Column("language", label="Language", accessor=_language, sort_key="language"),
        Column("is_near", label="Used", accessor=_near, sort_key="is_near"),
    )
    list_export = tuple(HEADINGS)
    list_per_page = 50
    search_fields = ("term", "folded", "group")
    search_backend_name = None
    copy_view_enabled = False
    add_to_reference_index = False
    ordering = ("group", "pk")

    def get_common_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        """Return the shared arguments without Wagtail's count of uses: no row holds a word."""
        return super().get_common_view_kwargs(**kwargs) | {"usage_url_name": None}

    def get_form_class(self, for_update: bool = False) -> type[SynonymForm]:
        """Return the form, the same for new ones."""
        return SynonymForm
