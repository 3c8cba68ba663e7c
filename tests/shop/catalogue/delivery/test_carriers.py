"""What a store means by the name that it types, and which carriers are suggested to it."""

import csv
from importlib import import_module

import pytest
from django.db import connection

from sample.reading import HERE
from sample.reference import load_reference
from shop.catalogue.delivery.carriers import (
    WrongNumber,
    carried_by,
    has_wrong_digit,
    meant,
    suggested,
)
from shop.catalogue.delivery.models import Carrier
from shop.orders.models import Replacement, Shipment
from tests import make
from tests.buying import pay
from tests.make import NOON

upgrade = import_module("shop.migrations.0085_carriers_by_country")
PAGE = "https://post.example/?n={number}"


def row(code, name, home="", *aliases, **facts):
    return Carrier(code=code, name=name, home=home, aliases=list(aliases), **facts)


ROWS = [
    row("posta-kenya", "Postal Corporation of Kenya", "KE", "Posta", "Posta Kenya"),
    row("posta-uganda", "Posta Uganda", "UG", "Posta"),
    row("ems", "EMS network (postal operators)"),
    row("china-ems", "China Post / EMS China", "CN", "EMS"),
    row("dhl-express", "DHL Express", "DE", "DHL"),
    row("poste-tn", "La Poste Tunisienne", "TN", "La Poste"),
    row("poste-sn", "La Poste du Sénégal", "SN", "La Poste", "Poste Sénégal"),
    row("g4s-one", "G4S One", "KE"),
    row("g4s-two", "G4S Two", "UG"),
    row("sapo", "South African Post Office", "ZA"),
]


@pytest.mark.parametrize(
    ("typed", "country", "code"),
    [
        ("Posta", "KE", "posta-kenya"),
        ("POSTA", "UG", "posta-uganda"),
        ("Posta", "GH", None),  # two have it, and neither is at home there
        ("Posta Kenya", "UG", "posta-kenya"),  # one alone has it
        ("posta uganda", "KE", "posta-uganda"),
        ("EMS", "KE", "ems"),  # its code
        ("ems", "CN", "china-ems"),
        ("DHL", "NG", "dhl-express"),
        ("La Poste", "SN", "poste-sn"),
        ("La Poste", "FR", None),
        ("POSTE SÉNÉGAL", "FR", "poste-sn"),
        ("South African", "KE", "sapo"),  # a beginning that one alone has
        ("G4S", "KE", None),  # of beginnings, no home decides
        ("SAPO", "", "sapo"),
        ("Somebody", "KE", None),
        ("", "KE", None),
    ],
)
def test_a_name_means_the_carrier_at_home_or_the_one_that_has_it(typed, country, code):
    found = meant(ROWS, typed, country)

    assert (found.code if found else None) == code


@pytest.mark.django_db
def test_what_is_known_is_kept_under_its_own_name_and_code():
    make.carrier("Postal Corporation of Kenya", code="pck", home="KE", aliases=["Posta"])
    make.carrier("All", kind="tracker", tracking_url=PAGE)

    known = carried_by("posta", "RR1", country="KE")
    other = carried_by("My cousin", "7", country="KE")

    assert known == {
        "carrier": "Postal Corporation of Kenya", "carrier_code": "pck", "tracking_number": "RR1",
        "tracking_url": "https://post.example/?n=RR1",
    }  # fmt: skip
    assert other == {
        "carrier": "My cousin", "carrier_code": "", "tracking_number": "7", "tracking_url": "",
    }  # fmt: skip


@pytest.mark.django_db
def test_carriers_of_the_country_are_suggested_first_then_those_that_serve_it():
    make.carrier("Aramex", home="AE", serves="AE KE")
    make.carrier("DHL Express", home="DE")
    make.carrier("Zebra", home="KE", serves="KE UG")
    make.carrier("Courier Guy", home="ZA", serves="ZA")
    make.carrier("All", kind="tracker")

    assert suggested("KE") == ["Zebra", "Aramex", "DHL Express"]


