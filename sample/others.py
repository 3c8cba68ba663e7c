"""The other festivals of the sample: one that is over, one that enrols, and weeks of tourism."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from zlib import crc32

from django.db import transaction
from django.utils.text import slugify

from sample.edition import Edition
from sample.names import slot_names
from sample.opening import TERMS_VERSION, words
from sample.preparing import provide_terms, rules_of
from sample.sheets import LANGUAGES, FestivalSheet, ProductSheet, moment_in
from shop.catalogue.models import Product
from shop.festivals.local_time import typed, wall_of
from shop.festivals.models import Enrolment, Festival, Nomination, Participation, Slot
from shop.festivals.nominations import approve
from shop.festivals.pricing.kinds import Percent
from shop.people.accounts.models import User
from shop.people.merchants.models import Merchant

PERCENTS = (15, 20, 12, 25, 18, 30)
ENDED, COMING = "ended", "upcoming"
ASKS = "Could you give four units more? The evening sells quickly."


@dataclass(frozen=True, slots=True)
class Times:
    """Days from loading on which stores joined, nominated, and were decided on."""

    enrol_opens: int
    enrol_closes: int
    joined: int
    nominated: int
    decided: int


def times_of(sheet: FestivalSheet) -> Times:
    """Return when what happened around a festival: long before an ended one, lately otherwise."""
    if sheet.phase == ENDED:
        start = sheet.starts_in_days
        return Times(start - 20, start - 4, start - 12, start - 8, start - 3)
    return Times(-14, sheet.starts_in_days - 2, -9, -4, -2)


@transaction.atomic
def open_others(edition: Edition) -> list[Festival]:
    """Make the other festivals with their slots, unless they are there."""
    made = []
    for sheet in edition.others:
        if not Festival.objects.filter(slug=sheet.slug).exists():
            made.append(_open(edition, sheet))
    return made


@transaction.atomic
def join(edition: Edition, products: Sequence[Product], phase: str, *, by: User) -> None:
    """Let stores take part in the festivals of a phase with their products that fit.

    What is over comes first and before anything later: prices of the past never change.
    """
    sheets = {slugify(sheet.title): sheet for _, sheet in edition.products()}
    for festival_sheet in edition.others:
        if (festival_sheet.phase == ENDED) != (phase == ENDED):
            continue
        fit = [product for product in products if _fits(sheets[product.slug], festival_sheet)]
        if fit:
            festival = Festival.objects.get(slug=festival_sheet.slug)
            _join(edition, festival, festival_sheet, fit, by=by)


def _open(edition: Edition, sheet: FestivalSheet) -> Festival:
    when = times_of(sheet)
    starts_at, ends_at = sheet.window(edition.loaded_on)
    opens = moment_in(sheet.zone, edition.loaded_on, when.enrol_opens)
    closes = moment_in(sheet.zone, edition.loaded_on, when.enrol_closes)
    festival = Festival.objects.create(
        slug=sheet.slug,
        title=sheet.texts["en"].title,
        texts={LANGUAGES[ours]: words(texts) for ours, texts in sheet.texts.items()},
        state=Festival.State.PUBLISHED,
        zone=sheet.zone,
        starts_at=starts_at,
        ends_at=ends_at,
        enrol_opens=opens,
        enrol_closes=closes,
        priority=sheet.priority,
        min_percent_off=10,
        must_beat_prior_price=False,
        terms_version=TERMS_VERSION,
        target_stores=30,
        target_products=120,
        target_countries=12,
        **rules_of(sheet.slug),
        **_walls(sheet.zone, starts=starts_at, ends=ends_at),
        enrol_opens_wall=typed(wall_of(opens, sheet.zone)),
        enrol_closes_wall=typed(wall_of(closes, sheet.zone)),
    )
    provide_terms(edition, festival, when.enrol_opens)
    Slot.objects.bulk_create(_slots(edition, festival, sheet))
    return festival


def _slots(edition: Edition, festival: Festival, sheet: FestivalSheet) -> Iterator[Slot]:
    whole = {"starts": festival.starts_at, "ends": festival.ends_at}
    yield _slot(festival, "whole", "Whole festival", whole)
    if sheet.phase != COMING or "experiences" in "".join(sheet.categories):
        return
    for label, day in (("Opening evening", sheet.starts_in_days),
                       ("Last evening", sheet.ends_in_days - 1)):  # fmt: skip
        times = {
            "starts": moment_in(sheet.zone, edition.loaded_on, day, 18),
            "ends": moment_in(sheet.zone, edition.loaded_on, day, 22),
        }
        yield _slot(festival, "flash", label, times)


def _slot(festival: Festival, kind: str, label: str, times: dict[str, datetime]) -> Slot:
    return Slot(
        festival=festival,
        kind=kind,
        label=label,
        names=slot_names(label),
        starts_at=times["starts"],
        ends_at=times["ends"],
        max_nominations=8 if kind == "flash" else None,
        hold_minutes=10 if kind == "flash" else None,
        **_walls(festival.zone, **times),
    )


def _walls(zone: str, **instants: datetime) -> dict[str, str]:
    return {f"{name}_wall": typed(wall_of(at, zone)) for name, at in instants.items()}


def _fits(product: ProductSheet, festival: FestivalSheet) -> bool:
    return not festival.categories or product.category in festival.categories


def _join(
    edition: Edition,
    festival: Festival,
    sheet: FestivalSheet,
    products: Sequence[Product],
    *,
    by: User,
) -> None:
    enrolments = {
        row.merchant_id: row
        for row in Enrolment.objects.bulk_create(
            _enrolment(edition, festival, sheet, merchant)
            for merchant in {product.merchant_id: product.merchant for product in products}.values()
        )
    }
    taking = [
        product
        for product in products
        if enrolments[product.merchant_id].state == Enrolment.State.ACCEPTED
    ]
    Participation.objects.bulk_create(
        Participation(festival=festival, product=product) for product in taking
    )
    when, whole = times_of(sheet), festival.slots.get(kind="whole")
    nominations = Nomination.objects.bulk_create(
        _nomination(edition, whole, product, enrolments[product.merchant_id], when)
        for product in taking
        if _turn(product.slug) % 3 != 2  # those take part at their ordinary price
    )
    decided = edition.at(when.decided, 11)
    approved = [
        row for row in nominations if sheet.phase == ENDED or _turn(row.product.slug) % 4 < 2
    ]
    approve.approve_together(approved, at=decided, by=by)
    if sheet.phase != ENDED:
        _ask([row for row in nominations if _turn(row.product.slug) % 8 == 2], decided, by)


def _nomination(
    edition: Edition, slot: Slot, product: Product, enrolment: Enrolment, when: Times
) -> Nomination:
    return Nomination(
        slot=slot,
        product=product,
        enrolment=enrolment,
        state=Nomination.State.SUBMITTED,
        rule=Percent.code,
        percent=PERCENTS[_turn(product.slug) % len(PERCENTS)],
        submitted_at=edition.at(when.nominated, 9),
    )


def _ask(nominations: Sequence[Nomination], at: datetime, by: User) -> None:
    Nomination.objects.filter(pk__in=[row.pk for row in nominations]).update(
        state=Nomination.State.CHANGES_REQUESTED, note=ASKS, reviewer=by, decided_at=at
    )


def _enrolment(
    edition: Edition, festival: Festival, sheet: FestivalSheet, merchant: Merchant
) -> Enrolment:
    """Return a store's part; of a festival to come some have yet to answer or to be answered."""
    state = Enrolment.State.ACCEPTED
    if sheet.phase != ENDED:
        state = {0: Enrolment.State.INVITED, 1: Enrolment.State.APPLIED}.get(
            _turn(merchant.slug) % 6, state
        )
    has_terms = state != Enrolment.State.INVITED
    joined = edition.at(times_of(sheet).joined, 10)
    return Enrolment(
        festival=festival,
        merchant=merchant,
        state=state,
        terms_version=festival.terms_version if has_terms else "",
        commission_bp=festival.commission_bp,
        accepted_at=joined if state == Enrolment.State.ACCEPTED else None,
    )


def _turn(name: str) -> int:
    """Return a number that is always the same for a name."""
    return crc32(name.encode())
