"""Products and stores as lists with search, filters and export, and the base of such lists."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import PermissionDenied
from django.db.models import F, QuerySet
from django.http import HttpResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django_filters import ModelChoiceFilter
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets.button import HeaderButton

from cms.dashboard.addresses import screen_of_product, screen_of_store
from cms.dashboard.listing import ChoiceFilter
from cms.dashboard.paging import MOST_FOUND, BoundedPaginator, FoundPaginator
from cms.dashboard.permissions import forbidden
from cms.dashboard.screens import button
from shop.catalogue.delivery.names import country_name
from shop.catalogue.fields.table import FIELDS
from shop.catalogue.models import Product, Variant
from shop.core.statements.composed import AnyOf
from shop.festivals.models import Festival
from shop.people.accounts.requests import SignedIn
from shop.people.merchants.models import Merchant


def _country(merchant: Merchant) -> str:
    return country_name(merchant.country, "en")


class Told:
    """Answers 403 with words where Wagtail would lead back to its first screen."""

    def dispatch(self, request: SignedIn, *args: object, **kwargs: object) -> HttpResponse:
        """Answer, or say that it belongs to other people's work."""
        view: Any = super()  # one of Wagtail's
        try:
            return view.dispatch(request, *args, **kwargs)
        except PermissionDenied:
            return forbidden(request)


class IndexView(Told, generic.IndexView):
    """A list, of which so many rows can be turned over."""

    paginator_class: Any = BoundedPaginator  # some lists work it out

    def get_page_subtitle(self) -> str:
        """Say that a list goes on where its pages end."""
        if getattr(self, "is_cut", False):
            return f"the first {self.most:,}: search for the others"
        return super().get_page_subtitle()

    def paginate_queryset(self, queryset: QuerySet[Any], page_size: int) -> tuple[Any, ...]:
        """Return a page, and note whether there is more than can be turned over."""
        paginator, *rest = super().paginate_queryset(queryset, page_size)
        self.is_cut, self.most = paginator.is_cut, paginator.most
        return (paginator, *rest)


class ProductIndexView(IndexView):
    """The list of products; a product is found once, however many of its variants fit."""

    show_other_searches = True

    @property
    def paginator_class(self) -> type[BoundedPaginator]:
        """Return the paginator of the list."""
        return FoundPaginator if self.is_searching else BoundedPaginator

    def get_inspect_url(self, instance: Product) -> str:
        """Lead reviewers to where a product is looked at and taken down, the others to its row."""
        return screen_of_product(self.request.user, instance)

    def get_base_queryset(self) -> QuerySet[Product]:
        """Return products with the stores and categories that a row names."""
        return super().get_base_queryset().select_related("merchant", "category")

    def search_queryset(self, queryset: QuerySet[Product]) -> QuerySet[Product]:
        """Keep the products with the words in their title, their store or a SKU."""
        if not self.is_searching:
            return queryset
        words = self.search_query
        stores = Merchant.objects.filter(name__icontains=words).values("pk")
        # Each of the three by its own index, and the rows by their numbers; joined by OR, or asked
        # for as a set, all products would be read.
        found = Product.objects.filter(title__icontains=words).values("pk").union(
            Product.objects.filter(merchant__in=stores).values("pk"),
            Variant.objects.filter(sku__icontains=words).values("product"),
        )  # fmt: skip
        newest = ArraySubquery(found.order_by("-pk")[: MOST_FOUND + 1])
        return queryset.filter(AnyOf(F("pk"), newest))


class StoreIndexView(IndexView):
    """The list of stores."""

    show_other_searches = True

    @cached_property
    def header_buttons(self) -> list[HeaderButton]:
        """Lead those who may to the form that makes one."""
        if not self.request.user.has_perm("shop.add_merchant"):
            return []
        return [
            button("Make a store", reverse("desk:store-add"), "plus"),
            button("From a sheet", reverse("desk:store-sheet"), "upload"),
        ]

    def get_inspect_url(self, instance: Merchant) -> str:
        """Lead to where a store is looked at."""
        return screen_of_store(instance)