@pytest.mark.django_db
def test_parcels_that_were_sent_bear_the_code_of_the_carrier_that_they_named():
    make.carrier("DHL Express")
    order = make.order({make.variant(): 1})
    pay(order)
    part = order.suborders.get()
    for name in ("DHL Express", "DHL"):
        Shipment.objects.create(suborder=part, carrier=name, shipped_at=NOON)
    Replacement.objects.create(suborder=part, made_at=NOON, ship_by=NOON, arrives_to=NOON,
                               carrier="DHL Express", shipped_at=NOON)  # fmt: skip

    with connection.cursor() as cursor:
        for statement in upgrade.FILL:
            cursor.execute(statement)

    codes = list(Shipment.objects.order_by("pk").values_list("carrier_code", flat=True))
    assert codes == ["dhl-express", ""]
    assert Replacement.objects.get().carrier_code == "dhl-express"


@pytest.mark.django_db
def test_the_sheet_is_loaded_whole_and_names_what_stores_type():
    make.carrier("Postal Corporation of Kenya", code="posta-kenya")
    make.carrier("Uganda’s", code="posta-uganda", home="UG", aliases=["Post of ours"])

    load_reference()

    rows = list(Carrier.objects.all())
    for country, typed, code in (
        ("KE", "Posta", "posta-kenya"), ("TZ", "Posta", "tanzania-posts"), ("KE", "EMS", "ems"),
        ("CN", "EMS", "china-ems"), ("NG", "DHL", "dhl-express"), ("MA", "Amana", "barid"),
        ("TN", "Rapid-Poste", "poste-tn"), ("SN", "La Poste", "poste-sn"), ("ZA", "SAPO", "sapo"),
        ("GH", "GP", "ghana-post"), ("EG", "SAPO", "sapo"), ("GH", "Posta", None),
    ):  # fmt: skip
        found = meant(rows, typed, country)
        assert (found.code if found else None) == code, typed
    kept = Carrier.objects.get(code="posta-uganda")
    assert (kept.name, kept.aliases) == ("Uganda’s", ["Post of ours"])


def test_no_carrier_of_the_sheet_is_called_as_another_of_its_country():
    rows = list(csv.DictReader((HERE / "data" / "carriers.csv").open(encoding="utf-8")))
    called = {}
    for one in rows:
        names = {one["name"], one["code"], *filter(None, one["aliases"].split("|"))}
        for name in {name.casefold() for name in names}:
            assert called.setdefault((one["home"], name), one["code"]) == one["code"], name
        assert all(len(name) <= 40 for name in one["aliases"].split("|"))


@pytest.mark.parametrize(
    ("number", "is_wrong"),
    [
        ("RB123456785GB", False),
        ("RB123456784GB", True),
        ("RB123465785GB", True),  # two digits changed places
        ("EE000000005KE", False),  # 11 is written 5
        ("EE100000030KE", True),
        ("EE000000100ZA", True),
        ("EE000000080ZA", False),  # 10 is written 0
        ("1234567890", False),  # no form of the posts
        ("", False),
    ],
)
def test_a_typing_error_in_a_number_of_the_posts_is_found(number, is_wrong):
    assert has_wrong_digit(number) == is_wrong


@pytest.mark.django_db
def test_a_wrong_number_is_refused_of_a_post_and_taken_of_any_other_carrier():
    make.carrier("Posta", kind="post", tracking_url="")
    make.carrier("Fast", kind="express", tracking_url="")

    with pytest.raises(WrongNumber, match="RB123456784GB"):
        carried_by("Posta", "RB123456784GB", country="KE")
    for name in ("Fast", "Nobody knows it"):
        assert carried_by(name, "RB123456784GB", country="KE")["tracking_number"]
    assert carried_by("Posta", "RB123456785GB", country="KE")["tracking_number"]
