"""Somebody looks at the shop as it is at another instant."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.cache import caches
from django.db import connection
from django.http import HttpResponse
from django.test import Client

from shop.catalogue.models import Variant
from shop.core import clock
from shop.festivals.models import Festival
from shop.storefront.models import PreviewLink
from shop.storefront.previews.access import COOKIE, key_of, open_for_staff, share
from shop.storefront.previews.preview import Preview
from tests.cms.dashboard.people import organizer


def looking(festival: Festival, at: datetime, *, user: Any = None, **facts: Any) -> Client:
    """Return the browser of a member of staff who has opened a preview."""
    client = Client()
    who = user or organizer()
    client.force_login(who)
    response = HttpResponse()
    preview = Preview(at=at, festival_id=festival.pk, **facts)
    open_for_staff(response, preview, who, at=clock.now())
    client.cookies[COOKIE] = response.cookies[COOKIE].value
    return client


def shared(festival: Festival, at: datetime, *, hours: int = 72, **facts: Any) -> PreviewLink:
    """Return a shared preview, made now."""
    link = PreviewLink(festival=festival, at=at, shared_with="Ministry of Trade", **facts)
    return share(link, hours=hours, at=clock.now(), by=organizer())


def following(link: PreviewLink) -> Client:
    """Return the browser of somebody who opened a shared address."""
    client = Client()
    client.get(f"/preview/{key_of(link)}/")
    return client


def product(client: Client, variant: Variant) -> HttpResponse:
    """Return the page of a variant's product."""
    return client.get(f"/products/{variant.product.slug}/")


def post(client: Client, path: str, **data: str) -> HttpResponse:
    """Return the answer to what a page of the shop sends."""
    return client.post(path, data, headers={"Sec-Fetch-Site": "same-origin"})


def rows() -> dict[str, int]:
    """Return how many rows each table of the shop has ever taken or lost, and their text."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
        )
        names = [name for (name,) in cursor.fetchall()]
        found = {}
        for name in names:
            cursor.execute(f"SELECT count(*), md5(string_agg(t::text, '|')) FROM \"{name}\" t")  # noqa: S608
            found[name] = cursor.fetchone()
    return found


def kept_pages() -> list[str]:
    """Return the keys of what the caches of this process hold."""
    return sorted(key for name in ("default", "searches") for key in caches[name]._cache)
