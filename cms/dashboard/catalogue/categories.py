"""The catalogue tree in Wagtail's admin: a category moves with all that stands below it."""

from __future__ import annotations

from typing import Any

from django import forms
from wagtail.admin.ui.tables import Column
from wagtail.admin.viewsets.model import ModelViewSet

from cms.dashboard.catalogue.lists import CreateView, EditView, IndexView
from cms.dashboard.languages import other_languages
from cms.dashboard.naming import NamedForm, Saving
from shop.catalogue.delivery.names import countries_by_name
from shop.catalogue.models import Category
from shop.core import clock
from shop.core.errors import NotPossible
from shop.core.languages import in_language
from shop.storefront.listings import categories

OLDEST = 25


class CategoryForm(NamedForm):
    """A category's place, its name, its rules, and its name in each other language."""

    barred = forms.MultipleChoiceField(
        required=False, label="May not be sent to", widget=forms.SelectMultiple(attrs={"size": 8}),
        help_text="Countries to which the law bars it, whoever sells: nothing of this category "
        "and those below it can be ordered there.",
    )  # fmt: skip
    min_age = forms.IntegerField(
        required=False, min_value=0, max_value=OLDEST, label="Age that is asked",
        help_text="Shoppers say at the checkout that they are so old, as for wine and knives; "
        "empty: not asked. Counts for the categories below it as well.",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["barred"]
        field.choices = countries_by_name("en")

    def clean_min_age(self) -> int:
        """Return the age; none is 0."""
        return self.cleaned_data["min_age"] or 0

    named, labelled = "name", "Name in {}"
    if_empty = "Empty: its English name is shown."

    class Meta:
        model = Category
        fields = ("path", "name", "returns", "barred", "min_age", "is_worn", "position")

    def _post_clean(self) -> None:
        """Refuse a place at which it cannot stand."""
        super()._post_clean()
        if not self.errors and "path" in self.changed_data:
            try:
                categories.check_place(self.instance)
            except NotPossible as refusal:
                self.add_error("path", str(refusal))


class SavingCategory(Saving):
    """Saves through the use case, and lets lists follow."""

    refused = "path"

    def save_instance(self) -> Category:
        """Save a category."""
        category = self.form.save(commit=False)
        categories.save_category(category, at=clock.moment_of(self.request))
        return category


class CategoryEditView(SavingCategory, EditView):
    """One category, to change."""


class CategoryCreateView(SavingCategory, CreateView):
    """A new category."""


def _named_in(category: Category) -> str:
    """Say in which languages a category has a name of its own."""
    names = [name for code, name in other_languages() if in_language(category.names, code)]
    return ", ".join(names) or "English alone"


class CategoryViewSet(ModelViewSet):
    """The catalogue tree."""

    model = Category
    name = "desk_categories"
    icon = "folder-open-inverse"
    menu_label = "Categories"
    add_to_admin_menu = True
    menu_order = 95
    index_view_class, edit_view_class, add_view_class = (
        IndexView, CategoryEditView, CategoryCreateView,
    )  # fmt: skip
    list_display = ("path", "name", Column("named_in", accessor=_named_in), "position")
    list_export = ("path", "name", "position")
    search_fields = ("path", "name")
    search_backend_name = None
    copy_view_enabled = False
    add_to_reference_index = False
    ordering = ("position", "path")

    def get_form_class(self, for_update: bool = False) -> type[CategoryForm]:
        """Return the form, the same for new ones."""
        return CategoryForm

    def get_urlpatterns(self) -> list[Any]:
        """Return all addresses but that of deleting: products stand in categories."""
        return [pattern for pattern in super().get_urlpatterns() if pattern.name != "delete"]

    def get_common_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        """Return the arguments that the views share, without a button that deletes."""
        return super().get_common_view_kwargs(**kwargs) | {"delete_url_name": None}
