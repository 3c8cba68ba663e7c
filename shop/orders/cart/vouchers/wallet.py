"""The vouchers of an account: those that were claimed, and those that can be claimed now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from shop.festivals.models import Claim, Festival, Promotion
from shop.festivals.promotions.text import left_text, title_and_terms
from shop.orders.cart.formats import language, starts_on, valid_until
from shop.orders.cart.models import CartVoucher
from shop.people.accounts.models import User

MOST = 100


@dataclass(frozen=True, slots=True)
class VoucherShown:
    """A voucher as its owner sees it; ``note`` says why it cannot be used now, if it cannot."""

    promotion_id: int
    title: str
    gives: str
    until: str
    state: str
    tag: str
    note: str = ""
    left: str = ""
    can_use: bool = False


def claimed_vouchers(user: User, *, at: datetime) -> list[VoucherShown]:
    """Return the vouchers that somebody has claimed, the usable ones first. One statement."""
    picked = CartVoucher.objects.filter(is_off=False, claim=OuterRef("pk"), cart__user=user)
    claims = (
        Claim.objects.filter(shopper=user)
        .select_related("promotion__festival", "promotion__merchant")
        .annotate(is_picked=Exists(picked))
        .order_by("-promotion__use_to", "-pk")[:MOST]
    )
    shown = [_claimed(claim, at) for claim in claims]
    order = {"good": 0, "info": 1, "warn": 2, "": 3}
    return sorted(shown, key=lambda voucher: order[voucher.tag])


def within_reach(user: User | None, *, at: datetime) -> list[VoucherShown]:
    """Return the vouchers that can be claimed at a moment and are not yet. One statement."""
    rows = to_claim(at=at).filter(use_to__gt=at, festival__state=Festival.State.PUBLISHED)
    if user:
        had = Q(shopper=user) | Q(mailbox=user.mailbox_id, mailbox__isnull=False)
        rows = rows.exclude(Exists(Claim.objects.filter(had, promotion=OuterRef("pk"))))
    rows = rows.select_related("festival").order_by("use_to", "pk")
    return [_open(row) for row in rows[:MOST]]


def to_claim(*, at: datetime) -> QuerySet[Promotion]:
    """Return the vouchers whose claiming is open, and of which some are left."""
    return Promotion.objects.offered().filter(Promotion.claimable(at))


def _open(row: Promotion) -> VoucherShown:
    left = None if row.max_claims is None else row.max_claims - row.claimed
    title, terms = title_and_terms(row, language())
    return VoucherShown(
        promotion_id=row.pk,
        title=title,
        gives=terms,
        until=valid_until(row),
        state="",
        tag="",
        left=left_text(left),
    )


def _claimed(claim: Claim, at: datetime) -> VoucherShown:
    row = claim.promotion
    state, tag, note = _standing(claim, at)
    title, terms = title_and_terms(row, language())
    return VoucherShown(
        promotion_id=row.pk,
        title=title,
        gives=terms,
        until=valid_until(row),
        state=state,
        tag=tag,
        note=note,
        can_use=tag == "good" and not claim.is_picked,
    )


def _standing(claim: Claim, at: datetime) -> tuple[str, str, str]:
    """Return a voucher's state in a word, how it is coloured, and a sentence that helps."""
    row = claim.promotion
    is_over = row.use_to <= at or row.state == Promotion.State.ENDED_EARLY
    if claim.state == Claim.State.USED:
        return pgettext("voucher", "Used"), "", ""
    if claim.state == Claim.State.HELD:
        text = _("It belongs to your order that is not paid yet.")
        return pgettext("voucher", "In an order"), "info", text
    if is_over:
        return pgettext("voucher", "Ended"), "", ""
    if row.use_from > at:
        return pgettext("voucher", "Claimed"), "info", starts_on(row)
    if not row.is_offered or row.festival.state != Festival.State.PUBLISHED:
        text = _("This voucher cannot be used at the moment. Try again later.")
        return pgettext("voucher", "Paused"), "warn", text
    text = _("It is in your cart.") if getattr(claim, "is_picked", False) else ""
    return pgettext("voucher", "Ready to use"), "good", text
