"""A reviewer decides on what he saw, and no decision is made without its mail."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django_tasks_db.models import DBTaskResult

from shop.catalogue.models import Product
from shop.festivals.models import Deal, Enrolment
from shop.storefront.listings import publish
from tests import make
from tests.cms.dashboard.people import BEFORE, approve_many

pytestmark = pytest.mark.django_db
STALE = "Someone changed this while you were looking"


@pytest.fixture
def product():
    made = make.draft(make.merchant())
    make.shown_picture(made)
    member = make.member(made.merchant)
    publish.submit(made, at=BEFORE + timedelta(microseconds=123_456), by=member)
    return made


@pytest.fixture
def nomination():
    made = make.nomination(of=make.variant(), during=make.festival(), price=15_00)
    type(made).objects.update(submitted_at=BEFORE + timedelta(microseconds=123_456))
    make.member(made.product.merchant)
    return made


def hidden(page: str) -> dict[str, str]:
    """Return the hidden fields that say what was seen."""
    return dict(re.findall(r'name="(seen[-\d]*)" value="([^"]*)"', page))


def submit_again(product):
    member = product.merchant.memberships.get().user
    publish.withdraw(product, at=BEFORE, by=member)
    Product.objects.filter(pk=product.pk).update(title="Something else")
    publish.submit(product, at=BEFORE + timedelta(minutes=1), by=member)


@pytest.mark.parametrize("answer", [{"approve": ""}, {"changes": "", "note": "Brighter"}])
def test_a_product_that_was_submitted_again_is_looked_at_again(desk, product, answer):
    where = f"/organize/new-products/{product.pk}/"
    seen = hidden(desk.get(where).text)
    submit_again(product)

    page = desk.post(where, seen | answer, follow=True).text

    assert STALE in page
    assert "Something else" in page
    product.refresh_from_db()
    assert (product.state, product.review_note) == ("submitted", "")
    assert not DBTaskResult.objects.filter(task_path__endswith="send_decision").exists()
    desk.post(where, hidden(page) | answer)
    product.refresh_from_db()
    assert product.state == ("published" if "approve" in answer else "draft")


def test_a_product_that_was_taken_back_leads_to_the_queue(desk, product):
    where = f"/organize/new-products/{product.pk}/"
    seen = hidden(desk.get(where).text)
    publish.withdraw(product, at=BEFORE)

    answer = desk.post(where, seen | {"approve": ""}, follow=True)

    assert answer.status_code == 200
    assert STALE in answer.text
    product.refresh_from_db()
    assert product.state == "draft"


def test_a_decision_that_does_not_say_what_was_seen_is_none(desk, product):
    desk.post(f"/organize/new-products/{product.pk}/", {"approve": "", "seen": "yesterday"})

    product.refresh_from_db()
    assert product.state == "submitted"


@pytest.mark.parametrize("answer", ["approve", "changes", "reject"])
def test_a_nomination_with_new_terms_is_looked_at_again(desk, nomination, answer):
    where = f"/organize/festivals/{nomination.slot.festival_id}/nominations/{nomination.pk}/"
    body = hidden(desk.get(where).text) | {answer: "", "note": "A little lower?"}
    type(nomination).objects.update(submitted_at=BEFORE + timedelta(minutes=1))

    page = desk.post(where, body, follow=True).text

    assert STALE in page
    nomination.refresh_from_db()
    assert nomination.state == "submitted"
    desk.post(where, body | hidden(page))
    nomination.refresh_from_db()
    assert nomination.state != "submitted"


def test_of_ticked_rows_those_with_new_terms_wait(desk, nomination):
    where = f"/organize/festivals/{nomination.slot.festival_id}/nominations/"
    body = hidden(desk.get(where).text) | {"nomination": [nomination.pk]}
    type(nomination).objects.update(submitted_at=BEFORE + timedelta(minutes=1))

    told = approve_many(desk, where, body)

    assert STALE in told
    assert not Deal.objects.exists()
    again = hidden(desk.get(where).text) | {"nomination": [nomination.pk]}
    assert "1 approved, 0 not approved." in approve_many(desk, where, again)


@pytest.fixture
def closed_queue(desk):
    """Let the table of tasks refuse every row."""
    desk.raise_request_exception = False
    with connection.cursor() as cursor:
        table = DBTaskResult._meta.db_table
        cursor.execute(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'no tasks'; END $$"
        )
        cursor.execute(f"CREATE TRIGGER refuse BEFORE INSERT ON {table} EXECUTE FUNCTION refuse()")


def test_a_product_is_not_decided_without_its_mail(desk, product, closed_queue):
    where = f"/organize/new-products/{product.pk}/"

    answer = desk.post(where, hidden(desk.get(where).text) | {"approve": ""})

    assert answer.status_code == 500
    product.refresh_from_db()
    assert product.state == "submitted"


@pytest.mark.parametrize("is_ticked", [True, False])
def test_a_nomination_is_not_decided_without_its_mail(desk, nomination, closed_queue, is_ticked):
    where = f"/organize/festivals/{nomination.slot.festival_id}/nominations/"
    where += "" if is_ticked else f"{nomination.pk}/"
    body = {"nomination": [nomination.pk]} if is_ticked else {"approve": ""}

    answer = desk.post(where, hidden(desk.get(where).text) | body)

    assert answer.status_code == 500
    assert not Deal.objects.exists()


def test_nobody_is_invited_without_a_mail(desk, closed_queue):
    store = make.merchant()
    make.member(store)

    answer = desk.post(
        f"/organize/festivals/{make.festival().pk}/stores/invite/", {"store": store.pk}
    )

    assert answer.status_code == 500
    assert not Enrolment.objects.exists()
