"""Oscar's list fed by one statement: what it would cost with a search that costs nothing.

So that Whoosh is not taken for oscar's templates and models.
"""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.views.generic import ListView
from oscar.core.loading import get_model

Product = get_model("catalogue", "Product")


@dataclass(frozen=True, slots=True)
class Hit:
    """What oscar's template expects of something found."""

    object: Any


class ListedByStatement(ListView):
    """Oscar's page of all products."""

    template_name = "oscar/catalogue/browse.html"
    context_object_name = "products"
    paginate_by = 24

    def get_queryset(self) -> QuerySet:
        """Return the products with what a card of theirs shows."""
        return Product.objects.browsable().base_queryset().order_by("-date_created", "-pk")

    def get_context_data(self, **given: Any) -> dict[str, Any]:
        """Return what the template asks for."""
        context = super().get_context_data(**given)
        hits = [Hit(product) for product in context["products"]]
        return context | {"summary": "All products", "page": context["page_obj"], "products": hits}
