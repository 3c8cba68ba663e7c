"""Promotions in words: those used, those unused and why, those within reach."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from shop.core.languages import labelled, sentences
from shop.festivals.models import Promotion
from shop.festivals.pricing.benefit_kinds import Group
from shop.festivals.pricing.quoting import Quote
from shop.festivals.pricing.terms import PromotionTerms
from shop.festivals.pricing.weighing import Note, Why
from shop.orders.cart.formats import amount, ended_on, starts_on
from shop.orders.cart.pricing import PricedCart


@dataclass(frozen=True, slots=True)
class Goal:
    """The spending that earns a saving; ``store`` is the merchant's id, None for the festival."""

    store: int | None
    text: str
    label: str
    spent: str
    target: str
    value: int
    most: int


@dataclass(frozen=True, slots=True)
class Voucher:
    """A voucher that is in the cart: its saving, or the reason why there is none."""

    promotion_id: int
    store: int | None
    code: str
    saves: str
    text: str


def label_of(title: str, group: str, *, is_voucher: bool) -> str:
    """Return how a promotion is called where its amount stands."""
    if not is_voucher:
        return title
    if group == Group.MERCHANT:
        return _("Store voucher %(code)s") % {"code": title}
    return _("Festival voucher %(code)s") % {"code": title}


def goals(quote: Quote) -> list[Goal]:
    """Return the goals of savings that are not earned yet."""
    return [
        _goal(note)
        for note in quote.notes
        if note.why == Why.NEXT_STEP or (note.why == Why.NEEDS_MORE and not _is_pick(note))
    ]


def setbacks(quote: Quote) -> list[str]:
    """Say which promotions nobody picked would apply, but are used up or would leave too little."""
    telling = (Why.BUDGET, Why.USED_UP, Why.MINIMUM)
    notes = [note for note in quote.notes if note.why in telling and not _is_pick(note)]
    return [labelled(note.promotion.title, _why_not(note, quote)) for note in notes]


def unused(priced: PricedCart) -> list[str]:
    """Return a sentence for each voucher that takes nothing off, with the reason."""
    terms = {promotion.id: promotion for promotion in priced.quote.basket.promotions}
    picked = [_voucher(terms[p.promotion_id], priced.quote) for p in priced.picks
              if p.promotion_id in terms]  # fmt: skip
    texts = [labelled(voucher.code, voucher.text) for voucher in picked if voucher.text]
    return [*texts, *setbacks(priced.quote)]


def in_cart(priced: PricedCart) -> list[int]:
    """Return the promotions whose vouchers are in the cart: picked, or used by themselves."""
    picked = [pick.promotion_id for pick in priced.picks]
    terms = [benefit.promotion for benefit in priced.quote.benefits]
    return picked + [p.id for p in terms if p.is_voucher and not p.is_picked]


def vouchers(priced: PricedCart, *, at: datetime) -> list[Voucher]:
    """Return the vouchers that are in the cart.

    One statement if one that was picked cannot be used now.
    """
    terms = {promotion.id: promotion for promotion in priced.quote.basket.promotions}
    picked = in_cart(priced)
    found = [_voucher(terms[pk], priced.quote) for pk in picked if pk in terms]
    if gone := [pk for pk in picked if pk not in terms]:
        rows = Promotion.objects.filter(pk__in=gone).select_related("festival")
        found += [_unusable(row, at) for row in rows]
    return found


def _voucher(terms: PromotionTerms, quote: Quote) -> Voucher:
    used = next((b for b in quote.benefits if b.promotion.id == terms.id), None)
    notes = [note for note in quote.notes if note.promotion.id == terms.id]
    saves = _("%(amount)s off") % {"amount": amount(used.amount)} if used else ""
    # What the least charge took back would save more with more in the cart: that helps nobody.
    notes = [note for note in notes if note.why == Why.MINIMUM] or notes
    text = "" if used else sentences(*(_why_not(note, quote) for note in notes))
    if used and not terms.is_picked:
        text = _("It is used because you claimed it.")
    return Voucher(terms.id, terms.merchant_id, terms.title, saves, text)


def _unusable(row: Promotion, at: datetime) -> Voucher:
    if row.use_from > at:
        text = starts_on(row)
    elif row.use_to <= at:
        text = ended_on(row)
    else:
        text = _("This voucher cannot be used at the moment. Try again later.")
    return Voucher(row.pk, row.merchant_id, str(row), "", text)


def _why_not(note: Note, quote: Quote) -> str:
    match note.why:
        case Why.MINIMUM:
            least = amount(quote.basket.minimum)
            return _("At least %(amount)s has to be paid, so nothing more comes off.") % {
                "amount": least
            }
        case Why.USED_UP if note.promotion.claim_id and _is_pick(note):
            return _("You have already used this voucher.")
        case Why.BUDGET | Why.USED_UP:
            return _("All vouchers of this kind have been used.")
        case Why.WORSE:
            return _("The two vouchers cannot be combined. The better one is applied.")
        case Why.NOTHING_COUNTS:
            return _(note.promotion.rule.unearned)
        case _:
            return _("Add %(amount)s to use this voucher.") % {"amount": amount(note.missing)}


def _goal(note: Note) -> Goal:
    here, saving = note.promotion.merchant_id, amount(note.saves)
    facts = {"amount": amount(note.missing), "saving": saving}
    if here:
        text = _("Spend %(amount)s more here and save %(saving)s") % facts
    else:
        text = _("Spend %(amount)s more and save %(saving)s") % facts
    spent = note.target - note.missing
    label = _("Progress to the %(saving)s saving") % {"saving": saving}
    return Goal(here, text, label, amount(spent), amount(note.target), spent, note.target)


def _is_pick(note: Note) -> bool:
    return note.promotion.is_picked
