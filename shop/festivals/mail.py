"""Mail to merchants about festivals. Tasks take ids, may run twice, and read everything anew."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import cast
from zoneinfo import ZoneInfo

from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import get_language

from shop.core import dates
from shop.core.languages import beside, percent
from shop.festivals.models import ChangeLog, Enrolment, Festival, Nomination, Slot
from shop.festivals.schedule.effect import unagreed
from shop.festivals.words import festival_title
from shop.people.accounts.models import User
from shop.people.accounts.own_language import neutral_address
from shop.people.merchants.models import Membership, Merchant
from shop.people.merchants.notifications import StoreMail, tell, tell_stores, to_members
from shop.people.merchants.roles import Right

DECISIONS: dict[str, str] = {
    Nomination.State.APPROVED: "nomination-approved",
    Nomination.State.CHANGES_REQUESTED: "nomination-changes",
    Nomination.State.REJECTED: "nomination-rejected",
}
PLACES: dict[str, str] = {
    Enrolment.State.ACCEPTED: "festival-accepted",
    Enrolment.State.WAITING: "festival-waiting",
    Enrolment.State.DECLINED: "festival-declined",
}


def tell_invited(enrolments: Iterable[Enrolment]) -> int:
    """Queue a mail to who joins festivals for the stores that were invited.

    Returns:
        How many stores are told: one without a member has nobody to write to.
    """
    return tell_stores(send_invitation, [(row.merchant_id, (row.pk,)) for row in enrolments])


def tell_decided(nomination_ids: Iterable[int]) -> None:
    """Queue a mail to who joins festivals for the stores whose nominations were decided.

    It says what was decided now, whatever becomes of the nomination before it is sent.
    """
    rows = Nomination.objects.filter(pk__in=list(nomination_ids))
    told = rows.values_list("product__merchant", "pk", "state", "note")
    tell_stores(send_decision, ((store, tuple(args)) for store, *args in told))


def tell_enrolled(enrolment_ids: Iterable[int]) -> None:
    """Queue a mail to who joins festivals: the store takes part now, waits, or was declined."""
    rows = Enrolment.objects.filter(pk__in=list(enrolment_ids))
    told = rows.values_list("merchant", "pk", "state")
    tell_stores(send_place, ((store, (pk, state)) for store, pk, state in told))


def tell_changed(change: ChangeLog, nomination_id: int) -> None:
    """Queue a mail to who joins festivals about a change that organizers made to a store's deal.

    What one of the members did is no news to the store.
    """
    store = Nomination.objects.values_list("product__merchant", flat=True).get(pk=nomination_id)
    if not Membership.objects.filter(merchant=store, user=change.by_id).exists():
        tell(send_changed, change.pk, nomination_id, merchant=store)


def tell_stopped(change: ChangeLog, merchant_ids: Iterable[int]) -> None:
    """Queue a mail to who joins festivals about a stopped slot or a cancelled festival."""
    tell_stores(send_stopped, [(store, (change.pk, store)) for store in merchant_ids])


def tell_moved(change: ChangeLog, merchant_ids: Iterable[int]) -> None:
    """Queue a mail to who joins festivals about another time of a festival or a slot."""
    tell_stores(send_moved, [(store, (change.pk, store)) for store in merchant_ids])


@to_members(
    "festival-moved",
    right=Right.PRICES,
    promises={"Read the new time and agree to it here": "workspace-festival"},
)
def send_moved(change_id: int, merchant_id: int, user: User) -> StoreMail | None:
    """Tell one member of a store the new time of a festival or a slot, and what it asks of it."""
    change = ChangeLog.objects.select_related("festival").get(pk=change_id)
    store = Merchant.objects.get(pk=merchant_id)
    festival, language = cast("Festival", change.festival), user.language or "en"
    slot, zone = festival.slots.get(pk=change.subject_id), festival.zone
    waits = Nomination.objects.filter(
        unagreed(), enrolment__festival=festival, enrolment__merchant=store
    )
    kept = {"starts_at": slot.starts_at.isoformat()} | change.before  # an extension keeps the start
    first, last = (datetime.fromisoformat(kept[name]) for name in ("starts_at", "ends_at"))
    with translation.override(language):
        context = _festival(festival, language) | {
            "slot": "" if slot.kind == Slot.Kind.WHOLE else slot.label_in(language),
            "slot_starts": _moment(slot.starts_at, zone),
            "slot_ends": _moment(slot.ends_at, zone),
            "old_starts": _moment(first, zone),
            "old_ends": _moment(last, zone),
            "is_asked": waits.exists(),
            "enrolment": festival.enrolments.values_list("state", flat=True).get(merchant=store),
            "reason": change.reason,
            "link": _link(store.slug, festival),
        }
    return StoreMail(store, context)


@to_members("deal-changed", right=Right.PRICES)
def send_changed(change_id: int, nomination_id: int, user: User) -> StoreMail | None:
    """Mail one member of a store the organizers' change to its deal, with the reason."""
    change = ChangeLog.objects.get(pk=change_id)
    rows = Nomination.objects.select_related("slot__festival", "product__merchant")
    nomination = rows.get(pk=nomination_id)
    product, language = nomination.product.title, user.language or "en"
    if change.subject == "deal":
        label = nomination.deals.select_related("variant").get(pk=change.subject_id).variant.label
        product = f"{product} ({label})" if label else product
    with translation.override(language):
        context = _festival(nomination.slot.festival, language) | {
            "product": product,
            "what": change.action,
            "stops": _stops(change, nomination.slot.festival.zone),
            "units": change.after.get("allotment"),
            "reason": change.reason,
            "link": _link(nomination.product.merchant.slug, nomination.slot.festival),
        }
    return StoreMail(nomination.product.merchant, context)


