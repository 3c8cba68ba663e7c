"""An organizer pauses, raises, stops, extends and voids; each screen shows the effect first."""

from datetime import timedelta

import pytest

from shop.festivals.models import Deal, Festival
from shop.orders.models import Order, SaleDecision
from tests import make
from tests.buying import pay, span_price
from tests.cms.dashboard.deals.addresses import at_deal, at_slot
from tests.cms.dashboard.people import hidden, organizer, version
from tests.make import END, NOON
from tests.queue import run_queued_work

pytestmark = pytest.mark.django_db
NOW = NOON  # of the desk
HOUR = timedelta(hours=1)


def test_a_deal_is_paused_after_its_effect_was_read_and_resumed(desk, deal):
    make.order({deal.variant: 2}, at=NOON - timedelta(minutes=5))

    shown = desk.get(at_deal(deal, "pause")).text
    assert (
        "1 open order holds its price. It can still be paid until 15:25 (East Africa Time)" in shown
    )
    done = desk.post(at_deal(deal, "pause"), {"reason": "Broken in transit"}, follow=True).text

    assert "The everyday price counts from now on" in done
    assert "Broken in transit" in done
    assert span_price(deal.variant, NOON + timedelta(minutes=5)) == 20_00
    assert Order.objects.get().state == "pending"
    desk.post(at_deal(deal, "resume"))
    assert span_price(deal.variant, NOON + timedelta(minutes=5)) == 15_00


def test_an_allotment_is_raised_and_never_lowered(desk, deal):
    assert "20 units are set aside" in desk.get(at_deal(deal, "raise")).text

    lower = desk.post(at_deal(deal, "raise"), {"units": "19"})
    over = desk.post(at_deal(deal, "raise"), {"units": "101"})
    desk.post(at_deal(deal, "raise"), {"units": "30"})

    deal.refresh_from_db()
    assert (lower.status_code, over.status_code, deal.allotment) == (422, 422, 30)
    assert "can only be raised" in lower.text
    assert "101" in over.text


def test_a_deal_is_stopped_at_once_after_its_effect_was_read(desk, deal):
    make.order({deal.variant: 2}, at=NOON - timedelta(minutes=5))

    shown = desk.get(at_deal(deal, "stop")).text
    assert "1 open order holds its price. It can still be paid until 15:25" in shown
    assert "18 units are set aside and not taken. They go back into everyday sale then." in shown
    assert "It cannot be taken back" in shown
    silent = desk.post(at_deal(deal, "stop"), {"reason": " ", "ends": ""})
    done = desk.post(at_deal(deal, "stop"), {"reason": "Moths", "ends": ""}, follow=True).text

    assert silent.status_code == 422
    assert "Stopped. The everyday price counts from now on." in done
    assert "Moths" in done
    assert "Resume" not in done
    assert span_price(deal.variant, NOON + timedelta(minutes=5)) == 20_00
    assert Order.objects.get().state == "pending"


def test_a_deal_is_stopped_at_a_time_of_the_festivals_zone(desk, deal):
    past = desk.post(at_deal(deal, "stop"), {"reason": "Moths", "ends": "2027-05-12T14:59"})
    done = desk.post(
        at_deal(deal, "stop"), {"reason": "Moths", "ends": "2027-05-12T18:00"}, follow=True
    )

    deal.refresh_from_db()
    assert past.status_code == 422
    assert "has passed" in past.text
    assert deal.effective_to == NOON + 3 * HOUR
    assert "(East Africa Time). The everyday price counts from then." in done.text
    assert span_price(deal.variant, NOON + 2 * HOUR) == 15_00


def test_who_may_only_review_stops_no_deal(client, deal):
    client.force_login(organizer("reviewer"))

    page = client.get(at_deal(deal))
    client.post(at_deal(deal, "stop"), {"reason": "Moths", "ends": ""})

    deal.refresh_from_db()
    assert page.status_code == 200
    assert at_deal(deal, "stop") not in page.text
    assert deal.effective_to == END


def test_a_deal_that_the_regular_price_undercuts_says_so(desk, deal):
    before = desk.get(at_deal(deal)).text
    make.reprice(deal.variant, 15_00, at=NOON)

    assert "it gives nothing" not in before
    assert (
        "The regular price is not above this deal: it gives nothing" in desk.get(at_deal(deal)).text
    )


