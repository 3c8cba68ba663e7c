"""Many nominations are approved by the worker: a page says how far it is, and nothing is lost."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.db import InternalError, connection
from django_tasks_db.models import DBTaskResult

from shop.catalogue.models import Product
from shop.core.errors import NotPossible
from shop.festivals.models import BulkApproval, BulkRow, Deal, Nomination
from shop.storefront.listings import bulk
from tests import make
from tests.budgets import statements
from tests.cms.dashboard.people import BEFORE, organizer
from tests.queue import run_queued_work

pytestmark = pytest.mark.django_db
LATER = BEFORE + timedelta(minutes=2)


@pytest.fixture
def festival():
    return make.festival()


@pytest.fixture
def rows(festival):
    return nominated(3, festival)


def nominated(count: int, festival, **facts) -> list[Nomination]:
    store = make.merchant()
    products = [make.product(of=store, **facts) for _ in range(count)]
    return [
        make.nomination(
            make.variant(20_00, of=product), during=festival, price=15_00, submitted_at=BEFORE
        )
        for product in products
    ]


def asked(festival, rows, *, by=None) -> BulkApproval:
    seen = {row.pk: row.submitted_at for row in rows}
    return bulk.ask(festival, seen, at=BEFORE, by=by or organizer("reviewer"))


def states(approval) -> list[str]:
    return list(approval.rows.values_list("state", flat=True))


def page_of(approval) -> str:
    return f"/organize/festivals/{approval.festival_id}/nominations/bulk/{approval.pk}/"


def press(desk, festival):
    where = f"/organize/festivals/{festival.pk}/nominations/?warnings=without"
    return desk.post(where, {"all": "", "shown": BEFORE.isoformat()})


def test_who_presses_waits_for_nothing_and_reads_how_far_it_is(desk, festival):
    nominated(40, festival)
    with statements(most=50):  # one for each row would be hundreds
        answer = press(desk, festival)
    before = desk.get(answer["Location"]).text
    waiting = Nomination.objects.filter(state="submitted").count()

    run_queued_work()
    after = desk.get(answer["Location"]).text

    assert waiting == 40
    assert "0 of 40 looked at:" in before
    assert 'hx-trigger="every 2s"' in before
    assert "40 approved, 0 not approved." in after
    assert "hx-trigger" not in after
    assert Deal.objects.count() == 40


def test_the_progress_comes_alone_for_the_page_that_asks_again(desk, festival, rows):
    approval = asked(festival, rows)

    part = desk.get(page_of(approval), headers={"HX-Request": "true"}).text

    assert "0 of 3 looked at:" in part
    assert "<html" not in part


def test_an_experience_is_a_step_of_its_own_and_goods_go_together(festival):
    goods = nominated(2, festival)
    tours = nominated(2, festival, kind=Product.Kind.EXPERIENCE)
    more = nominated(2, festival)
    approval = asked(festival, [*goods, *tours, *more])
    done = []

    while not approval.ended_at:
        bulk.work_off_some(approval, at=BEFORE)
        done.append(states(approval).count("waiting"))
        approval.refresh_from_db()

    assert done == [4, 3, 2, 0]


def test_what_is_refused_is_named_with_its_reason_and_stops_nothing_else(desk, festival, rows):
    approval = asked(festival, rows)
    Nomination.objects.filter(pk=rows[1].pk).update(submitted_at=LATER)

    run_queued_work()
    page = desk.get(page_of(approval)).text

    assert states(approval) == ["approved", "refused", "approved"]
    assert "2 approved, 1 not approved." in page
    assert f"/nominations/{rows[1].pk}/" in page
    assert "Someone changed this while you were looking" in page


def test_an_approval_that_cannot_be_noted_is_none(festival, rows):
    approval = asked(festival, rows)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'no note' USING ERRCODE = 'XX000'; END $$;"
            "CREATE TRIGGER refuse BEFORE UPDATE ON shop_bulkrow "
            "FOR EACH ROW EXECUTE FUNCTION refuse()"
        )

    with pytest.raises(InternalError):
        bulk.work_off_some(approval, at=BEFORE)

    assert not Deal.objects.exists()
    assert states(approval) == ["waiting"] * 3


def test_work_that_was_lost_is_taken_up_once_and_repeats_nothing(festival):
    goods = nominated(2, festival)
    approval = asked(festival, [*goods, *nominated(1, festival, kind=Product.Kind.EXPERIENCE)])
    bulk.work_off_some(approval, at=BEFORE)
    DBTaskResult.objects.filter(task_path__endswith="work_off").delete()  # its worker died

    taken = [bulk.take_up(at=BEFORE), bulk.take_up(at=LATER), bulk.take_up(at=LATER)]
    run_queued_work()

    assert taken == [0, 1, 0]
    assert states(approval) == ["approved"] * 3
    assert Deal.objects.count() == 3


def test_what_fails_again_and_again_is_left_and_the_page_says_so(desk, festival, rows, clock_at):
    approval = asked(festival, rows)
    DBTaskResult.objects.all().delete()
    BulkApproval.objects.update(tries=bulk.MOST_TRIES)
    clock_at(LATER)

    assert bulk.take_up(at=LATER) == 0
    assert "Nothing has happened for a minute." in desk.get(page_of(approval)).text


def test_two_workers_at_one_bulk_approval_say_nothing_wrong(festival, rows):
    approval = asked(festival, rows)
    twin = BulkApproval.objects.get(pk=approval.pk)
    read = bulk._next(twin)
    bulk.work_off_some(approval, at=BEFORE)

    bulk._approve(twin.rows.all(), read, at=BEFORE, by=organizer("reviewer"))

    assert states(approval) == ["approved"] * 3


def test_what_is_approved_while_somebody_stops_it_is_said_to_be(festival, rows):
    approval = asked(festival, rows)
    read = bulk._next(approval)
    bulk.stop(approval, at=BEFORE)

    bulk._approve(approval.rows.all(), read, at=BEFORE, by=organizer("reviewer"))

    assert Deal.objects.count() == 3
    assert states(approval) == ["approved"] * 3
    assert not approval.rows.exclude(text="").exists()


def test_a_second_press_leads_to_the_first(desk, festival, rows):
    first = press(desk, festival)["Location"]

    again = press(desk, festival)

    assert again["Location"] == first
    assert "Others are being approved" in desk.get(first).text
    assert BulkApproval.objects.count() == 1
    with pytest.raises(NotPossible):
        asked(festival, rows)


def test_who_may_not_decide_any_more_has_approved_nothing(festival, rows):
    reviewer = organizer("reviewer")
    approval = asked(festival, rows, by=reviewer)
    Group.objects.get(user=reviewer).user_set.clear()

    run_queued_work()

    assert not Deal.objects.exists()
    assert states(approval) == ["refused"] * 3
    assert BulkRow.objects.first().text == "Whoever pressed may not decide any more: press again."


def test_what_is_stopped_leaves_the_rest_to_be_decided(desk, festival):
    rows = [*nominated(1, festival), *nominated(2, festival, kind=Product.Kind.EXPERIENCE)]
    approval = asked(festival, rows)
    bulk.work_off_some(approval, at=BEFORE)

    page = desk.post(page_of(approval), follow=True).text
    run_queued_work()

    assert "Stopped. What is approved stays; the rest waits as before." in page
    assert "Stopped before it was looked at." in page
    assert Deal.objects.count() == 1
    assert Nomination.objects.filter(state="submitted").count() == 2
    asked(festival, rows[1:])


def test_a_bulk_approval_of_another_festival_is_not_found(desk, festival, rows):
    approval = asked(festival, rows)
    other = make.festival()

    answer = desk.get(f"/organize/festivals/{other.pk}/nominations/bulk/{approval.pk}/")

    assert answer.status_code == 404


def test_old_bulk_approvals_are_forgotten_and_those_in_work_are_not(festival, rows):
    done = asked(festival, rows[:1])
    run_queued_work()
    going = asked(festival, rows[1:])

    forgotten = bulk.forget(at=BEFORE + bulk.KEPT_FOR + timedelta(days=1))

    assert forgotten == 1
    assert [row.pk for row in BulkApproval.objects.all()] == [going.pk]
    assert Nomination.objects.filter(pk=rows[0].pk).exists()
    assert done.pk != going.pk
