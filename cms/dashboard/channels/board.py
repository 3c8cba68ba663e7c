"""The board of channels: how many products are fit for each, which lack what, and the addresses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods

from cms.dashboard.permissions import may, needs
from cms.dashboard.screens import show
from cms.dashboard.tables import Column, HeadColumn, NumberColumn, Table, link
from shop.core import clock
from shop.core.forms.numbers import number_of
from shop.festivals.models import Festival
from shop.people.accounts.requests import SignedIn
from shop.people.merchants.models import Merchant
from shop.storefront.feeds.addresses import (
    PROGRAMME,
    FeedAddress,
    FeedScope,
    addresses_of,
    close_address,
    feeds_of,
    new_address,
)
from shop.storefront.feeds.demands import Fitness, fitness
from shop.storefront.feeds.models import Feed

MOST_FESTIVALS = 20


class BoardForm(forms.Form):
    """Of which store, and in which language; without an answer all, in the shop's."""

    store = forms.ModelChoiceField(
        Merchant.objects.trading().order_by("name"), required=False, empty_label="All stores"
    )
    language = forms.ChoiceField(choices=settings.LANGUAGES, required=False)


@dataclass(frozen=True, slots=True)
class ScopeShown:
    """Whose address it is, in words and as a form names it, and the address, if there is one."""

    title: str
    name: str
    feed: Feed | None
    addresses: list[FeedAddress]


@require_http_methods(["GET", "HEAD", "POST"])
@needs("view_product", to_post="change_festival")
def board(request: SignedIn) -> HttpResponse:
    """Show how fit the products are, and keep the addresses of the programme and its festivals."""
    at = clock.moment_of(request)
    if request.method == "POST":
        return _keep(request, at=at)
    form = BoardForm(request.GET)
    told: dict[str, Any] = form.cleaned_data if form.is_valid() else {}
    store, language = told.get("store"), told.get("language") or settings.LANGUAGE_CODE
    count, found = fitness(FeedScope(store).products(), language, at=at)
    query = {"language": language} | ({"store": store.pk} if store else {})
    return show(
        request, "channels.html", "Channels", icon="site", form=form, count=count,
        channels=[(one, _table(one, query)) for one in found], scopes=_scopes(at=at),
        may_keep=may(request.user, "change_festival"),
    )  # fmt: skip


def _keep(request: SignedIn, *, at: datetime) -> HttpResponse:
    """Make an address, make another one in its place, or close it."""
    scope = _scope(request.POST.get("of", ""), at=at)
    if request.POST.get("do") == "close":
        close_address(scope, at=at, by=request.user)
        messages.success(request, "The addresses are closed: they lead nowhere any more.")
    else:
        new_address(scope, at=at, by=request.user)
        messages.success(request, "The addresses are made. Those before lead nowhere any more.")
    return redirect("desk:channels")


def _scope(name: str, *, at: datetime) -> FeedScope:
    """Return what a form names: the programme, or a festival that is public."""
    if name == "programme":
        return PROGRAMME
    pk = number_of(name)
    festival = _festivals(at=at).filter(pk=pk).first() if pk else None
    if festival is None:
        raise Http404
    return FeedScope(festival=festival)


def _festivals(*, at: datetime) -> Any:
    rows = Festival.objects.filter(state=Festival.State.PUBLISHED, ends_at__gt=at)
    return rows.order_by("starts_at", "pk")


def _scopes(*, at: datetime) -> list[ScopeShown]:
    """Return the programme and the festivals that are public, with their addresses."""
    festivals = list(_festivals(at=at)[:MOST_FESTIVALS])
    known = feeds_of(festivals)
    named = [("programme", "The whole programme", known.get(None))]
    named += [(str(row.pk), row.title, known.get(row.pk)) for row in festivals]
    return [ScopeShown(title, name, feed, addresses_of(feed)) for name, title, feed in named]


def _table(one: Fitness, query: dict[str, Any]) -> Table:
    def words(row: tuple[str, Any, int]) -> SafeString:
        where = urlencode({**query, "channel": one.channel.code, "lacks": row[0]})
        return link(row[1], f"{reverse('desk:channel-products')}?{where}")

    columns: list[Column] = [
        HeadColumn("What products lack", words), NumberColumn("Products", lambda row: row[2]),
    ]  # fmt: skip
    return Table(one.channel.name, columns, one.lacking, none="Nothing is lacking.")
