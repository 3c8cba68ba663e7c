"""Lists of the desk: Wagtail's, with filters on the page itself, so that no script is needed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import wraps
from typing import Any, ClassVar

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.views.generic import BaseListingView

from cms.dashboard.addresses import trail_of
from cms.dashboard.paging import BoundedPaginator
from cms.dashboard.permissions import needs
from cms.dashboard.screens import Trail, crumbs
from cms.dashboard.tables import Table
from shop.core import clock
from shop.core.replica.reads import may_be_late
from shop.festivals.models import Festival
from shop.people.accounts.requests import SignedIn

Choices = Sequence[tuple[str, str]]


class WordsFilter(django_filters.CharFilter):
    """Words, looked for in some fields unless a method does it."""

    def __init__(self, label: str, *fields: str, most: int = 80, **facts: Any) -> None:
        super().__init__(label=label, max_length=most, widget=forms.SearchInput(), **facts)
        self.fields = fields

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        """Keep the rows that have the words in one of the fields."""
        found = Q()
        for name in self.fields if value else ():
            found |= Q(**{f"{name}__icontains": value})
        return qs.filter(found)


class ChoiceFilter(django_filters.ChoiceFilter):
    """One of some choices; where one of them is always meant, there is no empty one."""

    def __init__(self, label: str, choices: Choices = (), *, every: str | None = None,
                 **facts: Any) -> None:  # fmt: skip
        super().__init__(label=label, choices=choices, empty_label=every, **facts)


def all_of(rows: QuerySet[Any], _name: str, _value: str) -> QuerySet[Any]:
    """Return all rows: the method of a filter that a view looks at itself."""
    return rows


class ListFilters(WagtailFilterSet):
    """The filters of a list. A value that cannot be understood finds nothing, and is told.

    Args:
        usual: what is meant by an address that says nothing, or nothing that is understood.
        choices: those that follow from what there is.
    """

    def __init__(
        self, data: QueryDict, *, usual: Mapping[str, str], choices: Mapping[str, Choices],
        **facts: Any,
    ) -> None:  # fmt: skip
        super().__init__({**usual, **data.dict()}, QuerySet(), **facts)
        self.usual = usual
        for name, found in choices.items():
            self.filters[name].extra["choices"] = found
        if wrong := self.form.errors.keys() & usual.keys():
            self.data |= {name: usual[name] for name in wrong}
            del self._form

    def found(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Return the rows that are asked for."""
        return self.filter_queryset(rows) if self.is_valid() else rows.none()

    @property
    def asked(self) -> dict[str, str]:
        """Return the values asked for, by the name of the filter, as an address says them."""
        return {name: self.data[name] for name in self.filters if self.data.get(name)}

    @property
    def query(self) -> str:
        """Return the values asked for as the query of an address."""
        found = QueryDict(mutable=True)
        found.update(self.asked)
        return found.urlencode()

    @property
    def is_narrow(self) -> bool:
        """Tell whether other values are asked for than those of an address that says nothing."""
        return self.asked != {name: value for name, value in self.usual.items() if value}


def _sheets_late(view: Any) -> Any:
    """Have what is taken away as a sheet read from the copy of the database."""
    late = may_be_late(view)

    @wraps(view)
    def answer(request: SignedIn, *args: Any, **facts: Any) -> Any:
        return (late if "export" in request.GET else view)(request, *args, **facts)

    return answer


class ListView(BaseListingView):
    """A list of the desk: its permission, its filters, and its rows as a table."""

    needed: ClassVar[str]  # a permission
    to_post: ClassVar[str] = ""
    http_method_names: ClassVar[list[str]] = ["get", "head"]
    template_name = "cms/dashboard/list.html"
    paginate_by: int | None = 50
    table_label: ClassVar[str] = ""
    table_classname = "listing"
    none_fits = "Nothing fits. Take a filter away."
    # Some lists work these out: a paginator, strings, words with links, and a Trail.
    paginator_class: Any = BoundedPaginator
    usual: Any = {}
    about: Any = ""
    none: Any = "Nothing yet."
    trail: Any = ()

    @classmethod
    def as_view(cls, **facts: Any) -> Any:
        """Return the view for those who have the permission."""
        return needs(cls.needed, to_post=cls.to_post)(_sheets_late(super().as_view(**facts)))

    def setup(self, request: SignedIn, *args: Any, **kwargs: Any) -> None:
        """Note the moment of the request."""
        super().setup(request, *args, **kwargs)
        self.at: datetime = clock.moment_of(request)

    def may(self, codename: str) -> bool:
        """Tell whether the person has a permission of the shop."""
        return self.request.user.has_perm(f"shop.{codename}")

    def get_breadcrumbs_items(self) -> list[dict[str, str]]:
        """Return the way to the list."""
        return crumbs(self.trail, self.get_page_title())

    def get_choices(self) -> dict[str, Choices]:
        """Return the choices of those filters that depend on existing rows."""
        return {}

    def get_filterset_kwargs(self) -> dict[str, Any]:
        """Return the arguments of the filters."""
        return super().get_filterset_kwargs() | {"usual": self.usual, "choices": self.get_choices()}

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep the rows that are asked for."""
        return self.filters.found(queryset) if self.filters else queryset

    def rows_of(self, found: Sequence[Any]) -> Sequence[Any]:
        """Return the rows of the table for a page of found rows."""
        return list(found)

    def get_table(self, object_list: Sequence[Any]) -> Table:
        """Return the rows of a page as a table."""
        label = self.table_label or self.get_page_title()
        is_narrow = self.filters and self.filters.is_narrow
        return Table(
            label, self.columns, self.rows_of(object_list), classname=self.table_classname,
            none=self.none_fits if is_narrow else self.none,
        )  # fmt: skip

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Return the context of the template; Wagtail's own menu of filters would need a script."""
        context = super().get_context_data(*args, **kwargs)
        return context | {"filters": None, "asked": self.filters, "rows": context["table"].data}


class FestivalListView(ListView):
    """A list of rows that belong to a festival."""

    @cached_property
    def festival(self) -> Festival:
        """Return the festival that the address names, or answer 404."""
        return get_object_or_404(Festival, pk=self.kwargs["pk"])

    @property
    def trail(self) -> Trail:
        """Return the way to the festival's board."""
        return trail_of(self.festival)

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Return the context of the template, with the festival."""
        return super().get_context_data(*args, **kwargs) | {"festival": self.festival}
