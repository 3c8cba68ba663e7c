"""The page for strangers: who may be tried out, where mail comes, what happens to all that."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from shop.core.demonstration import mailbox
from shop.core.demonstration.resets import is_public

WORK = {
    "shopper": _("Buys, and has two paid orders"),
    "merchant": _("Owns a store in Kenya, with parcels to send"),
    "packer": _("Packs for the same store, and sees no money"),
    "host": _("Takes guests out in Kenya, with dates to come"),
    "organizer": _("Plans and runs festivals"),
    "second organizer": _("Checks refunds and payouts that another organizer made"),
    "reviewer": _("Decides on nominations and new products"),
    "merchandiser": _("Writes pages and chooses pictures"),
    "analyst": _("Reads everything, changes nothing"),
}


@never_cache
@require_safe
def demonstration(request: HttpRequest) -> HttpResponse:
    """Show the accounts that may be used, and the mailbox of this browser."""
    if not is_public():
        raise Http404
    token = mailbox.token_of(request)
    accounts = import_string(settings.DEMO_ACCOUNTS)
    shown = [(account, WORK.get(account.role, "")) for account in accounts]
    facts = {"accounts": shown, "mailbox": mailbox.address_of(token)}
    response = render(request, "shop/core/demonstration.html", facts)
    mailbox.keep(response, token)
    return response
