"""Every table of docs/explanation/price.md is read and computed.

A table follows a line ``<!-- table: name -->``; the columns with a bold title are computed from
the others by the function of that name.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from shop.core.money import share, split
from shop.festivals.pricing.benefit_kinds import (
    AmountOff,
    Group,
)
from shop.festivals.pricing.items import public_price
from shop.festivals.pricing.terms import PoolTerms
from shop.festivals.pricing.timeline import span_at
from shop.festivals.pricing.weighing import Why, parts_of
from tests.docs.pages import DOCS, NAME, Row, minor, money, tables
from tests.shop.festivals.pricing.setting import (
    JANUARY,
    START,
    deal,
    free_shipping,
    goods,
    item,
    line,
    merchant_voucher,
    percent_deal,
    percent_voucher,
    priced,
    promotion,
    save,
    voucher,
)

PAGE = "explanation/price.md"


def perhaps(text: str) -> int | None:
    """Read an amount or a number, where ``–`` means none."""
    return None if text == "–" else minor(text)


def percent(text: str) -> int:
    return int(text.removesuffix(" %"))


def amounts(text: str) -> list[int]:
    return [minor(part) for part in text.split(", ")]


def when(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def instants(row: Row) -> Row:
    found = public_price(item(20_00, deal(15_00)), when(row["At"]))
    return {"Price": money(found.price)}


def percentages(row: Row) -> Row:
    show = money if "." in row["Regular price"] else str
    kettle = item(minor(row["Regular price"]), percent_deal(percent(row["Off"])))
    found = priced(line(kettle, int(row["Quantity"])))
    return {"One costs": show(found.segments[0].price), "Together": show(found.total)}


def segments(row: Row) -> Row:
    a = deal(15_00, id=1, left=int(row["Left in A"]), shopper_left=perhaps(row["For you"]))
    b = deal(17_00, id=2, left=int(row["Left in B"]))
    aside = a.left + b.left
    pool = PoolTerms(free=aside + int(row["Everyday"]), set_aside=aside)
    found = priced(line(item(20_00, a, b), int(row["Wanted"])), pools={1: pool})
    return {
        "Segments": ", ".join(f"{s.quantity} × {money(s.price)}" for s in found.segments),
        "Total": money(found.total),
        "Missing": str(sum(found.missing.values())),
    }


def benefits(row: Row) -> Row:
    offered = []
    if row["A's voucher"] != "–":
        offered.append(merchant_voucher(minor(row["A's voucher"]), min_spend=100_00))
    if row["Spend and save"] == "yes":
        offered.append(save())
    if row["Festival voucher"] != "–":
        tenth = percent(row["Festival voucher"])
        offered.append(percent_voucher(tenth, min_spend=200_00, cap=30_00))
    lines = (goods(1, minor(row["A"]), 1), goods(2, minor(row["B"]), 2))
    found = priced(*lines, promotions=tuple(offered))
    taken = {benefit.promotion.group: benefit.amount for benefit in found.benefits}
    return {
        "A's voucher takes": money(taken.get(Group.MERCHANT, 0)),
        "Save takes": money(taken.get(Group.SAVE, 0)),
        "Festival takes": money(taken.get(Group.VOUCHER, 0)),
        "Total": money(found.total),
    }


def picks(row: Row) -> Row:
    automatic = voucher(minor(row["Automatic"]), id=1, is_picked=False)
    picked = voucher(minor(row["Picked"]), id=2, min_spend=minor(row["Picked from"]))
    found = priced(goods(1, minor(row["Goods"])), promotions=(automatic, picked))
    (used,) = found.benefits
    word = "picked" if used.promotion.is_picked else "automatic"
    return {"Used": word, "Total": money(found.total)}


def claimed(row: Row) -> Row:
    own = [
        voucher(minor(value), id=10 + n, is_picked=False, claim_id=n)
        for n, value in enumerate(row["Claimed"].split(", "))
    ]
    typed = [] if row["Typed"] == "–" else [voucher(minor(row["Typed"]), id=2)]
    found = priced(goods(1, minor(row["Goods"])), promotions=(*own, *typed))
    (used,) = found.benefits
    word = "typed" if used.promotion.is_picked else "claimed"
    return {"Used": word, "It takes": money(used.amount), "Total": money(found.total)}


def shares(row: Row) -> Row:
    parts = split(minor(row["Benefit"]), amounts(row["Lines"]))
    return {"Shares": ", ".join(money(part) for part in parts)}


def delivery(row: Row) -> Row:
    free = free_shipping(min_spend=minor(row["Free from"]), cap=perhaps(row["Takes at most"]))
    parcel = {1: minor(row["Delivery"])}
    found = priced(goods(1, minor(row["Goods"])), promotions=(free,), parcels=parcel)
    return {"Shopper pays": money(found.delivery)}


def minimum(row: Row) -> Row:
    own = merchant_voucher(minor(row["Store voucher"])) if row["Store voucher"] != "–" else None
    used = voucher(minor(row["Voucher"]))
    least, vouchers = minor(row["Minimum"]), tuple(filter(None, (own, used)))
    found = priced(goods(1, minor(row["Goods"])), promotions=vouchers, minimum=least)
    takes = [b.amount for b in found.benefits if b.promotion.id == used.id]
    gone = any(n.promotion.id == used.id and n.why == Why.MINIMUM for n in found.notes)
    said = {"Said to take nothing": "yes" if gone else "no"}
    return {"Voucher takes": money(sum(takes)), "Total": money(found.total)} | said


def payers(row: Row) -> Row:
    terms = voucher(1, organizer_share=percent(row["Organizer's share"]))
    parts = parts_of(terms, enumerate(amounts(row["Taken off the lines"])))
    return {
        "Organizer": ", ".join(money(part.organizer) for part in parts),
        "Merchants": ", ".join(money(part.merchant) for part in parts),
    }


def settlement(row: Row) -> Row:
    kettle = item(25_00, deal(20_00, subsidy=minor(row["Subsidy each"])))
    spend_and_save = promotion(Group.SAVE, AmountOff, 6_00, organizer_share=100)
    rate = percent(row["Commission"]) * 100
    wanted = line(kettle, 2, commission_bp=rate)
    found = priced(wanted, promotions=(merchant_voucher(4_00), spend_and_save))
    (paid,), (funded,) = found.paid, found.funded
    commission = share(paid + funded, found.segments[0].commission_bp)
    return {
        "Shopper": money(paid),
        "Organizer": money(funded),
        "Net": money(paid + funded),
        "Commission taken": money(commission),
        "Payout": money(paid + funded - commission),
    }


def prior(row: Row) -> Row:
    regular = [(JANUARY, minor(row["Regular price"]))]
    if row["Then"] != "–":
        regular.append((when(row["From"]), minor(row["Then"])))
    deals = [deal(minor(row["Deal"]))]
    if row["Flash"] != "–":
        until = when(row["Flash until"])
        flash = deal(minor(row["Flash"]), id=2, starts_at=when("2027-04-09"), ends_at=until)
        deals.append(flash)
    kettle = item(deals=tuple(deals), regular=tuple(regular), listed_at=when(row["Listed"]))
    span = span_at(kettle, START)
    return {
        "Crossed out": money(span.prior) if span.prior else "–",
        "Badge": f"−{span.percent} %" if span.percent else "–",
    }


def rounding(row: Row) -> Row:
    return {"Rounded": money(share(minor(row["Amount"]), percent(row["Share"]) * 100))}


COMPUTED: dict[str, Callable[[Row], Row]] = {
    function.__name__: function
    for function in (
        instants, percentages, segments, benefits, picks, claimed, shares, delivery, minimum,
        payers, settlement, prior, rounding,
    )
}  # fmt: skip
TABLES = tables(PAGE)
ROWS = [(name, number) for name, rows in TABLES.items() for number in range(len(rows))]


@pytest.mark.parametrize(("name", "number"), ROWS)
def test_a_row_says_what_the_shop_computes(name, number):
    row = TABLES[name][number]
    given = {title: cell for title, cell in row.items() if not title.startswith("**")}
    written = {title.strip("*"): cell for title, cell in row.items() if title.startswith("**")}

    assert COMPUTED[name](given) == written


def test_every_table_is_computed():
    text = (DOCS / PAGE).read_text(encoding="utf-8")

    assert set(TABLES) == set(COMPUTED)
    assert all(TABLES.values())
    assert (
        len(re.findall(r"^\|[-|]+\|$", text, re.MULTILINE))
        == len(NAME.findall(text))
        == len(TABLES)
    )
