"""Organizers tell of a disturbance at their desk, add to it, correct it, end it, remove it."""

import pytest
from django.db import IntegrityError

from shop.core.errors import StaleState
from shop.festivals.changelog import ChangedMeanwhile
from shop.festivals.models import ChangeLog
from shop.reports.incidents.keep import IncidentFacts, end_incident, keep_incident, remove_incident
from shop.reports.incidents.models import Incident, IncidentUpdate
from shop.reports.incidents.status import forget
from tests import make
from tests.cms.dashboard.people import organizer, version
from tests.make import NOON
from tests.shop.orders.cart.carts import words
from tests.shop.reports.incidents.told import incident

pytestmark = pytest.mark.django_db
LIST = "/organize/disturbances/"
TYPED = {
    "title": "Paying is slow", "text": "Your order is safe.", "since": "2027-05-12T14:30",
    "title_fr": "Le paiement est lent", "text_ar": "طلبك آمن.",
}  # fmt: skip


@pytest.fixture(autouse=True)
def at_noon(clock_at):
    clock_at(NOON)
    forget()


@pytest.fixture
def desk(client):
    client.force_login(organizer())
    return client


def logged():
    return list(ChangeLog.objects.order_by("pk").values_list("subject", "action"))


def test_a_disturbance_is_told_in_every_language_and_corrected(desk):
    made = desk.post(f"{LIST}new/", TYPED | {"on_pages": "on"})
    row = Incident.objects.get()
    here = f"{LIST}{row.pk}/"
    assert made.status_code == 302
    assert (row.title, row.on_pages) == ("Paying is slow", True)
    assert row.texts == {"fr": {"title": "Le paiement est lent"}, "ar": {"text": "طلبك آمن."}}
    assert f"{row.since:%H:%M}" == "11:30"  # by the shop's own zone
    assert "Paying is slow" in words(desk.get("/status/"))
    assert "goes on" in words(desk.get(LIST))

    form = desk.get(here).text
    assert 'value="Le paiement est lent"' in form
    assert 'value="2027-05-12T14:30"' in form
    seen = version(desk, here)
    desk.post(here, TYPED | {"title": "Paying is very slow", "version": seen})
    assert "Paying is very slow" in words(desk.get("/status/"))
    assert not Incident.objects.get().on_pages


def test_what_is_known_since_is_added_corrected_and_removed(desk):
    row = incident(NOON)
    desk.post(f"{LIST}{row.pk}/updates/", {"text": "It gets better.", "text_fr": "Cela va mieux."})
    added = IncidentUpdate.objects.get()
    here = f"{LIST}updates/{added.pk}/"

    assert added.at >= NOON
    assert "Cela va mieux." in words(desk.get("/fr/status/"))
    assert here in desk.get(LIST).text
    assert "Cela va mieux." in desk.get(here).text
    desk.post(here, {"text": "It got better."})
    assert "It got better." in words(desk.get("/status/"))
    desk.post(f"{here}remove/")
    assert "It got better." not in words(desk.get("/status/"))
    assert desk.get(here).status_code == 404
    told = ("create", "add update", "correct update", "remove update")
    assert logged() == [("incident", what) for what in told]


def test_it_ends_goes_on_and_goes(desk):
    row = incident(NOON)
    here = f"{LIST}{row.pk}/"

    assert "lists it for 90 days" in words(desk.get(f"{here}end/"))
    desk.post(f"{here}end/")
    assert Incident.objects.get().ended_at >= NOON
    assert "Over since" in words(desk.get("/status/"))
    desk.post(f"{here}reopen/")
    assert Incident.objects.get().ended_at is None
    desk.post(f"{here}remove/")
    assert not Incident.objects.exists()
    assert desk.get(here).status_code == 404
    assert row.title not in words(desk.get("/status/"))
    assert logged() == [("incident", what) for what in ("create", "end", "reopen", "remove")]
    log = words(desk.get("/organize/desk_log/"))
    for line in ("disturbance made", "disturbance is over", "disturbance goes on"):
        assert line in log


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"title": ""}, "This field is required"),
        ({"text": "x" * 1501}, "at most 1500"),
        ({"title_fr": "x" * 121}, "at most 120"),
        ({"since": "soon"}, "Enter a valid date"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_told(desk, wrong, why):
    answer = desk.post(f"{LIST}new/", TYPED | wrong)

    assert answer.status_code == 422
    assert why in answer.text
    assert not Incident.objects.exists()


def test_what_can_be_done_once_is_done_once(desk):
    row = incident(NOON)
    for name, said in (("reopen", "It goes on already."), ("end", ""), ("end", "over already.")):
        answer = desk.post(f"{LIST}{row.pk}/{name}/")
        assert answer.status_code == (422 if said else 302)
        assert said in answer.text
    assert desk.get(f"{LIST}{row.pk}/begin/").status_code == 404


def test_who_comes_second_is_told_and_overwrites_nothing(desk):
    row = incident(NOON)
    facts = IncidentFacts("Other", "Words", {}, NOON, on_pages=False)

    with pytest.raises(ChangedMeanwhile):
        keep_incident(facts, row, seen=0, at=NOON, by=make.user())
    assert Incident.objects.get().title == "Paying is slow"
    answer = desk.post(f"{LIST}{row.pk}/", TYPED | {"title": "Other"})
    assert "meanwhile" in answer.text

    remove_incident(row, at=NOON, by=make.user())
    with pytest.raises(StaleState):
        remove_incident(row, at=NOON, by=make.user())


def test_what_has_not_begun_cannot_be_over(desk):
    row = incident(NOON, since=NOON.replace(hour=20))

    answer = desk.post(f"{LIST}{row.pk}/end/")

    assert "It has not begun." in answer.text
    assert Incident.objects.get().ended_at is None
    with pytest.raises(IntegrityError):
        Incident.objects.update(ended_at=NOON)


def test_one_that_is_over_cannot_begin_after_its_end(desk):
    row = incident(NOON)
    end_incident(row, at=NOON, by=make.user())
    seen = version(desk, f"{LIST}{row.pk}/")

    answer = desk.post(f"{LIST}{row.pk}/", TYPED | {"since": "2027-05-13T14:30", "version": seen})

    assert "It cannot be over before it began." in answer.text


def test_only_organizers_tell_of_it_and_all_at_the_desk_read_it(client):
    row = incident(NOON)
    client.force_login(organizer("analyst"))

    assert row.title in client.get(LIST).text
    assert f"{LIST}{row.pk}/end/" not in client.get(LIST).text
    assert client.post(f"{LIST}{row.pk}/end/").status_code == 403
    assert Incident.objects.get().ended_at is None
