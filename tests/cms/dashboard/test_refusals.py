"""What an organizer typed stays after a refusal, and what could never be is refused."""

import pytest

from shop.festivals.models import ChangeLog, Deal, Enrolment, Fund, ProductRequest
from tests import make
from tests.cms.dashboard.addresses import NO_STORE
from tests.cms.dashboard.people import BEFORE
from tests.make import NOON

pytestmark = pytest.mark.django_db
NOTE = "Three sentences that took a while."


@pytest.fixture
def festival():
    return make.festival(min_percent_off=15)


def nominated(festival, **facts):
    """Return a nomination that takes 3.00 off one variant and 8.00 off another."""
    product = make.product(title="Kettle")
    small, large = make.variant(10_00, of=product), make.variant(20_00, of=product)
    made = make.nomination(small, during=festival, price=7_00, submitted_at=BEFORE, **facts)
    made.prices = {str(small.pk): 7_00, str(large.pk): 12_00}
    made.save()
    return made


def decide(desk, nomination, **told):
    where = f"/organize/festivals/{nomination.slot.festival_id}/nominations/{nomination.pk}/"
    return desk.post(where, {"approve": "", "seen": BEFORE.isoformat(), "note": NOTE} | told)


@pytest.mark.parametrize("back", ["", "sort=new"])
def test_a_refused_decision_keeps_note_subsidy_and_sponsor(desk, festival, back):
    fund = Fund.objects.create(festival=festival, sponsor="Ministry", amount=99_00)
    made = nominated(festival)

    answer = decide(desk, made, subsidy="-4", fund=fund.pk, back=back)

    assert answer.status_code == 422
    assert "Write the subsidy per unit as an amount" in answer.text
    assert f">{NOTE}</textarea>" in answer.text
    assert 'value="-4"' in answer.text
    assert f'value="{fund.pk}" selected' in answer.text
    assert f'name="seen" value="{BEFORE.isoformat()}"' in answer.text
    assert bool(back) == ('name="back" value="sort=new"' in answer.text)
    assert not Deal.objects.exists()


def test_a_subsidy_is_at_most_the_smallest_reduction_of_the_variants(desk, festival):
    made = nominated(festival)

    for amount in ("1000", "3.01"):
        answer = decide(desk, made, subsidy=amount)
        assert (answer.status_code, Deal.objects.count()) == (422, 0)
        assert "at most what the price is lowered by: $3.00 per unit" in answer.text
    decide(desk, made, subsidy="3.00")

    assert set(Deal.objects.values_list("subsidy", flat=True)) == {3_00}


@pytest.mark.parametrize("fund", ["999999999", "x", "9" * 40, "other"])
def test_a_sponsor_that_the_festival_does_not_have_is_not_billed_to_the_organizer(
    desk, festival, fund
):
    other = Fund.objects.create(festival=make.festival(), sponsor="Elsewhere", amount=99_00)
    made = nominated(festival)

    answer = decide(desk, made, subsidy="1.00", fund=other.pk if fund == "other" else fund)

    made.refresh_from_db()
    assert answer.status_code == 422
    assert "This festival has no such sponsor" in answer.text
    assert (made.state, made.subsidy) == ("submitted", 0)


def test_refused_codes_keep_for_whom_they_are(desk, clock_at):
    made = make.promotion(make.festival(), group="voucher", trigger="code", value=5_00)
    clock_at(NOON)
    where = f"/organize/festivals/{made.festival_id}/benefits/{made.pk}/codes/"

    for size in ("x", "0", "20001", "9" * 30):
        answer = desk.post(where, {"size": size, "label": "Radio Nairobi"})
        assert answer.status_code == 422
        assert 'value="Radio Nairobi"' in answer.text
        assert f'value="{size}"' in answer.text

    assert not made.batches.exists()


def test_an_invitation_says_who_gets_no_mail(desk, festival):
    where = f"/organize/festivals/{festival.pk}/stores/invite/"
    stores = [make.merchant() for _n in range(6)]
    make.member(stores[0])
    make.member(stores[1])

    def invite(*chosen):
        return desk.post(where, {"store": [row.pk for row in chosen]}, follow=True).text

    assert "3 stores are invited. 1 of them has nobody who signs in yet, and gets no mail." in (
        invite(stores[0], stores[1], stores[2])
    )
    assert "2 stores are invited. 2 of them have nobody who signs in yet, and get no mail." in (
        invite(stores[3], stores[4])
    )
    assert "1 store is invited. It has nobody who signs in yet, and gets no mail." in (
        invite(stores[5])
    )
    assert "All of these were asked already." in invite(stores[0])
    assert Enrolment.objects.count() == 6


def test_an_invitation_of_nobody_is_refused(desk, festival):
    answer = desk.post(f"/organize/festivals/{festival.pk}/stores/invite/", {}, follow=True)

    assert "Tick at least one store." in answer.text
    assert "are invited" not in answer.text


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ({"percent": "5"}, "asks for at least 15 % off"),
        ({"price": "20.00"}, "Its regular price is $20.00"),
        ({"price": "4000"}, "Its regular price is $20.00"),
        ({"price": "18.00"}, "Of $20.00 that leaves $17.00 at the most"),
        ({"price": "16.50", "slot": True}, "A deal costs $16.00 at the most here"),
    ],
)
def test_a_wish_that_no_store_could_answer_is_refused(desk, festival, told, sentence):
    kettle = make.variant(20_00, of=make.product(title="Kettle"))
    slot = make.slot(festival, price_ceiling=16_00)
    where = f"/organize/festivals/{festival.pk}/wanted/"
    body = told | ({"slot": slot.pk} if "slot" in told else {})

    answer = desk.post(where, {"sku": kettle.sku} | body)

    assert answer.status_code == 422
    assert sentence in answer.text
    assert not ProductRequest.objects.exists()
    desk.post(where, {"sku": kettle.sku, "price": "17.00"})
    desk.post(where, {"sku": kettle.sku, "percent": "15"})
    assert ProductRequest.objects.count() == 2


def test_what_a_database_cannot_keep_is_left_out_of_a_reason(desk):
    festival = make.festival(state="draft")
    told = NO_STORE | {"reason": "It\0  must be seen"}

    answer = desk.post(f"/organize/festivals/{festival.pk}/override/", told)

    assert answer.status_code == 302
    assert ChangeLog.objects.get(action="override").reason == "It must be seen"
