"""The list of a festival's deals: where each stands, the price in money, page by page."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shop.festivals.deals.status import WORDS
from shop.festivals.models import Closure, Deal
from tests import make
from tests.cms.dashboard.deals.addresses import at_deal
from tests.make import NOON

pytestmark = pytest.mark.django_db
NOW = NOON  # of the desk
HOUR = timedelta(hours=1)


def test_deals_are_listed_with_what_is_gone_whatever_their_number(desk, festival, deal):
    make.order({deal.variant: 5})
    where = f"/organize/festivals/{festival.pk}/deals/"
    desk.get(where)
    with CaptureQueriesContext(connection) as few:
        page = desk.get(where).text
    for _number in range(5):
        make.deal(make.variant(20_00), during=festival, price=9_00)
    with CaptureQueriesContext(connection) as many:
        desk.get(where)

    assert len(few) == len(many)
    assert "Brass kettle" in page
    assert "25&nbsp;%" in page
    assert "$15.00" in page
    assert "Brass kettle" in desk.get(where, {"q": "kettle"}).text
    assert "No deal fits" in desk.get(where, {"q": "teapot"}).text
    assert "No deal fits" in desk.get(where, {"state": "sold out"}).text
    assert "No deal fits" in desk.get(where, {"state": "void", "slot": "x"}).text


def test_a_deal_is_found_by_the_word_that_it_is_shown_with(desk, festival, kettle):
    before, after = NOON - timedelta(days=1), NOON + timedelta(days=1)
    over, night = (
        make.slot(festival, label=label, starts_at=starts, ends_at=starts + timedelta(hours=2))
        for label, starts in (("Over", before), ("Night", after))
    )

    def titled(title, during=festival, **facts):
        made = make.deal(make.variant(20_00, of=make.product(title=title)), during=during,
                         price=15_00, allotment=5)  # fmt: skip
        Deal.objects.filter(pk=made.pk).update(**facts)
        return made

    titled("Running")
    titled("To come", night)
    titled("Over", over)
    titled("Paused", state="paused")
    titled("Void", state="void", sold=2)
    titled("Withdrawn", state="withdrawn")
    gone = titled("Sold out", sold=5)
    Closure.objects.create(deal=gone, reason="sold_out", starts_at=NOON)
    where = f"/organize/festivals/{festival.pk}/deals/"

    for word in WORDS:
        page = desk.get(where, {"state": word}).text.split("<tbody>")[1].split("</tbody>")[0]
        assert page.count("<tr>") == 1, word
        assert f">{word.capitalize()}</a>" in page
        assert f">{word}</span>" in page
    void = desk.get(where, {"state": "void"}).text.split("<tbody>")[1]
    assert re.findall(r"<td>(\d+)</td>", void) == ["0", "2", "0"]  # held, sold, left


def test_what_runs_now_stands_first_and_then_what_begins_first(desk, festival):
    starts = {"Tomorrow": 24, "Tonight": 6, "Yesterday": -24}
    for title, hours in starts.items():
        begins = NOON + timedelta(hours=hours)
        slot = make.slot(festival, label=title, starts_at=begins, ends_at=begins + HOUR)
        make.deal(make.variant(20_00, of=make.product(title=title)), during=slot, price=15_00)
    make.deal(make.variant(20_00, of=make.product(title="Now")), during=festival, price=15_00)

    page = desk.get(f"/organize/festivals/{festival.pk}/deals/", {"state": ""}).text

    found = re.findall(r">(Now|Tomorrow|Tonight|Yesterday)</a>", page)
    assert found == ["Now", "Yesterday", "Tonight", "Tomorrow"]


def test_a_percentage_is_shown_with_the_price_in_money(desk, festival):
    deal = make.deal(make.variant(25_00), during=festival, price=None, percent=20)

    page = desk.get(f"/organize/festivals/{festival.pk}/deals/").text

    assert "$20.00 (−20\N{NO-BREAK SPACE}%)" in page
    assert "$20.00 (−20\N{NO-BREAK SPACE}%)" in desk.get(at_deal(deal)).text


def test_deals_have_pages(desk, festival, monkeypatch):
    monkeypatch.setattr("cms.dashboard.deals.views.DealsView.paginate_by", 2)
    for n in range(3):
        make.deal(make.variant(20_00, of=make.product(title=f"Shawl {n}")), during=festival,
                  price=15_00)  # fmt: skip
    where = f"/organize/festivals/{festival.pk}/deals/"

    first, second = desk.get(where).text, desk.get(where, {"p": "2"}).text

    assert [f"Shawl {n}" in first for n in range(3)] == [True, True, False]
    assert [f"Shawl {n}" in second for n in range(3)] == [False, False, True]
    assert "?p=2" in first
    assert "Page 2 of 2" in second
