"""Pages of long lists: counted to a bound, and with the rows in one statement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.core.paginator import Page
from django.db.models import Count, Expression, IntegerField, Model, Window
from django.db.models.expressions import RawSQL
from wagtail.admin.paginator import WagtailPaginator

from shop.core.forms.numbers import number_of

MOST = 5_000  # rows of a list that can be turned over; the others are searched for
MOST_FOUND = 1_000  # of what words find; more words find the others


class BoundedPaginator(WagtailPaginator):
    """Counts no further than ``most``, however long the list is.

    ``is_cut`` tells whether it holds more.
    """

    most = MOST
    is_cut = False

    def get_page(self, number: object) -> Page[Any]:
        """Return a page with its rows; the last one for a number that is too high."""
        asked = number_of(str(number or "")) or 1
        rows = self._rows(asked)
        if not rows and asked > 1:
            first = self._rows(1)
            asked = self.num_pages if first else 1
            rows = self._rows(asked)
        return self._get_page(rows, min(asked, self.num_pages), self)

    def _rows(self, number: int) -> Sequence[Model]:
        start = (number - 1) * self.per_page
        stop = min(start + self.per_page, self.most)
        if start >= self.most:
            return []
        try:
            rows = list(self.object_list.annotate(counted_rows=self._number())[start:stop])
        except EmptyResultSet:  # nothing could be found: there is no statement to count with
            rows = []
        found = rows[0].counted_rows if rows else 0
        self.is_cut = found > self.most
        self.__dict__["count"] = min(found, self.most)  # in place of a statement of its own
        return rows

    def _number(self) -> Expression:
        """Return the expression that counts the rows beside each of them."""
        counted = self.object_list.order_by().values("pk")[: self.most + 1]
        sql, values = counted.query.sql_with_params()
        total = f"(SELECT count(*) FROM ({sql}) AS counted)"  # noqa: S608 (the list's own)
        return RawSQL(total, values, IntegerField())  # noqa: S611


class FoundPaginator(BoundedPaginator):
    """Pages of search results: the list ends one after ``most``, so all are counted.

    To count them apart would be to look for them twice.
    """

    most = MOST_FOUND

    def _number(self) -> Expression:
        return Window(Count("pk"))
