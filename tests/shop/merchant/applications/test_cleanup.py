"""Applications go by time, and with their person."""

from datetime import timedelta

import pytest

from shop.merchant.applications import write
from shop.merchant.applications.cleanup import forget_applications, forget_identities
from shop.merchant.applications.models import Application, ApplicationDocument
from shop.operations.retention.erase import erase
from shop.operations.retention.export import own_data
from shop.operations.retention.person import person_at
from tests import make
from tests.make import NOON
from tests.shop.merchant.applications.applied import EMAIL, made, origins

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _origins():
    origins()


@pytest.mark.parametrize(
    ("state", "days"), [("draft", 60), ("withdrawn", 30), ("declined", 180), ("approved", None),
                        ("sent", None), ("asked", None)],
)  # fmt: skip
def test_what_nobody_needs_goes_after_its_time(state, days):
    found = made()
    Application.objects.filter(pk=found.pk).update(state=state, decided_at=NOON)

    assert forget_applications(at=NOON + DAY * (days or 5_000)) == 0
    assert forget_applications(at=NOON + DAY * (days or 5_000) + DAY) == (1 if days else 0)

    assert Application.objects.exists() == (days is None)


def test_the_identity_of_a_store_goes_and_its_registration_stays():
    found = made()
    Application.objects.filter(pk=found.pk).update(state="approved", decided_at=NOON)

    assert forget_identities(at=NOON + 30 * DAY) == 0
    assert forget_identities(at=NOON + 31 * DAY) == 1

    assert ApplicationDocument.objects.get().role == "registration"


@pytest.mark.parametrize("state", ["draft", "sent", "declined", "approved"])
def test_erased_nothing_names_the_person(state):
    found = made()
    Application.objects.filter(pk=found.pk).update(state=state, decided_at=NOON)
    make.user()

    erase(person_at(EMAIL), at=NOON, by=make.user(), reason="Asked by mail")

    assert not ApplicationDocument.objects.exists()
    if state == "approved":
        kept = Application.objects.get()
        assert (kept.name, kept.phone, kept.email, kept.business) == ("", "", "", found.business)
    else:
        assert not Application.objects.exists()


def test_an_account_takes_its_applications_along():
    user = make.user(EMAIL)
    found = made()
    Application.objects.filter(pk=found.pk).update(state="asked")
    write.answer(found.pk, "Forty", at=NOON)

    (told,) = own_data(user, at=NOON)["applications"]

    assert (told["number"], told["legal_name"], told["papers"]) == (
        found.number, "GIE Keur Mbar", 2,
    )  # fmt: skip
    assert [one["text"] for one in told["said"]] == ["Forty"]
