"""Whatever number an organizer types, it is taken or explained, and nothing typed is lost."""

from importlib import import_module
from pkgutil import iter_modules

import pytest
from django import forms

import cms.dashboard
from shop.festivals.models import Festival, Promotion
from tests import make
from tests.cms.dashboard.people import typed
from tests.cms.dashboard.promotions.test_benefits import benefit
from tests.make import NOON

pytestmark = pytest.mark.django_db

HUGE = ("99999999999999999999", "2147483648", "9" * 5000)


def all_forms() -> list[type[forms.Form]]:
    for module in iter_modules(cms.dashboard.__path__, "cms.dashboard."):
        import_module(module.name)
    found, open_ = [], [forms.Form]
    while open_:
        one = open_.pop()
        found.append(one)
        open_ += one.__subclasses__()
    ours = [form for form in found if form.__module__.startswith("cms.dashboard.")]
    return [form for form in ours if not issubclass(form, forms.BaseModelForm)]  # models look


def test_each_whole_number_of_the_desk_has_a_most_that_its_column_holds():
    fields = [
        (form.__name__, name, field)
        for form in all_forms()
        for name, field in form.base_fields.items()
        if type(field) in (forms.IntegerField, *forms.IntegerField.__subclasses__())
        and not isinstance(field, (forms.DecimalField, forms.FloatField))
        and not isinstance(field.widget, forms.HiddenInput)  # only compared, never kept
    ]

    assert len(fields) > 20
    assert not [
        (form, name)
        for form, name, field in fields
        if field.max_value is None or field.max_value >= 2**31
    ]


@pytest.mark.parametrize("number", HUGE)
@pytest.mark.parametrize("name", ["target_stores", "target_products", "target_countries"])
def test_a_target_that_is_too_large_is_explained_beside_what_was_typed(desk, name, number):
    festival = make.festival(zone="UTC", state="draft")
    same = {"starts": "2027-05-10T00:00", "ends": "2027-05-20T00:00", "zone_name": "UTC"}

    answer = desk.post(
        f"/organize/festivals/{festival.pk}/edit/",
        typed(title="Long typed", **same, **{name: number}),
    )

    assert answer.status_code == 422
    assert "Long typed" in answer.text
    assert not Festival.objects.filter(title="Long typed").exists()


@pytest.mark.parametrize("number", HUGE)
@pytest.mark.parametrize(
    "name", ["max_uses", "max_claims", "per_shopper", "budget", "cap", "amount", "every"]
)
def test_a_limit_that_is_too_large_is_explained_beside_what_was_typed(desk, name, number):
    festival = make.festival(zone="Africa/Nairobi")

    answer = desk.post(
        f"/organize/festivals/{festival.pk}/benefits/new/",
        benefit(title="Long typed", **{name: number}),
    )

    assert answer.status_code == 422
    assert "Long typed" in answer.text
    assert not Promotion.objects.exists()


@pytest.mark.parametrize("number", HUGE)
def test_limits_are_raised_to_what_there_can_be(desk, number):
    made = make.promotion(make.festival(), group="voucher", value=1, max_uses=5, max_claims=5)

    answer = desk.post(
        f"/organize/festivals/{made.festival_id}/benefits/{made.pk}/raise/",
        {"max_uses": number, "max_claims": number},
    )

    made.refresh_from_db()
    assert (answer.status_code, made.max_uses, made.max_claims) == (422, 5, 5)


@pytest.mark.parametrize("number", HUGE)
def test_ids_that_nothing_has_are_left_out(desk, clock_at, number):
    deal = make.deal(make.variant(20_00), during=make.festival(), price=15_00)
    clock_at(NOON)
    here = f"/organize/festivals/{deal.slot.festival_id}"
    desk.post(f"{here}/deals/{deal.pk}/void/", {"reason": "A zero is missing"})

    sales = desk.post(
        f"{here}/deals/{deal.pk}/decide/", {"line": number, "outcome": "honoured"}, follow=True
    )
    stores = desk.post(f"{here}/stores/invite/", {"store": number}, follow=True)
    rows = desk.post(f"{here}/nominations/", {"nomination": number}, follow=True)

    assert "Tick the orders" in sales.text
    assert (stores.status_code, rows.status_code) == (200, 200)


def test_a_moment_without_a_zone_is_none_that_was_seen(desk):
    make.nomination(of=make.variant(), during=(festival := make.festival()), price=15_00)

    answer = desk.post(
        f"/organize/festivals/{festival.pk}/nominations/?warnings=without",
        {"all": "", "shown": "2027-05-01T00:00:00"},
        follow=True,
    )

    assert "submitted again since you looked" in answer.text
