"""Benefits, vouchers, unique codes and sponsors at the organizers' desk."""

import pytest

from shop.festivals.models import ChangeLog, Claim, Fund, Promotion
from tests import make
from tests.buying import pay
from tests.cms.dashboard.people import version
from tests.make import NOON

pytestmark = pytest.mark.django_db
NOW = NOON  # of the desk


@pytest.fixture
def festival():
    return make.festival(title="Harvest", zone="Africa/Nairobi")


def benefit(**facts):
    known = {"title": "Save on big carts", "what": "save:step", "amount": "50", "every": "300",
             "max_steps": "3", "trigger": "automatic", "use_from": "2027-05-10T03:00",
             "use_to": "2027-05-20T03:00", "organizer_share": "100"}  # fmt: skip
    return known | facts


def test_a_benefit_is_drafted_activated_raised_and_ended(desk, festival):
    fund = Fund.objects.create(festival=festival, sponsor="Chamber", amount=900_00)
    where = f"/organize/festivals/{festival.pk}/benefits/"

    page = desk.post(f"{where}new/", benefit(budget="500", fund=fund.pk), follow=True).text
    made = Promotion.objects.get()
    assert "$50.00 off every $300.00, at most 3 times" in page
    assert (made.value, made.every, made.state) == (50_00, 300_00, "draft")
    mine = f"{where}{made.pk}/"
    desk.post(
        f"{mine}edit/", benefit(budget="600", fund=fund.pk, version=version(desk, f"{mine}edit/"))
    )

    assert "$600.00 of what Chamber gives are set aside" in desk.get(f"{mine}activate/").text
    desk.post(f"{mine}activate/")
    desk.post(f"{mine}raise/", {"budget": "700"})
    less = desk.post(f"{mine}raise/", {"budget": "650"})
    desk.post(f"{mine}pause/")
    assert "It is paused already" in desk.get(f"{mine}pause/", follow=True).text
    desk.post(f"{mine}resume/")
    desk.post(f"{mine}end/", {"reason": "Enough"})

    made.refresh_from_db()
    fund.refresh_from_db()
    assert "only be raised" in less.text
    assert (made.state, made.budget, fund.committed) == ("ended_early", 700_00, 0)
    assert desk.get(where).status_code == desk.get(f"{where[:-9]}sponsors/{fund.pk}/").status_code
    assert list(
        ChangeLog.objects.filter(subject="promotion")
        .order_by("pk")
        .values_list("action", flat=True)
    ) == ["create", "change", "activate", "raise", "pause", "resume", "end early"]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"amount": ""}, "Say how much"),
        ({"what": "voucher:percent"}, "Say how much"),
        ({"what": "merchant:amount"}, "one store names it"),
        ({"code": "NILE5"}, "Only a benefit that is typed"),
        ({"code": "NIL€", "trigger": "code"}, "Letters and digits only"),
        ({"use_from": "2027-05-01T00:00"}, "within its festival"),
        ({"every": ""}, "each step is"),
        ({"budget": "-5"}, "Enter a price"),
    ],
)
def test_a_benefit_that_makes_no_sense_is_explained(desk, festival, wrong, sentence):
    answer = desk.post(f"/organize/festivals/{festival.pk}/benefits/new/", benefit(**wrong))

    assert answer.status_code == 422
    assert sentence in answer.text
    assert not Promotion.objects.exists()


def test_a_code_that_another_benefit_has_is_explained(desk, festival):
    make.promotion(festival, group="voucher", trigger="code", code="NILE5", value=1_00)

    answer = desk.post(
        f"/organize/festivals/{festival.pk}/benefits/new/",
        benefit(what="voucher:amount", every="", max_steps="", trigger="code", code="nile5"),
    )

    assert answer.status_code == 422
    assert "Another benefit has this code" in answer.text


