from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from shop.core.errors import NotPossible
from shop.festivals.models import ChangeLog, Deal, Festival, PriceSpan
from shop.festivals.prices import spans
from shop.reports import tallies
from shop.reports.close import close_festival, closing_of
from shop.reports.models import FinalReport
from shop.reports.report import report
from shop.reports.statements import statement, statements_of
from tests import make
from tests.buying import expire, pay
from tests.cms.dashboard.people import organizer
from tests.crowd import at_once
from tests.make import END, NOON
from tests.shop.reports.past import sent_back

pytestmark = pytest.mark.django_db
OVER = END + timedelta(days=14)


@pytest.fixture
def ended():
    festival = make.festival(title="Harvest Days")
    kettle = make.variant(25_00, of=make.product(title="Kettle"))
    make.deal(of=kettle, during=festival, price=20_00, allotment=10)
    pay(make.order({kettle: 3}))
    festival.kettle = kettle
    return festival


def test_the_checklist_says_what_is_left_to_do(ended):
    late = END - timedelta(minutes=5)
    order = make.order({ended.kettle: 2}, at=late)

    before = closing_of(ended, at=END)
    expire(order, at=END + timedelta(hours=1))
    after = closing_of(ended, at=OVER)

    assert (before.has_ended, before.pending, before.last_pay_by) == (True, 1, order.pay_by)
    assert not before.may_close
    assert (after.pending, after.may_close, after.is_refund_window_over) == (0, True, True)
    assert (after.set_aside, after.sold, after.returned) == (10, 3, 7)
    assert after.refunds_until == OVER


def test_closing_freezes_the_figures_and_is_logged(ended):
    person = organizer()

    close_festival(ended, at=OVER, by=person)

    ended.refresh_from_db()
    assert (ended.state, ended.closed_at) == ("closed", OVER)
    line = ChangeLog.objects.get(action="close")
    assert (line.by, line.at, line.festival) == (person, OVER, ended)
    frozen = report(ended, at=OVER + timedelta(days=1))
    assert frozen["total"]["paid"] == 60_00
    # Whatever is counted later changes nothing.
    pay(make.order({ended.kettle: 1}))
    tallies.rebuild()
    Deal.objects.update(sold=9)
    assert report(ended, at=OVER + timedelta(days=2)) == frozen


def test_after_the_closing_statements_stay_as_the_report_does(ended):
    store = ended.kettle.product.merchant
    late = make.order({ended.kettle: 2}, at=END - timedelta(minutes=5))
    expire(late, at=END + timedelta(hours=1))
    tallies.count_all_sales(at=END)
    before = statement(ended, store)
    stranger = make.merchant()

    close_festival(ended, at=OVER, by=organizer())
    pay(late, at=OVER + timedelta(minutes=1))
    sent_back(late, Random(1), at=OVER + timedelta(minutes=2))
    tallies.count_all_sales(at=OVER + timedelta(minutes=3))

    ended.refresh_from_db()
    assert statement(ended, store) == replace(before, is_final=True)
    assert statement(ended, stranger).lines == ()
    row = report(ended, at=OVER)["merchants"][0]
    assert before.sums["paid"] == row["paid"] == 60_00
    assert before.sums["refunded"] == row["refunded"] == 0
    assert statements_of(ended)[store.pk].sums["paid"] == 100_00  # what the freezing holds back


def test_a_festival_that_was_closed_before_statements_were_kept_shows_those_of_now(ended):
    close_festival(ended, at=OVER, by=organizer())
    FinalReport.objects.update(figures={"total": {"paid": 60_00}})
    ended.refresh_from_db()

    assert statement(ended, ended.kettle.product.merchant).sums["paid"] == 60_00


@pytest.mark.parametrize(
    ("at", "state", "reason", "sentence"),
    [
        (END - timedelta(microseconds=1), "published", "why not", "It is not over yet."),
        (OVER, "draft", "why not", "Only a published festival"),
        (OVER, "closed", "why not", "Only a published festival"),
        (OVER, "cancelled", "why not", "Only a published festival"),
        (OVER - timedelta(microseconds=1), "published", " ", "Give a reason to close it now."),
    ],
)
def test_a_festival_is_closed_only_when_nothing_can_change_any_more(
    ended, at, state, reason, sentence
):
    Festival.objects.filter(pk=ended.pk).update(state=state)

    with pytest.raises(NotPossible, match=sentence):
        close_festival(ended, at=at, by=organizer(), reason=reason)

    assert not FinalReport.objects.exists()
    assert not ChangeLog.objects.filter(action="close").exists()
    assert Festival.objects.get(pk=ended.pk).state == state


def test_before_the_refund_window_is_over_a_reason_closes_it_from_the_end_on(ended):
    close_festival(ended, at=END, by=organizer(), reason="The sponsor's year ends")

    assert ChangeLog.objects.get(action="close").reason == "The sponsor's year ends"


def test_a_festival_with_an_unpaid_order_is_not_closed(ended):
    make.order({ended.kettle: 1}, at=END - timedelta(minutes=1))

    with pytest.raises(NotPossible, match="1 order of it is not paid yet"):
        close_festival(ended, at=OVER, by=organizer())

    assert not FinalReport.objects.exists()


def test_an_unpaid_order_of_something_else_is_nobodys_concern(ended):
    make.order({make.variant(): 1}, at=OVER)

    close_festival(ended, at=OVER, by=organizer())

    assert FinalReport.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_who_close_it_at_once_one_does(ended):
    person = organizer()

    results = at_once([lambda: close_festival(ended, at=OVER, by=person)] * 2)

    assert sum(isinstance(result, NotPossible) for result in results) == 1
    assert FinalReport.objects.count() == ChangeLog.objects.filter(action="close").count() == 1


def test_prices_of_a_closed_festival_stay_as_they_were(ended):
    product = [ended.kettle.product_id]
    own = PriceSpan.objects.filter(variant=ended.kettle).order_by("starts_at")
    before = list(own.values_list("starts_at", "ends_at", "price", "deal_id"))
    assert 20_00 in {row[2] for row in before}

    close_festival(ended, at=OVER, by=organizer())
    since = spans.lock_prices(product, at=OVER)
    spans.rebuild(product, since=since, what="test")

    after = list(own.values_list("starts_at", "ends_at", "price", "deal_id"))
    assert [row for row in after if row[1] <= END] == [row for row in before if row[1] <= END]
    make.reprice(ended.kettle, 30_00, at=OVER)
    assert own.get(starts_at__lte=NOON, ends_at__gt=NOON).price == 20_00
