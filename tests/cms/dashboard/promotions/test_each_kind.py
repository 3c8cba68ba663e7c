"""The form of a benefit knows every kind that is defined."""

import re

import pytest

from cms.dashboard.promotions.forms import BenefitForm, said
from shop.festivals.models import Enrolment, Promotion
from shop.festivals.pricing.benefit_kinds import Group
from tests import make
from tests.make import NOON
from tests.shop.festivals.pricing.each_kind import each_choice, each_kind, example, needed

pytestmark = pytest.mark.django_db
NOW = NOON  # of the desk


@pytest.fixture
def festival():
    return make.festival(zone="Africa/Nairobi")


def typed(festival, group, kind):
    """Return what organizers type for a benefit of a kind."""
    numbers = {
        field.name: f"{number / 100:.2f}" if field.is_amount else str(number)
        for field, number in needed(kind).items()
    }
    store = ""
    if group == Group.MERCHANT:
        store = make.merchant()
        Enrolment.objects.create(
            festival=festival, merchant=store, state="accepted", commission_bp=0
        )
        store = store.pk
    return {
        "title": "The benefit",
        "what": f"{group}:{kind.code}",
        "trigger": "automatic",
        "use_from": "2027-05-10T03:00",
        "use_to": "2027-05-20T03:00",
        "organizer_share": "100",
        "merchant": store,
    } | numbers


@each_choice
def test_a_benefit_is_drafted_read_and_changed(desk, festival, group, kind):
    where, told = f"/organize/festivals/{festival.pk}/benefits/", typed(festival, group, kind)

    page = desk.post(f"{where}new/", told, follow=True).text

    made = Promotion.objects.get()
    assert (made.group, made.kind) == (group, kind.code)
    assert {name: getattr(made, name) for name in example(kind)} == example(kind)
    assert said(made) in page
    form = desk.get(f"{where}{made.pk}/edit/").context["form"]
    shown = {name: str(form[name].value()) for name in told if name in form.fields}
    assert {name: shown[name] for name in told} == {
        name: "None" if text == "" else str(text) for name, text in told.items()
    }


@each_choice
def test_a_number_that_is_needed_is_asked_for(desk, festival, group, kind):
    told = typed(festival, group, kind)
    for field in needed(kind):
        answer = desk.post(
            f"/organize/festivals/{festival.pk}/benefits/new/", told | {field.name: ""}
        )

        assert answer.status_code == 422
        assert answer.context["form"].errors[field.name] == [field.needed]


@each_kind
def test_the_page_hides_the_fields_of_other_kinds(desk, festival, kind):
    page = desk.get(f"/organize/festivals/{festival.pk}/benefits/new/").text
    (address,) = re.findall(r'"(/organize/[^"]*benefits\.css)"', page)
    rules = desk.get(address)

    assert rules["Content-Type"] == "text/css"
    assert f'[value$=":{kind.code}"]:checked' in rules.text
    form = BenefitForm(festival=festival)
    kinds = {field.name: kinds.split() for _, parts in form.parts() for field, kinds, _ in parts}
    assert all(kind.code in kinds[field.name] for field in kind.fields)
