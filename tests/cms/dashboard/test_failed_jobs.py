"""The organizers' list of what periodic work failed at."""

from datetime import timedelta

import pytest

from shop.core.jobs import each
from shop.core.jobs.models import FailedJob
from shop.orders.models import Order
from shop.reports.checks import look_around
from tests import make
from tests.cms.dashboard.people import organizer
from tests.cms.dashboard.sales import at, sold_festival
from tests.make import NOON

pytestmark = pytest.mark.django_db
LIST = "/organize/failed/"


@pytest.fixture
def desk(client, clock_at):
    clock_at(NOON)
    client.force_login(organizer())
    return client


@pytest.fixture
def order():
    made = make.order({make.variant(20_00): 1})
    each("expire overdue orders", Order.objects.filter(pk=made.pk), lambda _: 1 / 0, at=NOON)
    return made


def close_of(failed_job):
    return f"{LIST}{failed_job.pk}/close/"


def test_the_list_says_what_failed_and_leads_to_it(desk, order):
    assert f'<a href="{LIST}">1 thing that failed</a>' in desk.get("/organize/").text

    page = desk.get(LIST).text

    assert order.number in page
    assert f"/organize/desk_orders/inspect/{order.pk}/" in page
    assert "ZeroDivisionError: division by zero" in page
    assert order.contact.email not in page


def test_it_is_searched_by_order_words_work_and_state(desk, order):
    each("move money", ["other"], lambda _: {}["missing"], at=NOON)

    assert order.number not in desk.get(f"{LIST}?q=KeyError").text
    assert "KeyError" not in desk.get(f"{LIST}?q={order.number.lower()}").text
    assert order.number in desk.get(f"{LIST}?q={order.number.lower()}").text
    assert order.number not in desk.get(f"{LIST}?round=move+money").text
    assert "Nothing fits" in desk.get(f"{LIST}?state=closed").text
    assert desk.get(f"{LIST}?q=%00&p=999&state=x&round=y").status_code == 200


def test_an_organizer_closes_one_with_a_reason_that_others_read(desk, order):
    found = FailedJob.objects.get()

    refused = desk.post(close_of(found), {"reason": " "})
    assert refused.status_code == 422
    found.refresh_from_db()
    assert found.is_open
    desk.post(close_of(found), {"reason": "Refunded at the provider"})

    assert order.number not in desk.get(LIST).text
    assert "Refunded at the provider" in desk.get(f"{LIST}?state=closed").text
    again = desk.post(close_of(found), {"reason": "Once more"}, follow=True)
    assert "It is closed already." in again.text
    found.refresh_from_db()
    assert found.reason == "Refunded at the provider"


def test_the_health_screen_counts_them_and_leads_there(desk, order):
    festival = sold_festival()
    look_around(at=NOON + timedelta(minutes=1))

    page = desk.get(at(festival, "health/")).text

    assert "1 failed, is tried again and may need a person." in page
    assert f'href="{LIST}"' in page


def test_a_long_list_has_pages(desk):
    each("look", [f"thing {n}" for n in range(51)], lambda _: 1 / 0, at=NOON)

    first, second = desk.get(LIST).text, desk.get(f"{LIST}?p=2").text

    assert first.count("ZeroDivisionError") == 50
    assert second.count("ZeroDivisionError") == 1
    assert "?p=2" in first


def test_a_list_says_where_its_pages_end(desk, monkeypatch):
    monkeypatch.setattr("cms.dashboard.paging.BoundedPaginator.most", 2)
    each("look", ["one", "two"], lambda _: 1 / 0, at=NOON)
    assert "can be turned over" not in desk.get(LIST).text
    each("look", ["three"], lambda _: 1 / 0, at=NOON)

    page = desk.get(LIST).text

    assert "The first 2 can be turned over." in page
    assert page.count("ZeroDivisionError") == 2
