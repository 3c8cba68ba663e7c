"""A row of a sheet means one slot, and the same one whenever the sheet is sent in again."""

from datetime import timedelta

import pytest

from shop.festivals.models import Nomination
from tests import make
from tests.shop.merchant.dashboard.spreadsheets.files import csv_of, goods, row, send, states

pytestmark = pytest.mark.django_db


@pytest.fixture
def where(desk):
    return desk.address("{store}/festivals/{festival}/sheet/")


@pytest.fixture
def evenings(desk):
    """Give three slots of one name on three days."""
    starts = desk.festival.starts_at
    return [
        make.slot(
            desk.festival, label="Evening", starts_at=starts + timedelta(days=day, hours=18),
            ends_at=starts + timedelta(days=day, hours=20),
        )
        for day in range(3)
    ]  # fmt: skip


def name(slot):
    return f"Evening {slot.starts_at:%Y-%m-%d %H:%M}"


def test_a_name_of_several_slots_asks_for_the_start_beside_it(client, desk, where, evenings):
    (cup,) = goods(desk.merchant, 1)

    sheet = send(client, where, csv_of([row(cup.sku, slot="evening", percent="25")]))

    (told,) = sheet.rows.all()
    assert (told.state, told.column) == ("refused", "slot")
    assert told.text == (
        "Several slots have this name. Write the start beside it: "
        + ", ".join(name(slot) for slot in evenings) + "."
    )  # fmt: skip
    assert not Nomination.objects.filter(product=cup.product).exists()

    sheet = send(client, where, csv_of([row(cup.sku, slot=name(evenings[1]), percent="25")]))

    assert states(sheet) == {"submitted": 1}
    assert Nomination.objects.get(product=cup.product).slot == evenings[1]


def test_the_same_sheet_after_the_first_slot_ended_nominates_nothing_new(
    client, desk, where, evenings, clock_at
):
    cups = goods(desk.merchant, 2)
    rows = [row(cups[0].sku, slot=name(evenings[0]), percent="25"),
            row(cups[1].sku, slot="Evening", percent="25")]  # fmt: skip
    send(client, where, csv_of(rows))
    type(desk.festival).objects.update(enrol_closes=desk.festival.ends_at)
    clock_at(evenings[1].ends_at)

    sheet = send(client, where, csv_of(rows))

    assert states(sheet) == {"refused": 2}
    assert [made.slot for made in Nomination.objects.filter(product__title__startswith="Cup")] == [
        evenings[0]
    ]


def test_a_slot_that_was_called_off_hides_no_other_one(client, desk, where, evenings):
    for slot in (evenings[0], evenings[2]):
        slot.cancelled_at = slot.starts_at - timedelta(days=1)
        slot.save()
    (cup,) = goods(desk.merchant, 1)

    sheet = send(client, where, csv_of([row(cup.sku, slot="Evening", percent="25")]))

    assert states(sheet) == {"submitted": 1}
    assert Nomination.objects.get(product=cup.product).slot == evenings[1]


def test_two_names_of_one_slot_are_one_nomination(client, desk, where, evenings):
    whole = desk.festival.slots.get(kind="whole")
    one = goods(desk.merchant, 1)[0]
    two = make.variant(30_00, of=one.product)
    full = f"whole {whole.starts_at:%Y-%m-%d %H:%M}"

    sheet = send(
        client, where, csv_of([row(one.sku, price="15"), row(two.sku, slot=full, price="21")])
    )

    assert states(sheet) == {"submitted": 2}
    assert len(Nomination.objects.get(product=one.product).prices) == 2


def test_the_template_names_each_slot_so_that_it_can_be_sent_in(client, desk, evenings):
    (cup,) = goods(desk.merchant, 1)
    make.nomination(cup, during=evenings[2], percent=25)
    (called_off,) = goods(desk.merchant, 1)
    make.nomination(called_off, during=evenings[0], percent=25)
    evenings[0].cancelled_at = evenings[0].starts_at - timedelta(days=1)
    evenings[0].save()

    text = client.get(desk.address("{store}/festivals/{festival}/sheet.csv")).text

    assert f"{cup.sku},,20.00,{name(evenings[2])},25" in text
    assert f"{called_off.sku},,20.00,,," in text