def test_codes_are_made_and_downloaded(desk, festival):
    made = make.promotion(festival, group="voucher", trigger="code", value=5_00)
    mine = f"/organize/festivals/{festival.pk}/benefits/{made.pk}/"

    page = desk.post(f"{mine}codes/", {"size": "1200", "label": "Radio Nairobi"}, follow=True).text
    assert "1,200 codes for Radio Nairobi are made" in page
    sheet = desk.get(f"{mine}codes/{made.batches.get().pk}/")

    lines = sheet.content.decode("utf-8-sig").splitlines()
    assert (lines[0], len(lines)) == ("code,state", 1201)
    assert lines[1] == f"{Claim.objects.order_by('pk')[0].code},available"
    assert "no-store" in sheet.headers["Cache-Control"]
    assert ChangeLog.objects.filter(action="download codes").count() == 1
    refused = desk.post(f"{mine}codes/", {"size": "20001", "label": "A"})
    assert "less than or equal to 20000" in refused.text


def test_more_codes_than_the_budget_pays_for_are_asked_back(desk, festival):
    made = make.promotion(festival, group="voucher", trigger="code", value=10_00,
                          budget=2_000_00)  # fmt: skip
    said = "20,000 codes of $10.00 may take $200,000.00; the budget of $2,000.00 pays for 200."
    mine = f"/organize/festivals/{festival.pk}/benefits/{made.pk}/"
    told = {"size": "20000", "label": "Radio"}
    assert "Make them all the same" not in desk.get(mine).text

    asked = desk.post(f"{mine}codes/", told).text
    assert said in asked
    assert "Make them all the same" in asked
    assert not Claim.objects.exists()
    assert (
        "200 codes for Radio are made"
        in desk.post(f"{mine}codes/", told | {"size": "200"}, follow=True).text
    )
    told = {"size": "1", "label": "Press", "sure": "on"}
    assert "1 code for Press is made" in desk.post(f"{mine}codes/", told, follow=True).text


def test_a_sponsor_is_added_once_and_its_drawdown_is_shown(desk, festival):
    where = f"/organize/festivals/{festival.pk}/sponsors/new/"
    desk.post(where, {"sponsor": "Chamber of Commerce", "amount": "100"})
    again = desk.post(where, {"sponsor": "Chamber of Commerce", "amount": "100"})
    assert "is there already" in again.text
    fund, kettle = Fund.objects.get(), make.variant(20_00)
    make.nomination(kettle, during=festival, price=15_00)
    make.promotion(festival, title="Welcome", value=5_00, fund=fund, budget=50_00,
                   organizer_share=60)  # fmt: skip
    pay(make.order({kettle: 2}))

    page = desk.get(f"/organize/festivals/{festival.pk}/sponsors/{fund.pk}/").text

    assert "Welcome" in page
    assert "$3.00" in page
    assert "3&nbsp;% drawn down" in page


@pytest.mark.parametrize(
    ("facts", "is_warned"),
    [
        ({"what": "save:amount", "amount": "50", "min_spend": "49.99"}, True),
        ({"what": "save:amount", "amount": "50"}, True),
        ({"what": "save:amount", "amount": "50", "min_spend": "50"}, False),
        ({"what": "save:step", "amount": "50", "every": "40"}, True),
        ({"what": "save:step", "amount": "50", "every": "300"}, False),
        ({"what": "save:percent", "percent": "50"}, False),
    ],
)
def test_a_benefit_that_takes_off_more_than_has_to_be_spent_is_told(
    desk, festival, facts, is_warned
):
    where = f"/organize/festivals/{festival.pk}/benefits/"

    page = desk.post(f"{where}new/", benefit(max_steps="", **facts), follow=True).text
    told = desk.get(f"{where}{Promotion.objects.get().pk}/activate/").text

    assert ("It takes $50.00 off" in page) == is_warned
    assert ("It takes $50.00 off" in told) == is_warned


def test_the_form_holds_every_field_once_under_headings(desk, festival):
    form = desk.get(f"/organize/festivals/{festival.pk}/benefits/new/").context["form"]

    shown = [field.name for _heading, fields in form.parts() for field, *_ in fields]

    assert sorted(shown) == sorted(form.fields)
