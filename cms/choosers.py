"""Windows in which editors choose products and stores: the public ones, by title or store."""

from typing import Any

from django.db.models import QuerySet
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic.chooser import ChooseResultsView, ChooseView
from wagtail.admin.viewsets.chooser import ChooserViewSet

from shop.catalogue.models import Product
from shop.people.merchants.models import Merchant


class PublicProducts:
    """Offers published products, with their stores."""

    @property
    def columns(self) -> list[Column]:
        """Show the store beside the title: two stores may sell a thing of one name."""
        window: Any = super()  # one of Wagtail's two
        return [*window.columns, Column("store", label="Store", accessor="merchant.name")]

    def get_object_list(self) -> QuerySet[Product]:
        """Return the products that shoppers can see."""
        return Product.objects.public().select_related("merchant").order_by("title", "pk")


class ChooseProduct(PublicProducts, ChooseView):
    """The window in which editors choose a product."""


class ChooseProductResults(PublicProducts, ChooseResultsView):
    """The list in the window after a search."""


class ApprovedStores:
    """Offers the stores that are open."""

    def get_object_list(self) -> QuerySet[Merchant]:
        """Return the stores that shoppers can see."""
        return Merchant.objects.trading().order_by("name", "pk")


class ChooseStore(ApprovedStores, ChooseView):
    """The window in which editors choose a store."""


class ChooseStoreResults(ApprovedStores, ChooseResultsView):
    """The list in the window after a search."""


class ProductChooser(ChooserViewSet):
    """Chooses products."""

    model = Product
    icon = "tag"
    per_page = 20
    choose_one_text = "Choose a product"
    choose_another_text = "Choose another product"
    choose_view_class = ChooseProduct
    choose_results_view_class = ChooseProductResults


class StoreChooser(ChooserViewSet):
    """Chooses stores."""

    model = Merchant
    icon = "group"
    per_page = 20
    choose_one_text = "Choose a store"
    choose_another_text = "Choose another store"
    choose_view_class = ChooseStore
    choose_results_view_class = ChooseStoreResults


product_chooser = ProductChooser("product_chooser")
store_chooser = StoreChooser("store_chooser")
