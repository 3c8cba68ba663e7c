"""The products that lack what channels demand: a list, and the same as a sheet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.safestring import SafeString

from cms.dashboard.addresses import screen_of_product, screen_of_store
from cms.dashboard.listing import ChoiceFilter, Choices, ListFilters, ListView, all_of
from cms.dashboard.screens import button
from cms.dashboard.tables import Column, HeadColumn, link
from shop.catalogue.models import Product
from shop.core.spreadsheets.tables import Cell, streamed
from shop.people.accounts.requests import SignedIn
from shop.people.merchants.models import Merchant
from shop.storefront.feeds.board import BoardQuery, every, lacking_rows, read_query, words_of
from shop.storefront.feeds.demands import CHANNELS, WORDS

HEAD = ("Store", "Product", "Address", "What it lacks")


class LackingFilters(ListFilters):
    store = ChoiceFilter("Store", every="All", field_name="merchant")
    channel = ChoiceFilter(
        "Channel", [(one.code, one.name) for one in CHANNELS.values()], every="All", method=all_of
    )
    lacks = ChoiceFilter("What it lacks", every="Anything", method=all_of)
    language = ChoiceFilter("Language", settings.LANGUAGES, required=True, method=all_of)


class LackingView(ListView):
    """The products on sale that lack something; the sheet holds the same, whole."""

    needed = "view_product"
    filterset_class = LackingFilters
    usual: Mapping[str, str] = {"language": settings.LANGUAGE_CODE}
    page_title = "What products lack"
    header_icon = "site"
    about = "Products on sale that a channel does not take. Stores see their own, and mend them."
    none = none_fits = "Nothing lacks it."

    @property
    def trail(self) -> list[tuple[str, str]]:
        """Return the way to the board."""
        return [(reverse("desk:channels"), "Channels")]

    @property
    def columns(self) -> list[Column]:
        """Return the columns of the list."""
        return [
            HeadColumn("Product", self.product_of),
            Column("Store", lambda row: link(row.merchant.name, screen_of_store(row.merchant))),
            Column("What it lacks", self.lacks_of),
        ]

    @property
    def query(self) -> BoardQuery:
        """Return what is asked for."""
        return read_query(self.filters.asked)

    def get_choices(self) -> dict[str, Choices]:
        """Return the stores that trade, and what channels demand."""
        rows = Merchant.objects.trading().order_by("name")
        return {
            "store": [(str(pk), name) for pk, name in rows.values_list("pk", "name")],
            "lacks": [(code, str(words)) for code, words in WORDS.items()],
        }

    def get_base_queryset(self) -> QuerySet[Any]:
        """Return the products that lack what is asked for, in the order in which they came."""
        rows = Product.objects.public().select_related("merchant")
        return lacking_rows(rows, self.query, at=self.at).order_by("pk")

    def product_of(self, row: Product) -> SafeString:
        """Return a product with the way to where it is looked at."""
        return link(row.title, screen_of_product(self.request.user, row))

    def lacks_of(self, row: Any) -> str:
        """Return what a product lacks, in words."""
        return "; ".join(str(word) for word in words_of(row.lacks, self.query))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the context of the screen, with the button for the sheet of its rows."""
        context = super().get_context_data(**kwargs)
        sheet_of = button("Download CSV", f"?{self.filters.query}&export=csv", "download")
        return context | {"header_buttons": [sheet_of] if context["rows"] else []}

    def get(self, request: SignedIn) -> HttpResponseBase:
        """Show the list, or give it away as a sheet."""
        if request.GET.get("export") == "csv":
            return streamed("channels", (HEAD, self.lines()))
        return super().get(request)

    def lines(self) -> Iterator[list[Cell]]:
        """Yield the rows of the sheet."""
        for row in every(self.get_queryset()):
            where = f"{settings.SITE_URL}{reverse('product', args=[row.slug])}"
            yield [row.merchant.name, row.title, where, self.lacks_of(row)]
