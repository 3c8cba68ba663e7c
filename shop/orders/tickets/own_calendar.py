"""A host's dates in their own calendar: a file at an address that nobody can guess."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.core import signing
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from icalendar import Calendar, Event, vDuration, vText

from shop.catalogue.date_plans import guide_of
from shop.catalogue.models import Product, Variant
from shop.core import clock
from shop.core.keys.links import key_of
from shop.core.languages import labelled
from shop.orders.tickets.sessions import session_of
from shop.people.accounts.own_language import neutral_address
from shop.people.merchants.models import Membership
from shop.people.merchants.roles import Right, in_force

SALT = "shop.tickets.own_calendar"
BACK, AHEAD = timedelta(days=31), timedelta(days=400)
REFRESH = timedelta(hours=1)
MOST = 2_000
"""So many dates a calendar has at the most, the earliest first."""


def address_of(membership: Membership) -> str:
    """Return the whole address of a member's calendar; empty where there is none."""
    if membership.calendar_key is None:
        return ""
    signed = signing.Signer(salt=SALT).sign_object([membership.pk, membership.calendar_key.hex])
    return settings.SITE_URL + reverse("own-calendar", args=[signed])


def new_address(membership: Membership) -> None:
    """Give a member an address for their calendar; the one before leads nowhere any more."""
    Membership.objects.filter(pk=membership.pk).update(calendar_key=uuid.uuid4())


def close_address(membership: Membership) -> None:
    """Let the address of a member's calendar lead nowhere, for good."""
    Membership.objects.filter(pk=membership.pk).update(calendar_key=None)


@require_safe
def own_calendar(request: HttpRequest, token: str) -> HttpResponse:
    """Answer with the dates of a store to whoever has the address. Two statements."""
    at = clock.moment_of(request)
    membership = _membership(token, at=at)
    with translation.override(membership.user.language or settings.LANGUAGE_CODE):
        content = dates_of(membership, at=at)
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = 'inline; filename="dates.ics"'
    response.headers["X-Robots-Tag"] = "noindex"
    add_never_cache_headers(response)
    return response


def dates_of(membership: Membership, *, at: datetime) -> bytes:
    """Return the dates of a store as a calendar, of the last month and on (RFC 5545).

    Who comes is not in it: it lies with whoever keeps the calendar. How many, is.
    """
    found = Calendar()
    found.add("prodid", "-//Baobab//Dates//EN")
    found.add("version", "2.0")
    found.add("x-wr-calname", vText(membership.merchant.name))
    found.add("refresh-interval", vDuration(REFRESH), parameters={"value": "DURATION"})
    seen: set[int] = set()
    for variant in _variants(membership, at=at):
        if variant.pool_id not in seen:
            seen.add(variant.pool_id)
            found.add_component(_event(variant, membership, at=at))
    found.add_missing_timezones()
    return found.to_ical()


def _membership(token: str, *, at: datetime) -> Membership:
    found = key_of(token)
    if found is None:
        raise Http404
    pk, key = found  # the key is the secret, whoever signed it
    rows = Membership.objects.filter(in_force(at=at), user__is_active=True)
    rows = rows.select_related("user", "merchant")
    row = rows.filter(pk=pk, calendar_key=key).first()
    if row is None or not row.may(Right.ORDERS):
        raise Http404
    return row


def _variants(membership: Membership, *, at: datetime) -> QuerySet[Variant]:
    rows = Variant.objects.filter(
        product__merchant=membership.merchant_id, product__kind=Product.Kind.EXPERIENCE,
        session_start__gt=at - BACK, session_start__lt=at + AHEAD,
    )  # fmt: skip
    rows = rows.select_related("product", "pool__plan__guide__user").order_by("session_start", "pk")
    return rows[:MOST]


def _event(variant: Variant, membership: Membership, *, at: datetime) -> Event:
    session = session_of(variant, membership.merchant.name)
    pool = variant.pool
    where = neutral_address("workspace-session", membership.merchant.slug, pool.pk)
    booked = _("%(booked)s of %(seats)s seats booked") % {
        "booked": pool.sold, "seats": pool.on_hand,
    }  # fmt: skip
    guide = guide_of(pool)
    event = Event()
    event.add("uid", f"date-{pool.pk}@{membership.merchant.slug}")
    event.add("dtstamp", at)
    event.add("dtstart", session.starts)
    event.add("dtend", session.ends)
    event.add("summary", vText(f"{session.title} ({pool.sold}/{pool.on_hand})"))
    event.add("location", vText(session.meeting_point))
    event.add(
        "description",
        vText("\n".join(filter(None, (booked, guide and labelled(_("Guide"), guide))))),
    )
    event.add("url", where)
    if variant.cancelled_at:
        event.add("status", "CANCELLED")
    return event