@to_members("festival-stopped", right=Right.PRICES)
def send_stopped(change_id: int, merchant_id: int, user: User) -> StoreMail | None:
    """Tell one member of a store that a slot or a festival ends early or never begins, and why."""
    change = ChangeLog.objects.select_related("festival").get(pk=change_id)
    store = Merchant.objects.get(pk=merchant_id)
    festival, language = cast("Festival", change.festival), user.language or "en"
    if change.subject == "slot":
        slot = festival.slots.get(pk=change.subject_id)
    else:
        slot = festival.slots.get(kind=Slot.Kind.WHOLE)
    with translation.override(language):
        context = _festival(festival, language) | {
            "slot": "" if slot.kind == Slot.Kind.WHOLE else slot.label_in(language),
            "is_off": slot.cancelled_at is not None,
            "slot_ends": _moment(slot.ends_at, festival.zone),
            "reason": change.reason,
            "link": _link(store.slug, festival),
        }
    return StoreMail(store, context)


@to_members(
    *PLACES.values(),
    right=Right.PRICES,
    place=1,
    promises={
        "Offer your products": "workspace-festival",
        "See your place in line, or leave it": "workspace-festival",
    },
)
def send_place(enrolment_id: int, user: User, state: str) -> StoreMail | None:
    """Tell one member of a store where it stands in a festival; nothing if it moved on since."""
    rows = Enrolment.objects.select_related("festival", "merchant")
    enrolment = rows.get(pk=enrolment_id)
    key = PLACES.get(state)
    if key is None or enrolment.state != state:
        return None
    language = user.language or "en"
    with translation.override(language):
        context = _festival(enrolment.festival, language) | {
            "store": enrolment.merchant.name,
            "link": _link(enrolment.merchant.slug, enrolment.festival),
        }
    return StoreMail(enrolment.merchant, context, key)


@to_members(
    "festival-invitation",
    right=Right.PRICES,
    promises={"Read the terms and answer": "workspace-festival"},
)
def send_invitation(enrolment_id: int, user: User) -> StoreMail | None:
    """Invite one member of a store to a festival."""
    rows = Enrolment.objects.select_related("festival", "merchant")
    enrolment = rows.get(pk=enrolment_id)
    festival = enrolment.festival
    language = user.language or "en"
    with translation.override(language):
        context = _festival(festival, language) | {
            "store": enrolment.merchant.name,
            "commission": percent(enrolment.commission_bp / 100, language),
            "link": _link(enrolment.merchant.slug, festival),
        }
    return StoreMail(enrolment.merchant, context)


@to_members(
    *DECISIONS.values(),
    right=Right.PRICES,
    place=1,
    promises={
        "Until the start you may withdraw.": "workspace-nomination-withdraw",
        "Change it and submit again": "workspace-nominate",
        "You can enter another product here": "workspace-festival",
    },
)
def send_decision(
    nomination_id: int, user: User, decided: str = "", note: str = ""
) -> StoreMail | None:
    """Mail one member of a store the decision on a nomination.

    Args:
        decided: the state that it was given; empty in tasks of the version before.
    """
    rows = Nomination.objects.select_related("slot__festival", "product__merchant")
    nomination = rows.get(pk=nomination_id)
    key = DECISIONS.get(decided or nomination.state)
    if key is None:
        return None
    slot, language = nomination.slot, user.language or "en"
    with translation.override(language):
        context = _festival(slot.festival, language) | {
            "product": nomination.product.title,
            "slot": slot.label_in(language),
            "slot_starts": _moment(slot.starts_at, slot.festival.zone),
            "slot_ends": _moment(slot.ends_at, slot.festival.zone),
            "note": note if decided else nomination.note,
            "link": _link(nomination.product.merchant.slug, slot.festival),
        }
    return StoreMail(nomination.product.merchant, context, key)


def _festival(festival: Festival, language: str) -> dict[str, str]:
    closes = festival.enrol_closes
    return {
        "festival": festival_title(festival, language),
        "starts": _moment(festival.starts_at, festival.zone),
        "ends": _moment(festival.ends_at, festival.zone),
        "zone": dates.zone_name(festival.starts_at, festival.zone, get_language() or "en"),
        "enrol_closes": _moment(closes, festival.zone) if closes else "",
    }


def _moment(at: datetime, zone: str) -> str:
    there = at.astimezone(ZoneInfo(zone))
    return beside(date_format(there, "DATE_FORMAT", use_l10n=True), f"{there:%H:%M}")


def _stops(change: ChangeLog, zone: str) -> str:
    """Return when a deal that was stopped ends; nothing where it never begins."""
    ends_at = change.after.get("ends_at") if change.action == "stop" else None
    return _moment(datetime.fromisoformat(ends_at), zone) if ends_at else ""


def _link(store: str, festival: Festival) -> str:
    return neutral_address("workspace-festival", store, festival.pk)
