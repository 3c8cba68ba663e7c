"""What the search of the admin's side bar finds besides pages, each for those who may see it."""

from __future__ import annotations

from django.urls import reverse
from wagtail.admin.search import SearchArea

from cms.dashboard.permissions import may
from shop.people.accounts.requests import SignedIn


class Area(SearchArea):
    """A search for those who have a permission."""

    def __init__(self, label: str, screen: str, permission: str, icon: str, order: int) -> None:
        super().__init__(label, reverse(screen), name=screen, icon_name=icon, order=order)
        self.permission = permission

    def is_shown(self, request: SignedIn) -> bool:
        """Tell whether the person may search there."""
        return may(request.user, self.permission)


# The side bar searches the first. Beside its results it offers the others and pages (100).
AREAS = (
    ("Orders", "desk_orders:index", "view_order", "list-ul", 10),
    ("Products", "desk_products:index", "view_product", "tag", 20),
    ("Merchants", "desk_stores:index", "view_merchant", "group", 30),
    ("Festivals", "desk:festivals", "view_festival", "calendar-alt", 40),
)
