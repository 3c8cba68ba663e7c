"""The report of a festival: its sales by store, product, country and payer, and its reach.

All of it is plain data, so that the copy that is frozen at the closing is shown by the same pages.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection
from django.db.models import Count, F, Func, JSONField, Q, Sum

from shop.catalogue.delivery.names import country_name
from shop.catalogue.models import Product
from shop.festivals.models import Deal, Enrolment, Festival, Fund, Participation
from shop.reports.models import FinalReport, Tally

type Figures = dict[str, Any]

Kind = Tally.Kind
NAMED = f"""
SELECT t.kind, t.key, coalesce(m.name, p.title, s.label, v.title, f.sponsor, ''),
  coalesce(m.country, store.country, ''), coalesce(store.name, ''), coalesce(v.code, ''),
  coalesce(v."group", '') = 'shipping', {", ".join(f"t.{name}" for name in Tally.FIGURES)}
FROM shop_tally t
LEFT JOIN shop_merchant m ON m.id = CASE WHEN t.kind = 'merchant' THEN t.key::bigint END
LEFT JOIN shop_product p ON p.id = CASE WHEN t.kind = 'product' THEN t.key::bigint END
LEFT JOIN shop_merchant store ON store.id = p.merchant_id
LEFT JOIN shop_slot s ON s.id = CASE WHEN t.kind = 'slot' THEN nullif(t.key, '')::bigint END
LEFT JOIN shop_promotion v ON v.id = CASE WHEN t.kind = 'promotion' THEN t.key::bigint END
LEFT JOIN shop_fund f ON f.id = CASE WHEN t.kind = 'fund' THEN t.key::bigint END
WHERE t.festival_id = %s AND t.kind <> 'deal' ORDER BY t.kind, t.paid DESC, t.key
"""  # noqa: S608 (columns of our own)
# They are kept beside the figures, are long, and are read one at a time.
WITHOUT_STATEMENTS = Func(
    F("figures"), template="%(expressions)s - 'statements'", output_field=JSONField()
)
WITHOUT_DEAL = "Without a deal of a slot"
BY_DAY = ("orders", "units", "paid", "refunded")
PAYERS = ("by_merchant", "by_organizer", "by_funds")
KINDS = {
    "countries": Kind.COUNTRY, "merchants": Kind.MERCHANT, "products": Kind.PRODUCT,
    "slots": Kind.SLOT, "promotions": Kind.PROMOTION,
}  # fmt: skip


def report(festival: Festival, *, at: datetime) -> Figures:
    """Return the figures: the frozen ones of a closed festival, else those of this moment."""
    finals = FinalReport.objects.filter(festival=festival)
    final = finals.values_list(WITHOUT_STATEMENTS, flat=True).first()
    return final or figures(festival, at=at)


def figures(festival: Festival, *, at: datetime) -> Figures:
    """Return the figures as the tallies stand, ready to be kept as JSON. Five statements."""
    by_kind = _tallies(festival)
    stores, products = _stores(festival), _products(festival)
    aside = _set_aside(festival)
    tables = {name: by_kind[kind] for name, kind in KINDS.items()}
    _name_countries(tables["countries"])
    _name_rest(tables["slots"])
    _add_sell_through(tables["products"], aside["variant__product_id"])
    _add_sell_through(tables["slots"], aside["slot_id"])
    countries = sorted({store["country"] for store in stores})
    return {
        "as_of": at.isoformat(),
        "currency": settings.SHOP_CURRENCY,
        "title": festival.title,
        "starts_at": festival.starts_at.isoformat(),
        "ends_at": festival.ends_at.isoformat(),
        "zone": festival.zone,
        "total": next(iter(by_kind[Kind.TOTAL]), _nothing()),
        "delivery": _on_delivery(tables["promotions"]),
        **tables,
        "funds": _funds(festival, by_kind[Kind.FUND]),
        "days": _days(by_kind[Kind.MINUTE], ZoneInfo(festival.zone)),
        "targets": [
            ["Stores", len(stores), festival.target_stores],
            ["Products", len(products), festival.target_products],
            ["Countries", len(countries), festival.target_countries],
        ],
        "evidence": {
            "stores": stores,
            "products": products,
            "countries": [_country(code, stores, products) for code in countries],
        },
    }


def _nothing() -> Figures:
    return {"key": "", "name": "", **dict.fromkeys(Tally.FIGURES, 0)}


def _tallies(festival: Festival) -> dict[str, list[Figures]]:
    found: dict[str, list[Figures]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(NAMED, [festival.pk])
        for kind, key, name, country, store, code, is_delivery, *rest in cursor.fetchall():
            row = {"key": key, "name": name, "country": country, "store": store, "code": code,
                   "is_delivery": is_delivery}  # fmt: skip
            found[kind].append(row | dict(zip(Tally.FIGURES, rest, strict=True)))
    return found


def _name_countries(rows: Iterable[Figures]) -> None:
    for row in rows:
        row["name"] = country_name(row["key"], "en")


def _name_rest(slots: Iterable[Figures]) -> None:
    for row in slots:
        row["name"] = row["name"] or WITHOUT_DEAL


def _on_delivery(promotions: Iterable[Figures]) -> Figures:
    """Return the part of the discounts that was given on delivery."""
    own = [row for row in promotions if row["is_delivery"]]
    return {"name": "Of it on delivery", **dict.fromkeys(Tally.FIGURES),
            **{name: sum(row[name] for row in own) for name in PAYERS}}  # fmt: skip


def _set_aside(festival: Festival) -> dict[str, dict[str, tuple[int, int]]]:
    """Return the units set aside and those sold of them, by product and by slot."""
    deals = Deal.objects.filter(slot__festival=festival, allotment__isnull=False)
    rows = deals.exclude(state=Deal.State.WITHDRAWN).values_list("variant__product_id", "slot_id")
    found: dict[str, dict[str, tuple[int, int]]] = {"variant__product_id": {}, "slot_id": {}}
    for product, slot, aside, sold in rows.annotate(aside=Sum("allotment"), gone=Sum("sold")):
        for name, key in (("variant__product_id", product), ("slot_id", slot)):
            before = found[name].get(str(key), (0, 0))
            found[name][str(key)] = (before[0] + aside, before[1] + sold)
    return found


def _add_sell_through(rows: Iterable[Figures], aside: dict[str, tuple[int, int]]) -> None:
    """Say how much of a hundred units that were set aside is sold; None where none were."""
    for row in rows:
        units, sold = aside.get(row["key"], (0, 0))
        row["set_aside"] = units
        row["sell_through"] = sold * 100 // units if units else None


def _funds(festival: Festival, tallied: list[Figures]) -> list[Figures]:
    drawn = {row["key"]: row["by_funds"] for row in tallied}
    rows = Fund.objects.filter(festival=festival).order_by("-amount", "pk")
    return [
        {"key": str(fund.pk), "name": fund.sponsor, "amount": fund.amount,
         "committed": fund.committed, "drawn": drawn.get(str(fund.pk), 0)}
        for fund in rows
    ]  # fmt: skip


def _days(minutes: Iterable[Figures], zone: ZoneInfo) -> list[Figures]:
    """Return days as they are in the festival's zone, from minutes in UTC."""
    days: dict[str, Figures] = {}
    for row in minutes:
        name = Tally.instant_of(row["key"]).astimezone(zone).date().isoformat()
        day = days.setdefault(name, {"name": name, **dict.fromkeys(BY_DAY, 0)})
        for figure in BY_DAY:
            day[figure] += row[figure]
    return [days[name] for name in sorted(days)]


def _stores(festival: Festival) -> list[Figures]:
    own = Q(merchant__products__participations__festival=festival)
    found = Enrolment.objects.filter(festival=festival, state=Enrolment.State.ACCEPTED)
    rows = found.annotate(n=Count("merchant__products", own, distinct=True))
    names = rows.order_by("merchant__name").values_list("merchant__name", "merchant__country", "n")
    return [
        {"name": name, "country": code, "where": country_name(code, "en"), "products": count}
        for name, code, count in names
    ]


def _products(festival: Festival) -> list[Figures]:
    # Those of a store that was suspended since took part as its others did.
    rows = Participation.objects.filter(
        festival=festival, product__state=Product.State.PUBLISHED
    ).order_by("product__merchant__name", "product__title")
    names = rows.values_list("product__title", "product__merchant__name",
                             "product__merchant__country")  # fmt: skip
    return [{"name": title, "store": store, "country": code} for title, store, code in names]


def _country(code: str, stores: Iterable[Figures], products: Iterable[Figures]) -> Figures:
    return {
        "key": code,
        "name": country_name(code, "en"),
        "stores": sum(store["country"] == code for store in stores),
        "products": sum(product["country"] == code for product in products),
    }
