"""What somebody has learned is among the own data, and goes with the account."""

import pytest

from shop.merchant.academy.models import CompletionCertificate, Lesson, LessonResult
from shop.operations.retention.erase import erase_account
from shop.operations.retention.export import own_data
from tests import make
from tests.learning import certified, learn, lesson
from tests.make import NOON
from tests.shop.operations.retention.people import places_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def amina():
    return make.user("amina@example.org", first_name="Amina", last_name="Diallo")


def test_lessons_answers_and_certificates_are_among_the_own_data(amina):
    learn(amina, lesson("Photographs"), right=2)
    number = certified(
        amina, lesson("Prices", order=2), name="Amina Diallo"
    ).completion_certificate.number

    photographs, prices = own_data(amina, at=NOON)["lessons"]

    assert (photographs["lesson"], photographs["best"], photographs["done_at"]) == (
        "Photographs", 2, None,
    )  # fmt: skip
    assert photographs["last_answers"] == [2, 2, 1, 1, 1]
    assert photographs["certificate"] is None
    assert prices["certificate"]["number"] == number
    assert prices["certificate"]["name"] == "Amina Diallo"


def test_they_go_with_the_account_and_those_of_others_stay(amina, client):
    page, other = lesson(), make.user()
    number = certified(amina, page, name="Amina Diallo").completion_certificate.number
    kept = certified(other, page)
    assert "shop_diploma.name" in places_of("Diallo")

    erase_account(amina, at=NOON)

    assert places_of("Diallo") == set()
    assert client.get(f"/learning/certificates/{number}/").status_code == 404
    assert LessonResult.objects.get() == kept
    assert CompletionCertificate.objects.count() == Lesson.objects.count() == 1
