"""The subjects of failed jobs as organizers know them: name, and the screen that shows it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.urls import reverse
from wagtail.models import Page, Revision

from shop.catalogue.models import Product
from shop.core.jobs.models import FailedJob
from shop.festivals.models import Deal, Festival
from shop.money.payments.models import GatewayEvent, Operation, Payment
from shop.orders.models import Order
from shop.people.merchants.models import Merchant


@dataclass(frozen=True, slots=True)
class FailedJobSubject:
    """The name of the thing that failed, and its screen; no address where it has none."""

    name: str
    url: str = ""


type Found = dict[str, FailedJobSubject]


def shown_of(rows: Sequence[FailedJob]) -> list[tuple[FailedJob, FailedJobSubject]]:
    """Return each failed job with its subject. One statement for each kind of thing."""
    keys: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        keys[row.kind].add(row.key)
    found = {kind: READ[kind](ids) for kind, ids in keys.items() if kind in READ}
    return [(row, found.get(row.kind, {}).get(row.key) or _unknown(row)) for row in rows]


def _unknown(row: FailedJob) -> FailedJobSubject:
    if not row.kind:
        return FailedJobSubject(row.key or "the round itself")
    label, _dot, model = row.kind.partition(".")
    try:
        name = str(apps.get_model(label, model)._meta.verbose_name)
    except LookupError:
        name = model
    return FailedJobSubject(f"{name} {row.key}")


def _named(model: Any, field: str, screen: str) -> Callable[[Iterable[str]], Found]:
    def read(keys: Iterable[str]) -> Found:
        rows = model.objects.filter(pk__in=keys).values_list("pk", field)
        return {
            str(pk): FailedJobSubject(str(name), reverse(screen, args=[pk])) for pk, name in rows
        }

    return read


def _orders(keys: Iterable[str]) -> Found:
    rows = Order.objects.filter(pk__in=keys).only("pk", "placed_at")
    return {
        str(row.pk): FailedJobSubject(row.number, reverse("desk_orders:inspect", args=[row.pk]))
        for row in rows
    }


def _of_order(model: Any, way: str) -> Callable[[Iterable[str]], Found]:
    def read(keys: Iterable[str]) -> Found:
        rows = dict(model.objects.filter(pk__in=keys).values_list("pk", way))
        orders, word = _orders(rows.values()), str(model._meta.verbose_name)
        return {
            str(pk): FailedJobSubject(
                f"{word} of {orders[str(order)].name}", orders[str(order)].url
            )
            for pk, order in rows.items()
        }

    return read


def _deals(keys: Iterable[str]) -> Found:
    deals = Deal.objects.filter(pk__in=keys)
    rows = deals.values_list("pk", "slot__festival", "variant__product__title")
    return {
        str(pk): FailedJobSubject(f"deal of {title}", reverse("desk:deal", args=[festival, pk]))
        for pk, festival, title in rows
    }


def _revisions(keys: Iterable[str]) -> Found:
    """Lead to the page; a revision of anything else has no screen of ours."""
    rows = dict(Revision.page_revisions.filter(pk__in=keys).values_list("pk", "object_id"))
    pages = _pages(rows.values())
    return {str(pk): pages[page] for pk, page in rows.items() if page in pages}


def _messages(keys: Iterable[str]) -> Found:
    rows = GatewayEvent.objects.filter(pk__in=keys).values_list("pk", "gateway_id")
    return {str(pk): FailedJobSubject(f"message {name}") for pk, name in rows}


_pages = _named(Page, "title", "wagtailadmin_pages:edit")
READ: dict[str, Callable[[Iterable[str]], Found]] = {
    "shop.order": _orders,
    "shop.product": _named(Product, "title", "desk_products:inspect"),
    "shop.merchant": _named(Merchant, "name", "desk_stores:inspect"),
    "shop.festival": _named(Festival, "title", "desk:festival"),
    "shop.deal": _deals,
    "shop.payment": _of_order(Payment, "order"),
    "shop.operation": _of_order(Operation, "payment__order"),
    "shop.gatewayevent": _messages,
    "wagtailcore.page": _pages,
    "wagtailcore.revision": _revisions,
}
