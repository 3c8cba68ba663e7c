"""Organizers look after the carriers, in the change log; a store's parcel keeps what it has."""

import pytest

from shop.catalogue.delivery.models import Carrier
from shop.core.errors import NotPossible, StaleState
from shop.festivals.changelog import ChangedMeanwhile
from shop.festivals.models import ChangeLog
from shop.orders.documents.sending.carriers import CarrierFacts, keep_carrier, remove_carrier
from shop.orders.models import Shipment, Suborder
from shop.orders.ship import add_parcel, mend_parcel, ship
from tests import make
from tests.buying import pay
from tests.make import NOON

pytestmark = pytest.mark.django_db
PAGE = "https://post.example/?n={number}"


@pytest.fixture
def by():
    make.origin("KE")
    return make.user()


@pytest.fixture
def part():
    make.carrier("Postal Corporation of Kenya", code="pck", home="KE", aliases=["Posta"],
                 tracking_url=PAGE)  # fmt: skip
    make.carrier("Posta Uganda", home="UG", aliases=["Posta"])
    order = make.order({make.variant(): 1})
    pay(order)
    return order.suborders.select_related("merchant").get()


def facts(**changes):
    known = {"code": "fargo", "name": "Fargo", "kind": "parcel", "home": "KE", "serves": "KE",
             "aliases": ("Fargo Courier",), "tracking_url": PAGE, "source": "Its page",
             "seen_on": NOON.date()}  # fmt: skip
    return CarrierFacts(**known | changes)


def test_what_a_store_types_is_kept_as_the_carrier_of_its_country(part):
    first = ship(part, carrier="posta", tracking_number="RR1", at=NOON, by=make.user())
    second = add_parcel(part, carrier="My cousin", tracking_number="7", at=NOON, by=make.user())

    assert (first.carrier, first.carrier_code) == ("Postal Corporation of Kenya", "pck")
    assert first.tracking_url == "https://post.example/?n=RR1"
    assert (second.carrier, second.carrier_code) == ("My cousin", "")
    assert (first.has_known_carrier, second.has_known_carrier) == (True, False)


def test_another_word_for_the_same_carrier_changes_nothing_and_a_known_one_does(part):
    facts = {"tracking_number": "RR1", "at": NOON, "by": make.user()}
    sent = ship(part, carrier="Postal Corporation of Kenya", **facts)
    other = add_parcel(part, carrier="Fargo", **facts)

    assert not mend_parcel(sent, carrier="POSTA", **facts)
    make.carrier("Fargo")  # it is known since
    assert mend_parcel(other, carrier="Fargo", **facts)

    other.refresh_from_db()
    assert (other.carrier, other.carrier_code) == ("Fargo", "fargo")


def test_a_parcel_keeps_what_it_has_when_its_carrier_goes(part, by):
    sent = ship(part, carrier="Posta", tracking_number="RR1", at=NOON, by=make.user())

    remove_carrier(Carrier.objects.get(code="pck"), at=NOON, by=by)

    kept = Shipment.objects.get(pk=sent.pk)
    assert (kept.carrier, kept.carrier_code) == ("Postal Corporation of Kenya", "pck")
    assert kept.tracking_url == "https://post.example/?n=RR1"
    assert Suborder.objects.get(pk=part.pk).state == "shipped"


def test_a_carrier_is_added_changed_and_removed_in_the_log(by):
    made = keep_carrier(facts(), at=NOON, by=by)
    seen = ChangeLog.objects.latest("pk").pk
    keep_carrier(facts(name="Fargo Courier"), made, seen=seen, at=NOON, by=by)

    with pytest.raises(ChangedMeanwhile):
        keep_carrier(facts(name="Late"), made, seen=seen, at=NOON, by=by)

    assert Carrier.objects.get().name == "Fargo Courier"
    remove_carrier(made, at=NOON, by=by)
    with pytest.raises(StaleState):
        remove_carrier(made, at=NOON, by=by)
    assert not Carrier.objects.exists()
    lines = ChangeLog.objects.filter(subject="carrier", subject_id=made.pk).order_by("pk")
    assert [line.action for line in lines] == ["create", "change", "remove"]
    assert lines[1].before["name"] == "Fargo"
    assert lines[2].before["label"] == "Fargo Courier"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"tracking_url": "http://post.example/?n={number}"}, "begins with https"),
        ({"tracking_url": "https://post.example/?n="}, "begins with https"),
        ({"tracking_url": "https://{number}/"}, "begins with https"),
        ({"tracking_url": "https://post.example/{number}{other}"}, "begins with https"),
        ({"tracking_url": "javascript:alert({number})"}, "begins with https"),
        ({"serves": "Kenya"}, "by their codes, or world. Kenya"),
        ({"serves": ""}, "by their codes"),
        ({"home": "XX"}, "at home"),
        ({"kind": "balloon"}, "not a valid choice"),
        ({"kind": "tracker", "tracking_url": ""}, "needs its address"),
        ({"name": ""}, "cannot be blank"),
        ({"code": "two words"}, "slug"),
        ({"aliases": ("x" * 41,)}, "at most 40"),
        ({"aliases": tuple(map(str, range(31)))}, "at most 30"),
    ],
)
def test_a_carrier_with_something_wrong_is_refused(changes, why, by):
    with pytest.raises(NotPossible, match=why):
        keep_carrier(facts(**changes), at=NOON, by=by)

    assert not Carrier.objects.exists()
    assert not ChangeLog.objects.exists()


@pytest.mark.parametrize("changes", [{"code": "other", "name": "FARGO"}, {"name": "Other"}])
def test_there_is_one_carrier_of_a_code_or_a_name(changes, by):
    keep_carrier(facts(), at=NOON, by=by)

    with pytest.raises(NotPossible, match=r"There is a carrier|already exists"):
        keep_carrier(facts(**changes), at=NOON, by=by)

    assert Carrier.objects.get().name == "Fargo"


def test_a_carrier_keeps_its_code(by):
    made = keep_carrier(facts(), at=NOON, by=by)
    seen = ChangeLog.objects.latest("pk").pk

    with pytest.raises(NotPossible, match="keeps its code"):
        keep_carrier(facts(code="other"), made, seen=seen, at=NOON, by=by)