class InspectView(Told, generic.InspectView):
    """One row, to read."""


class EditView(Told, generic.EditView):
    """One row, to change."""


class CreateView(Told, generic.CreateView):
    """A new row."""


class ReadOnly(ModelViewSet):
    """A list to read, to search and to take away as a sheet. Other screens change its rows."""

    index_view_class = IndexView
    inspect_view_class = InspectView
    inspect_view_enabled = True
    copy_view_enabled = False
    add_to_reference_index = False
    search_backend_name = None
    list_per_page = 50
    exclude_form_fields = ()

    def get_urlpatterns(self) -> list[Any]:
        """Return the addresses of the list and of one row; nothing here adds, edits or deletes."""
        kept = {"index", "index_results", "inspect"}
        return [pattern for pattern in super().get_urlpatterns() if pattern.name in kept]

    def get_common_view_kwargs(self, **kwargs: object) -> dict[str, object]:
        """Return the arguments that the views share, so that no button leads nowhere."""
        names = ("add", "edit", "delete", "history", "usage")
        nowhere = {f"{name}_url_name": None for name in names}
        return super().get_common_view_kwargs(**kwargs) | nowhere


class ProductFilters(WagtailFilterSet):
    """The filters of the list of products; by festival where a festival's page leads to it."""

    festival = ModelChoiceFilter(
        field_name="participations__festival", label="Takes part in",
        queryset=Festival.objects.order_by("-starts_at"),
    )  # fmt: skip
    image = ChoiceFilter("Image", [("none", "On sale without one")], every="All",
                         method="without_image")  # fmt: skip

    class Meta:
        model = Product
        fields: ClassVar = ["state", "kind", "category", "merchant__country"]

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(data, *args, **kwargs)
        if not (data and data.get("festival")):
            del self.filters["festival"]  # its choices would cost every page a statement

    def without_image(self, rows: QuerySet[Product], _name: str, asked: str) -> QuerySet[Product]:
        """Keep the products that are on sale without an image."""
        return rows.filter(Product.PUBLIC, shown_pictures=None) if asked else rows


class ProductViewSet(ReadOnly):
    """All products of all stores."""

    model = Product
    index_view_class = ProductIndexView
    name = "desk_products"
    icon = "tag"
    menu_label = "Products"
    add_to_admin_menu = True
    menu_order = 92
    list_display = ("title", "merchant", "category", "state", "published_at")
    filterset_class = ProductFilters
    list_export = (
        "title", "slug", "merchant.name", "merchant.country", "category.path", "kind", "state",
        "published_at",
    )  # fmt: skip
    search_fields = ("title", "merchant__name")
    ordering = "-pk"
    inspect_view_fields = (
        "title", "merchant", "category", "kind", "state", "summary", "description",
        *(name for name, row in FIELDS.items() if row.organizers and row.organizers.is_listed),
        "tags", "published_at", "submitted_at", "review_note",
    )  # fmt: skip


class StoreViewSet(ReadOnly):
    """All merchants."""

    model = Merchant
    index_view_class = StoreIndexView
    name = "desk_stores"
    icon = "group"
    menu_label = "Merchants"
    add_to_admin_menu = True
    menu_order = 93
    list_display = (
        "name", Column("country", accessor=_country, sort_key="country"), "city", "kind", "state",
        "created_at",
    )  # fmt: skip
    list_filter = ("state", "kind", "country")
    list_export = ("name", "slug", "country", "city", "kind", "state", "founded", "created_at")
    search_fields = ("name", "city")
    ordering = "name"
    inspect_view_fields = (
        "name", "country", "city", "kind", "state", "founded", "makers", "tagline", "story",
        "certifications", "dispatch_from", "dispatch_to", "commission_bp", "created_at",
    )  # fmt: skip


VIEWSETS = (ProductViewSet(), StoreViewSet())
