"""Asks back about prices far from the usual ones, and takes a yes for exactly these."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import cast

from django.conf import settings

from shop.catalogue.models import Category, Product
from shop.core.currencies import in_whole
from shop.merchant.dashboard.access import MemberRequest
from shop.merchant.dashboard.products.form import BaseGrid
from shop.merchant.dashboard.products.session_forms import SessionsForm
from shop.storefront.listings.sessions import Plan
from shop.storefront.listings.usual_prices import odd_prices, odd_tickets


def answer_to[Key](typed: Mapping[Key, int], odd: Mapping[Key, str]) -> str:
    """Return the answer for a yes: the amounts asked about. Others are asked about anew."""
    amounts = sorted(typed[key] for key in odd)
    return " ".join(f"{in_whole(amount, settings.SHOP_CURRENCY):f}" for amount in amounts)


def is_sure(request: MemberRequest, answer: str) -> bool:
    """Tell whether nothing is to be asked, or a person said yes to just that."""
    return not answer or request.POST.get("sure") == answer


def ask_in_grid(
    request: MemberRequest,
    grid: BaseGrid,
    category: Category,
    *,
    product: Product | None = None,
    at: datetime,
) -> str:
    """Ask in the grid about the prices of new variants; return the yes that is wanted, if any."""
    typed = {
        row.number: row.price
        for row in grid.rows()
        if row.price and not row.is_off and not grid.forms[row.number].is_listed
    }
    odd = odd_prices(typed, category=category, product=product, at=at)
    answer = answer_to(typed, odd)
    if is_sure(request, answer):
        return ""
    for number, question in odd.items():
        grid.forms[number].add_error("price", question)
    return answer


def ask_in_dates(
    request: MemberRequest, form: SessionsForm, product: Product, *, at: datetime
) -> str:
    """Ask in the form of new dates about prices of tickets; return the yes that is wanted."""
    plan = cast("Plan", form.plan)  # the form is valid
    typed = {kind.label: kind.price for kind in plan.kinds}
    odd = odd_tickets(typed, product, at=at)
    answer = answer_to(typed, odd)
    if is_sure(request, answer):
        return ""
    for label, question in odd.items():
        form.add_error(form.price_fields[label], question)
    return answer
