"""An organizer erases a person who has written, in two steps; the address is in no address."""

from datetime import timedelta

import pytest

from shop.festivals.models import ChangeLog
from shop.people.accounts.models import User
from tests import make
from tests.make import NOON
from tests.shop.operations.retention.people import ordered

pytestmark = pytest.mark.django_db
NOW = NOON + timedelta(days=1)
PAGE = "/organize/people/erase/"
EMAIL = "amina@example.org"
REASON = {"reason": "Asked by mail on 2 May"}


def test_an_address_of_which_nothing_is_kept_is_said(desk):
    answer = desk.post(PAGE, {"address": "nobody@example.org"})

    assert answer.status_code == 422
    assert "Nothing is kept about this address." in answer.text


def test_the_first_step_says_what_goes_and_stays_and_does_nothing(desk):
    make.user(EMAIL)
    ordered(ends="paid", email=EMAIL)
    ordered(ends="expired", email=EMAIL)

    answer = desk.post(PAGE, {"address": "Amina@example.org"})

    assert answer.status_code == 200
    assert "The account goes" in answer.text
    assert "0 reminders and the name and address of 1 order that nothing needs" in answer.text
    assert "1 order with documents or money under way" in answer.text
    assert "10 years after the last document" in answer.text
    assert User.objects.filter(email=EMAIL).exists()
    assert EMAIL not in answer.wsgi_request.get_full_path()


def test_the_second_step_erases_and_the_log_names_nobody(desk):
    amina = make.user(EMAIL)

    answer = desk.post(PAGE, {"address": EMAIL} | REASON, follow=True)

    assert "Erased." in answer.text
    assert not User.objects.filter(email=EMAIL).exists()
    line = ChangeLog.objects.get()
    assert (line.action, line.subject_id, line.reason) == ("erase", amina.pk, REASON["reason"])
    assert "erased" in desk.get("/organize/desk_log/").text


def test_a_guest_is_erased_too(desk):
    order = ordered(ends="expired", email=EMAIL)

    first = desk.post(PAGE, {"address": EMAIL})
    desk.post(PAGE, {"address": EMAIL} | REASON)

    assert "There is no account under this address" in first.text
    order.contact.refresh_from_db()
    assert order.contact.email == ""
    assert "guest erased" in desk.get("/organize/desk_log/").text


def test_without_a_reason_nothing_is_done(desk):
    make.user(EMAIL)

    answer = desk.post(PAGE, {"address": EMAIL, "reason": " "})

    assert answer.status_code == 422
    assert User.objects.filter(email=EMAIL).exists()


def test_what_stands_in_the_way_is_said_in_the_first_step_and_in_the_second(desk):
    amina = make.member(make.merchant(), EMAIL)

    for body in ({"address": EMAIL}, {"address": EMAIL} | REASON):
        answer = desk.post(PAGE, body)
        assert "This account works for a store." in answer.text
        assert ">Erase</button>" not in answer.text
    amina.refresh_from_db()
    assert amina.email == EMAIL


def test_pressed_twice_it_says_that_nothing_is_kept(desk):
    make.user(EMAIL)
    desk.post(PAGE, {"address": EMAIL} | REASON)

    again = desk.post(PAGE, {"address": EMAIL} | REASON)

    assert "Nothing is kept about this address." in again.text
    assert ChangeLog.objects.count() == 1