def test_a_wrong_price_is_voided_and_each_paid_order_decided(desk, sandbox, deal):
    for count in (1, 2):
        pay(make.order({deal.variant: count}))
    open_one = make.order({deal.variant: 3})
    shown = desk.get(at_deal(deal, "void")).text
    assert "1 open order holds its price. It is ended: nothing is charged" in shown
    assert "2 paid orders had this price. Nothing happens to them before you decide" in shown

    assert "Brass kettle" in shown
    assert "$15.00 in “whole”" in shown
    assert "It cannot be taken back" in shown
    assert "They stay as they are" not in shown

    no_reason = desk.post(at_deal(deal, "void"), {"reason": ""})
    assert no_reason.status_code == 422
    page = desk.post(at_deal(deal, "void"), {"reason": "A zero is missing"}, follow=True).text
    run_queued_work()

    open_one.refresh_from_db()
    assert open_one.state == Order.State.EXPIRED
    assert "Decide on the paid ones" in page
    assert "A zero is missing" in page
    line, other = deal.order_lines.filter(order__state="paid").order_by("pk")
    nothing = desk.post(at_deal(deal, "decide"), {"outcome": "honoured"}, follow=True).text
    assert "Tick the orders" in nothing
    after = desk.post(
        at_deal(deal, "decide"), {"line": [line.pk], "outcome": "honoured"}, follow=True
    ).text
    assert "1 of 1 keep their price" in after
    assert (
        line.order.number not in after.partition("wait for a decision")[2].partition("</table")[0]
    )
    assert other.order.number in after
    assert SaleDecision.objects.get().line == line


def test_lines_of_another_void_deal_are_decided_there(desk, sandbox, festival, deal):
    other = make.deal(make.variant(20_00), during=festival, price=9_00)
    pay(make.order({other.variant: 1}))
    for wrong in (deal, other):
        desk.post(at_deal(wrong, "void"), {"reason": "A zero is missing"})

    desk.post(at_deal(deal, "decide"), {"line": other.order_lines.get().pk, "outcome": "honoured"})

    assert not SaleDecision.objects.exists()


def test_what_cannot_be_done_is_not_there(desk, deal, festival):
    assert desk.get(at_deal(deal, "explode")).status_code == 404
    assert desk.get(at_slot(festival.slots.get(), "explode")).status_code == 404
    elsewhere = make.festival()
    where = f"/organize/festivals/{elsewhere.pk}/deals/{deal.pk}/"
    assert desk.get(where).status_code == 404
    assert desk.get(f"{where}pause/").status_code == 404


def test_a_festival_is_extended_once_and_then_stopped(desk, festival, deal):
    whole = festival.slots.get()
    shown = desk.get(at_slot(whole, "extend")).text
    assert "It ends at 2027-05-20 03:00 in East Africa Time" in shown
    assert "It can be extended once" in shown

    effect = desk.post(at_slot(whole, "extend"), {"ends": "2027-05-22T03:00", "reason": "Rain"})
    assert "1 deal would start earlier or end later" in effect.text
    desk.post(at_slot(whole, "extend"), hidden(effect.text) | {"reason": "Rain"})
    festival.refresh_from_db()
    assert festival.ends_at == END + timedelta(days=2)
    late = {"ends": "2027-05-23T03:00", "reason": "Rain"}
    again = desk.post(at_slot(whole, "extend"), late, follow=True)
    assert "“Harvest” was extended as often as it may be: once." in again.text
    assert "Extend the festival" not in again.text
    stopping = desk.get(at_slot(whole, "stop")).text
    assert "It cannot be taken back" in stopping
    assert "Stores get it by mail, word for word" in stopping

    page = desk.post(at_slot(whole, "stop"), {"reason": "The power is out"}, follow=True).text
    festival.refresh_from_db()
    assert NOON < festival.ends_at < NOON + timedelta(minutes=5)
    assert "Everyday prices count from now on" in page
    assert "The power is out" in page
    assert span_price(deal.variant, festival.ends_at) == 20_00


def test_a_festival_ends_early_at_a_time_that_is_announced(desk, festival, deal):
    stop = at_slot(festival.slots.get(), "stop")

    late = desk.post(stop, {"reason": "Storm", "ends": "2027-06-01T20:00"})
    past = desk.post(stop, {"reason": "Storm", "ends": "2027-05-01T20:00"})
    page = desk.post(stop, {"reason": "Storm", "ends": "2027-05-13T20:00"}, follow=True).text

    assert (late.status_code, past.status_code) == (422, 422)
    assert "It ends at 2027-05-13 20:00 (East Africa Time)" in page
    festival.refresh_from_db()
    assert festival.ends_at == NOON + timedelta(days=1, hours=5)
    assert span_price(deal.variant, festival.ends_at - HOUR) == 15_00
    assert span_price(deal.variant, festival.ends_at) == 20_00


