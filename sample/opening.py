"""Opens the flagship festival: its copy, its slots and its promotions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from sample.edition import (
    ENROLMENT_CLOSES,
    ENROLMENT_OPENS,
    Edition,
)
from sample.plans import PromotionPlan
from sample.preparing import provide_terms
from sample.sheets import LANGUAGES, FestivalTexts
from shop.festivals.models import Festival, Promotion, Slot
from shop.festivals.pricing.benefit_form import COLUMNS

TERMS_VERSION = "1"
WALL = "%Y-%m-%d %H:%M"


@transaction.atomic
def open_festival(edition: Edition) -> tuple[Festival, bool]:
    """Return the flagship festival and whether it was made just now, with slots and promotions."""
    sheet, rules = edition.festival, edition.plan.rules
    if known := Festival.objects.filter(slug=sheet.slug).first():
        return known, False
    starts_at, ends_at = sheet.window(edition.loaded_on)
    festival = Festival.objects.create(
        slug=sheet.slug,
        title=sheet.texts["en"].title,
        texts={LANGUAGES[ours]: words(texts) for ours, texts in sheet.texts.items()},
        state=Festival.State.PUBLISHED,
        zone=sheet.zone,
        starts_at=starts_at,
        ends_at=ends_at,
        starts_wall=f"{starts_at:{WALL}}",
        ends_wall=f"{ends_at:{WALL}}",
        enrol_opens=edition.at(ENROLMENT_OPENS),
        enrol_closes=edition.at(ENROLMENT_CLOSES),
        priority=sheet.priority,
        min_percent_off=rules.min_percent_off,
        min_allotment=rules.min_allotment,
        must_beat_prior_price=rules.must_beat_prior_price,
        terms_version=TERMS_VERSION,
    )
    provide_terms(edition, festival, ENROLMENT_OPENS)
    _write_slots(edition, festival)
    Promotion.objects.bulk_create(
        _promotion(edition, festival, plan) for plan in edition.plan.promotions
    )
    return festival, True


def slots_by_key(edition: Edition, festival: Festival) -> Mapping[str, Slot]:
    """Return the festival's slots by their keys in the plan."""
    known = {(slot.kind, slot.starts_at): slot for slot in festival.slots.all()}
    return {
        plan.key: known[plan.kind, plan.window(edition.loaded_on)[0]] for plan in edition.plan.slots
    }


def words(texts: FestivalTexts) -> dict[str, object]:
    """Return the copy of a festival in one language, as its row keeps it."""
    return {
        "title": texts.title,
        "tagline": texts.tagline,
        "intro": texts.intro,
        "cta": dict(texts.calls),
        "headings": {
            block: {"title": heading.title, "text": heading.text}
            for block, heading in texts.headings.items()
        },
    }


def _write_slots(edition: Edition, festival: Festival) -> None:
    rows = []
    for plan in edition.plan.slots:
        starts_at, ends_at = plan.window(edition.loaded_on)
        rows.append(
            Slot(
                festival=festival,
                kind=plan.kind,
                label=plan.label,
                names=dict(plan.names),
                starts_at=starts_at,
                ends_at=ends_at,
                hold_minutes=plan.hold_minutes,
            )
        )
    Slot.objects.bulk_create(rows)


def _promotion(edition: Edition, festival: Festival, plan: PromotionPlan) -> Promotion:
    use_from, use_to = (edition.at(day) for day in plan.use_days)
    return Promotion(
        festival=festival,
        title=plan.title,
        titles=dict(plan.titles),
        group=plan.group,
        kind=plan.kind,
        trigger=plan.trigger,
        state=Promotion.State.ACTIVE,
        code=plan.code,
        **{column: getattr(plan, column) for column in COLUMNS},
        organizer_share=plan.organizer_share,
        max_claims=plan.max_claims,
        max_uses=plan.max_uses,
        per_shopper=plan.per_shopper,
        budget=plan.budget,
        use_from=use_from,
        use_to=use_to,
        **_claim_window(edition, plan),
    )


def _claim_window(edition: Edition, plan: PromotionPlan) -> dict[str, datetime]:
    if plan.claim_days is None:
        return {}
    first, last = plan.claim_days
    return {"claim_from": edition.at(first), "claim_to": edition.at(last)}
