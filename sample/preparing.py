"""What organizers prepared for festivals: terms, a sponsor, codes for guests, wishes, places."""

from __future__ import annotations

from functools import cache
from typing import Any

import yaml
from django.db import transaction

from sample.doors import settled
from sample.edition import APPROVED, Edition
from sample.names import benefit_titles
from sample.reading import HERE
from sample.sheets import cents, naming
from shop.catalogue.models import Category
from shop.festivals.models import Festival, Fund, ProductRequest, Promotion, Terms
from shop.festivals.nominations import wishes
from shop.festivals.pricing.benefit_kinds import AmountOff
from shop.festivals.promotions import code_batches, manage
from shop.money.ledger.at_the_bank import note_paid_in, note_sponsor_paid
from shop.people.accounts.models import User

FILE = HERE / "organizing.yaml"
WISHED = -6  # days from loading
PAID_IN = 25_000_00
"""What the organizer pays in for the discounts that he gives in a festival, minor units."""


def rules_of(slug: str) -> dict[str, Any]:
    """Return the places of a festival as its row keeps them."""
    places = _sheet()["festivals"].get(slug, {}).get("places", {})
    return {"max_stores": places.get("stores"), "max_stores_per_country": places.get("country")}


def provide_terms(edition: Edition, festival: Festival, days: int) -> None:
    """Write the terms that stores accept, before any of them joins."""
    Terms.objects.create(
        festival=festival,
        version=festival.terms_version,
        text=_sheet()["terms"].strip(),
        at=edition.at(days),
    )


@transaction.atomic
def prepare(edition: Edition, *, by: User) -> int:
    """Make what is missing of sponsors, codes and wishes; return how much was made."""
    made = 0
    for slug, plan in _sheet()["festivals"].items():
        festival = Festival.objects.get(slug=slug)
        if not festival.funds.exists() and "sponsor" in plan:
            made += _sponsor(edition, festival, plan, by=by)
        if not festival.wanted.exists():
            made += _wish(edition, festival, plan.get("wanted", ()), by=by)
    return made


@cache
def _sheet() -> dict[str, Any]:
    with naming(FILE.name):
        return yaml.safe_load(settled(FILE.read_text(encoding="utf-8")))


def _sponsor(edition: Edition, festival: Festival, plan: dict[str, Any], *, by: User) -> int:
    sponsor = plan["sponsor"]
    fund = Fund.objects.create(
        festival=festival, sponsor=sponsor["name"], amount=cents(sponsor["gives"])
    )
    _pay_in(edition, fund, by=by)
    if guests := plan.get("guests"):
        _invite_guests(edition, fund, guests, by=by)
    return 1


def _pay_in(edition: Edition, fund: Fund, *, by: User) -> None:
    """Let sponsor and organizer pay in what they give, so that the books are covered."""
    at, name = edition.at(APPROVED, 12), f"{fund.festival.slug}"[:28]
    note_sponsor_paid(fund.pk, fund.amount, bank_reference=f"SPONSOR {name}", at=at, by=by)
    note_paid_in(PAID_IN, bank_reference=f"DISCOUNTS {name}", at=at, by=by)


def _invite_guests(edition: Edition, fund: Fund, guests: dict[str, Any], *, by: User) -> None:
    at = edition.at(APPROVED, 12)
    sums = {name: cents(guests[name]) for name in ("value", "min_spend")}
    title, titles = benefit_titles("guests", **sums)
    promotion = manage.save_draft(
        Promotion(
            festival=fund.festival,
            title=title,
            titles=titles,
            group=Promotion.Group.VOUCHER,
            kind=AmountOff.code,
            trigger=Promotion.Trigger.CODE,
            **sums,
            budget=cents(guests["budget"]),
            organizer_share=100,
            fund=fund,
            use_from=fund.festival.starts_at,
            use_to=fund.festival.ends_at,
        ),
        at=at,
        by=by,
    )
    manage.activate(promotion, at=at, by=by)
    code_batches.make_codes(promotion, guests["codes"], guests["label"], at=at, by=by)


def _wish(edition: Edition, festival: Festival, rows: list[dict[str, Any]], *, by: User) -> int:
    slots = {slot.label: slot for slot in festival.slots.all()}
    for row in rows:
        wish = ProductRequest(
            festival=festival,
            category=Category.objects.get(path=row["category"]),
            country=row.get("country", ""),
            slot=slots.get(row.get("slot", "")),
            percent=row["percent"],
            note=row["note"],
        )
        wishes.want(wish, at=edition.at(WISHED, 9), by=by)
    return len(rows)
