"""What was approved is taken back before it begins, and stores hear what is done to their deals."""

from datetime import timedelta

import pytest
from django_tasks_db.models import DBTaskResult

from shop.festivals.deals.actions import pause_deal, raise_allotment, resume_deal
from shop.festivals.deals.void import end_price
from shop.festivals.mail import send_changed
from shop.festivals.models import ChangeLog, Fund
from shop.festivals.nominations import decide
from tests import make
from tests.make import NOON

pytestmark = pytest.mark.django_db
REASON = "The hall has burnt down."


@pytest.fixture
def festival():
    return make.festival(title="Harvest")


@pytest.fixture
def kettle():
    return make.variant(20_00, of=make.product(title="Brass kettle", of=make.merchant(name="Zoe")))


def here(nomination, rest=""):
    festival = nomination.slot.festival_id
    return f"/organize/festivals/{festival}/nominations/{nomination.pk}/{rest}"


def queued() -> int:
    return DBTaskResult.objects.filter(task_path__endswith="send_changed").count()


def test_an_approved_nomination_is_taken_back_with_a_reason(desk, festival, kettle):
    fund = Fund.objects.create(festival=festival, sponsor="Ministry", amount=99_00)
    deal = make.deal(kettle, during=festival, price=15_00, allotment=5, subsidy=2_00, fund=fund)
    nomination = deal.nomination
    make.member(kettle.product.merchant)
    stores = f"/organize/festivals/{festival.pk}/stores/"
    taken_out = desk.post(f"{stores}{nomination.enrolment_id}/", {"remove": ""}, follow=True).text
    assert "Take the approved products back first" in taken_out
    assert "nominations/?state=approved&amp;q=Zoe" in taken_out
    assert here(nomination, "take-back/") in desk.get(here(nomination)).text

    empty = desk.post(here(nomination, "take-back/"), {"reason": " "})
    page = desk.post(here(nomination, "take-back/"), {"reason": REASON}, follow=True).text

    for row in (nomination, deal, fund):
        row.refresh_from_db()
    assert (empty.status_code, "Taken back." in page) == (422, True)
    assert (nomination.state, nomination.note, deal.state) == ("withdrawn", REASON, "withdrawn")
    assert (fund.committed, queued()) == (0, 1)
    again = desk.post(here(nomination, "take-back/"), {"reason": REASON}, follow=True)
    assert "This nomination is not approved: withdrawn." in again.text
    assert here(nomination, "take-back/") not in again.text
    desk.post(f"{stores}{nomination.enrolment_id}/", {"remove": ""})
    nomination.enrolment.refresh_from_db()
    assert nomination.enrolment.state == "withdrawn"


def test_what_has_begun_or_waits_is_not_taken_back(desk, festival, kettle, clock_at):
    waiting = make.nomination(make.variant(20_00), during=festival, price=15_00)
    deal = make.deal(kettle, during=festival, price=15_00)
    early = desk.get(here(waiting, "take-back/"), follow=True)
    clock_at(NOON)

    late = desk.post(here(deal.nomination, "take-back/"), {"reason": REASON}, follow=True)

    assert "This nomination is not approved: submitted." in early.text
    assert "Its deal has begun. Pause the deal, or void a wrong price." in late.text
    deal.refresh_from_db()
    assert deal.state == "approved"


def test_a_store_is_told_in_its_language_what_was_done_to_its_deal(festival, kettle, mailoutbox):
    deal = make.deal(kettle, during=festival, price=15_00, allotment=5)
    coming = make.deal(
        kettle, price=14_00, during=make.slot(festival, starts_at=NOON + timedelta(days=1))
    )
    user, by = make.member(kettle.product.merchant), make.user()
    pause_deal(deal, at=NOON, by=by, reason=REASON)
    resume_deal(deal, at=NOON + timedelta(minutes=1), by=by)
    raise_allotment(deal, 9, at=NOON + timedelta(minutes=2), by=by)
    end_price(deal, reason=REASON, at=NOON + timedelta(minutes=3), by=by)
    decide.take_back(coming.nomination, REASON, at=NOON + timedelta(minutes=4), by=by)
    actions = ("pause", "resume", "raise", "void", "take back")
    lines = {row.action: row for row in ChangeLog.objects.filter(action__in=actions)}

    assert queued() == 5
    for action in actions:
        row = coming.nomination if action == "take back" else deal.nomination
        send_changed.call(lines[action].pk, row.pk, user.pk)

    paused, resumed, raised, void, back = mailoutbox
    assert "Paused: Brass kettle" in paused.subject
    assert "Your regular price counts until they resume it" in paused.body
    assert "It gives its price again" in resumed.body
    assert "The reason" not in resumed.body
    assert "9 in all" in raised.body
    assert "was a mistake" in void.body
    assert "Taken back: Brass kettle in Harvest" in back.subject
    for mail in (paused, void, back):
        assert f"The reason: {REASON}" in mail.body
    type(user).objects.filter(pk=user.pk).update(language="fr")
    send_changed.call(lines["pause"].pk, deal.nomination.pk, user.pk)
    assert "Les organisateurs ont suspendu votre offre" in mailoutbox[-1].body


def test_what_a_store_does_itself_is_no_news_to_it(festival, kettle):
    deal = make.deal(kettle, during=festival, price=15_00, allotment=5)
    user = make.member(kettle.product.merchant)

    raise_allotment(deal, 9, at=NOON, by=user)

    assert queued() == 0


def test_a_store_reads_that_its_price_was_a_mistake(client, clock_at, festival, kettle):
    clock_at(NOON)
    user = make.member(kettle.product.merchant)
    deal = make.deal(kettle, during=festival, price=15_00)
    end_price(deal, reason=REASON, at=NOON, by=make.user())
    client.force_login(user)
    store = f"/merchant/{kettle.product.merchant.slug}/festivals/{festival.pk}"

    for page in (f"{store}/", f"{store[: -len(str(festival.pk)) - 1]}/"):
        answer = client.get(page, follow=True)
        if "Brass kettle" in answer.text:
            assert "Ended: a wrong price" in answer.text
            return
    pytest.fail("no page of the store names the product")
