"""Notes of organizers on an order: written, struck, called back, and forgotten with the contact."""

from datetime import timedelta

import pytest

from shop.core.errors import NotPossible
from shop.operations.retention.contacts import forget
from shop.orders.after_sale import notes
from shop.orders.cart.models import Cart
from shop.orders.models import OrderNote
from tests import make
from tests.budgets import statements
from tests.buying import pay
from tests.cms.dashboard.people import organizer
from tests.make import NOON

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def order(clock_at):
    clock_at(NOON)
    made = make.order({make.variant(20_00): 1})
    pay(made)
    return made


def seen(desk, order):
    return desk.get(f"/organize/desk_orders/inspect/{order.pk}/").text


def test_a_note_is_read_with_who_wrote_it_and_stands_in_the_history(desk, order):
    desk.post(f"/organize/orders/{order.pk}/notes/", {"text": "She calls\nagain", "due_on": ""})

    note = OrderNote.objects.get()
    assert (note.text, note.due_on) == ("She calls\nagain", None)
    page = seen(desk, order)
    assert page.count("She calls<br>again") == 1
    assert "She calls\nagain" in page


@pytest.mark.parametrize(
    "body",
    [{"text": " "}, {"text": "x" * 2_001}, {"text": "Call", "due_on": "2027-05-11"},
     {"text": "Call", "due_on": "2029-05-12"}, {"text": "Call", "due_on": "soon"}],
)  # fmt: skip
def test_what_is_no_note_is_refused_with_words(desk, order, body):
    answer = desk.post(f"/organize/orders/{order.pk}/notes/", body, follow=True)

    assert not OrderNote.objects.exists()
    assert 'class="error"' in answer.text or "messages" in answer.text


def test_its_author_strikes_a_note_within_an_hour(order):
    author = organizer()
    notes.write(order, "Wrong order", at=NOON, by=author)
    note = OrderNote.objects.get()

    with pytest.raises(NotPossible, match="within an hour"):
        notes.strike(note.pk, at=NOON, by=organizer())
    with pytest.raises(NotPossible, match="within an hour"):
        notes.strike(note.pk, at=NOON + HOUR, by=author)
    note.refresh_from_db()
    assert note.text == "Wrong order"

    notes.strike(note.pk, at=NOON + HOUR / 2, by=author)

    note.refresh_from_db()
    assert (note.text, note.struck_by) == ("", author)
    with pytest.raises(NotPossible, match="struck already"):
        notes.strike(note.pk, at=NOON + HOUR / 2, by=author)


def test_a_superuser_strikes_any_note_and_it_is_read_who_did(desk, order):
    notes.write(order, "Hearsay about her", at=NOON, by=make.user())
    boss = make.user(is_superuser=True, first_name="Efua", last_name="Boss")

    notes.strike(OrderNote.objects.get().pk, at=NOON + 90 * DAY, by=boss)

    page = seen(desk, order)
    assert "Hearsay" not in page
    assert "Struck by Efua Boss" in page


def test_who_is_to_be_called_stands_on_the_first_screen_until_somebody_has(desk, order, clock_at):
    other = make.order({make.variant(20_00): 1})
    notes.write(order, "Parcel?", at=NOON, by=make.user(), due_on=(NOON + DAY).date())
    notes.write(other, "Later", at=NOON, by=make.user(), due_on=(NOON + 9 * DAY).date())
    assert "To call back" not in desk.get("/organize/").text

    clock_at(NOON + DAY)
    assert "?call=due" in desk.get("/organize/").text
    found = desk.get("/organize/desk_orders/?call=due").context["object_list"]
    assert [row.pk for row in found] == [order.pk]
    assert len(desk.get("/organize/desk_orders/?call=any").context["object_list"]) == 2

    desk.post(f"/organize/orders/notes/{order.notes.get().pk}/called/")

    assert "To call back" not in desk.get("/organize/").text
    assert "Shopper called back" in seen(desk, order)
    answer = desk.post(f"/organize/orders/notes/{order.notes.get().pk}/called/", follow=True)
    assert "any more" in answer.text


def test_a_struck_note_calls_nobody(order):
    author = make.user()
    notes.write(order, "Call", at=NOON, by=author, due_on=NOON.date())

    notes.strike(OrderNote.objects.get().pk, at=NOON, by=author)

    assert not OrderNote.objects.due(NOON.date()).exists()


def test_colleagues_who_may_not_see_shoppers_read_no_notes(client, order):
    notes.write(order, "Ms Cole of Leeds", at=NOON, by=make.user())
    client.force_login(organizer("analyst"))

    assert "Ms Cole" not in seen(client, order)
    assert client.post(f"/organize/orders/{order.pk}/notes/", {"text": "x"}).status_code == 403


def test_words_are_forgotten_with_the_contact(order):
    notes.write(order, "Ms Cole of Leeds", at=NOON, by=make.user(), due_on=NOON.date())

    forget([order.contact_id], at=NOON + 30 * DAY)
    assert OrderNote.objects.get().text
    Cart.objects.all().delete()
    forget([order.contact_id], at=NOON + 365 * 20 * DAY)

    note = OrderNote.objects.get()
    assert (note.text, note.at) == ("", NOON)


def test_many_notes_cost_no_statement_more(desk, order):
    notes.write(order, "One", at=NOON, by=make.user())
    seen(desk, order)
    with statements(most=80) as few:
        seen(desk, order)
    for number in range(9):
        notes.write(order, f"Note {number}", at=NOON, by=make.user(), due_on=NOON.date())
    with statements(most=80) as many:
        seen(desk, order)

    assert len(few) == len(many)
