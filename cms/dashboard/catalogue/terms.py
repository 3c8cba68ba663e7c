"""Words that products share, such as cotton or red, with their names in every language."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import get_language_info
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet

from cms.dashboard.catalogue.lists import CreateView, EditView, IndexView, Told
from cms.dashboard.languages import other_languages
from cms.dashboard.naming import NamedForm, Saving
from shop.catalogue.models import Term
from shop.core import clock
from shop.core.languages import in_language, languages_like
from shop.storefront.listings.terms import remove_term, save_term

KINDS = [
    (Term.Kind.OPTION, "What is chosen, such as Colour"),
    (Term.Kind.VALUE, "A choice, such as Red"),
    (Term.Kind.MATERIAL, "Material"),
    (Term.Kind.CERTIFICATE, "Certificate of a store"),
]
# As the desk calls them: it is in English.
LANGUAGES = [(code, get_language_info(code)["name"]) for code, _name in other_languages()]
NAMES = {f"name_{code}": name for code, name in LANGUAGES}


class TermForm(NamedForm):
    """A word as stores write it, with its name in each other language."""

    named, labelled = "term", "In {}"
    if_empty = "Empty: the word itself is shown, marked as English."

    class Meta:
        model = Term
        fields = ("kind", "term", "is_read")
        labels = {"is_read": "Native speakers have read the names"}
        help_texts = {
            "term": "As stores write it, in English, to the letter.",
            "is_read": "Names that nobody has read yet are shown all the same.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = KINDS
        self.fields["is_read"] = self.fields.pop("is_read")  # once the names stand there


def _lacking(rows: QuerySet[Term], _name: str, code: str) -> QuerySet[Term]:
    """Keep the words that have no name in a language."""
    named = Q()
    for known in languages_like(code):
        named |= Q(names__has_key=known)
    return rows.exclude(named)


class TermFilterSet(WagtailFilterSet):
    """Of which kind, in which language it lacks a name, read or not."""

    kind = django_filters.ChoiceFilter(label="Kind", choices=KINDS)
    lacking = django_filters.ChoiceFilter(
        label="Without a name in",
        choices=LANGUAGES,
        method=_lacking,
    )

    class Meta:
        model = Term
        fields = ("kind", "lacking", "is_read")


class TermIndexView(IndexView):
    """The list of words."""

    filterset_class = TermFilterSet
    export_headings = {"term": "Word", "kind": "Kind", **NAMES, "is_read": "Read"}

    def to_row_dict(self, item: Term) -> dict[str, object]:
        """Return a row of the sheet, with a column for each language."""
        names = {f"name_{code}": in_language(item.names, code) or "" for code, _ in LANGUAGES}
        return {"term": item.term, "kind": item.kind, **names, "is_read": item.is_read}


class SavingTerm(Saving):
    """Saves through the use case, so that pages and the search follow."""

    refused = "term"

    def save_instance(self) -> Term:
        """Save a word."""
        term = self.form.save(commit=False)
        save_term(term, at=clock.moment_of(self.request), by=self.request.user)
        return term


class TermEditView(SavingTerm, EditView):
    """One word, to change."""


class TermCreateView(SavingTerm, CreateView):
    """A new word."""


class TermDeleteView(Told, generic.DeleteView):
    """Takes a word away: products say it as their stores wrote it."""

    confirmation_message = (
        "Products and stores that have it say it as they wrote it, in every language. Delete it?"
    )

    def delete_action(self) -> None:
        """Delete it through the use case."""
        remove_term(self.object, at=clock.moment_of(self.request), by=self.request.user)


def _called(code: str, name: str) -> Column:
    return Column(
        f"name_{code}", label=name,
        accessor=lambda term: in_language(term.names, code) or "–",
    )  # fmt: skip


class TermViewSet(ModelViewSet):
    """The words that products share."""

    model = Term
    name = "desk_terms"
    icon = "globe"
    menu_label = "Shared words"
    add_to_admin_menu = True
    menu_order = 95
    index_view_class, edit_view_class, add_view_class, delete_view_class = (
        TermIndexView, TermEditView, TermCreateView, TermDeleteView,
    )  # fmt: skip
    list_display = ("term", "kind", *(_called(*row) for row in LANGUAGES))
    list_export = ("term", "kind", *NAMES, "is_read")
    list_per_page = 50
    search_fields = ("term", "names")
    search_backend_name = None
    copy_view_enabled = False
    add_to_reference_index = False
    ordering = ("kind", "term")

    def get_common_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        """Return the shared arguments without Wagtail's count of uses: products hold the word."""
        return super().get_common_view_kwargs(**kwargs) | {"usage_url_name": None}

    def get_form_class(self, for_update: bool = False) -> type[TermForm]:
        """Return the form, the same for new ones."""
        return TermForm