def test_a_doubled_end_is_asked_about(desk):
    cairo = make.festival(
        zone="Africa/Cairo", starts_at=NOON - timedelta(days=5), ends_at=NOON + timedelta(days=160)
    )
    where = at_slot(cairo.slots.get(), "extend")

    first = desk.post(where, {"ends": "2027-10-28T23:59", "reason": "Rain"})
    assert (first.status_code, 'name="ends_which"' in first.text) == (422, True)
    second = {"ends": "2027-10-28T23:59", "reason": "Rain", "ends_which": "second"}
    shown = desk.post(where, second).text
    desk.post(where, hidden(shown) | {"reason": "Rain"})

    cairo.refresh_from_db()
    assert f"{cairo.ends_at:%H:%M}" == "21:59"


def test_a_festival_that_has_not_begun_is_called_off(desk, festival, deal, clock_at):
    clock_at(festival.starts_at - timedelta(days=1))

    page = desk.post(at_slot(festival.slots.get(), "cancel"), {"reason": "No hall"}, follow=True)

    festival.refresh_from_db()
    deal.refresh_from_db()
    assert (festival.state, deal.state) == (Festival.State.CANCELLED, Deal.State.WITHDRAWN)
    assert "cancelled" in page.text


def test_whoever_saves_second_is_told_what_the_first_one_changed(desk, festival, client):
    slot = make.slot(
        festival,
        label="Night",
        starts_at=NOON + timedelta(hours=3),
        ends_at=NOON + timedelta(hours=5),
    )
    where = f"/organize/festivals/{festival.pk}/slots/{slot.pk}/"
    hours = {"starts": "2027-05-12T18:00", "ends": "2027-05-12T20:00"}
    seen = version(desk, where)
    desk.post(where, hours | {"label": "Long night", "version": seen})

    second = desk.post(where, hours | {"label": "Short night", "version": seen})

    slot.refresh_from_db()
    assert (second.status_code, slot.label) == (422, "Long night")
    assert "meanwhile, at 12:0" in second.text
    assert "Short night" in second.text
    desk.post(where, hours | {"label": "Short night", "version": version(desk, where)})
    slot.refresh_from_db()
    assert slot.label == "Short night"


def test_a_festival_is_cloned_with_a_word_about_what_changed(desk, festival):
    make.promotion(festival, title="Welcome", group="voucher", trigger="code", code="HI", value=1)
    where = f"/organize/festivals/{festival.pk}/clone/"
    assert 'value="2028-05-08"' in desk.get(where).text

    page = desk.post(where, {"title": "Harvest 2028", "first_day": "2028-05-08"}, follow=True).text

    assert "“Harvest 2028” is planned" in page
    assert "“Welcome” needs a new code" in page
    assert Festival.objects.get(slug="harvest-2028").cloned_from == festival
    for wrong in ({"first_day": "2020-01-01"}, {"first_day": "9999-01-01"}, {"title": ""}):
        answer = desk.post(where, {"title": "X", "first_day": "2028-05-08"} | wrong)
        assert answer.status_code == 422


def test_an_extension_says_what_is_left_and_which_festival_it_runs_into(desk):
    long = make.festival(title="Harvest", zone="UTC", max_extensions=3)
    make.festival(title="Winter", zone="UTC", starts_at=END + timedelta(days=1),
                  ends_at=END + timedelta(days=5))  # fmt: skip
    make.festival(title="Off", state="cancelled", starts_at=END + timedelta(days=1),
                  ends_at=END + timedelta(days=5))  # fmt: skip
    where = at_slot(long.slots.get(), "extend")
    assert "It can be extended 3 times" in desk.get(where).text

    near = desk.post(where, {"ends": "2027-05-20T12:00", "reason": "Rain"}).text
    assert "Beside it runs" not in near
    desk.post(where, hidden(near) | {"reason": "Rain"})
    assert "It was extended once already, and can be twice more" in desk.get(where).text

    far = desk.post(where, {"ends": "2027-05-22T00:00", "reason": "Rain"}).text
    assert "Beside it runs: “Winter”, 2027-05-21 00:00 to 2027-05-25 00:00 (Coordinated" in far
    assert "“Off”" not in far
