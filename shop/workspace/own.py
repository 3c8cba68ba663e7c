"""What belongs to the signed-in member. Every query of the workspace starts here."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.views import redirect_to_login
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import add_never_cache_headers

from shop.accounts.models import User
from shop.merchants.models import Merchant
from shop.orders.models import Order, Suborder


def members_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let a view answer members of a merchant only, with ``request.merchants`` set.

    Somebody not signed in is asked to sign in; somebody signed in without a merchant gets 404,
    since a page that is not theirs does not exist for them.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        request.merchants = list(merchants_of(request.user))
        if not request.merchants:
            raise Http404
        response = view(request, *args, **kwargs)
        add_never_cache_headers(response)
        return response

    return guarded


def merchants_of(user: User) -> QuerySet[Merchant]:
    """Return the merchants for whom the user acts."""
    return Merchant.objects.filter(memberships__user=user).order_by("name")


def suborders_of(user: User) -> QuerySet[Suborder]:
    """Return the paid suborders of the user's merchants, never anybody else's part of an order."""
    return (
        Suborder.objects.filter(merchant__memberships__user=user, order__state=Order.State.PAID)
        .select_related("order__contact", "merchant")
        .order_by("-pk")
    )
