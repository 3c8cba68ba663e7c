"""A certificate is made by its person from four right, checked by its number, and taken away."""

import re
from io import BytesIO

import pytest
from django.test import Client
from PIL import Image

from shop.core.errors import NotPossible
from shop.core.languages import Wording
from shop.merchant.academy.completion_certificates import make_completion_certificate
from shop.merchant.academy.models import CompletionCertificate, new_diploma_number
from tests import make
from tests.learning import certified, learn, lesson
from tests.make import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def awa():
    return make.user("awa@example.org", first_name="Awa", last_name="Diop")


@pytest.fixture
def desk(awa, client):
    client.force_login(awa)
    return client


def test_it_is_made_with_the_typed_name_and_an_own_store(desk, awa):
    page = lesson("Photographs")
    store = make.merchant(name="Keur Mbar")
    store.memberships.create(user=awa, role="packer", joined_at=NOON)
    learn(awa, page, right=4)

    before = desk.get(f"/learning/{page.slug}/").text
    answer = desk.post(
        f"/learning/{page.slug}/certificate/", {"name": " Awa  Diop Sow ", "store": store.pk},
        follow=True,
    )  # fmt: skip

    made = CompletionCertificate.objects.get()
    assert 'value="Awa Diop"' in before
    assert (made.name, made.store, made.title) == ("Awa Diop Sow", "Keur Mbar", "Photographs")
    assert (made.best, made.count, made.language) == (4, 5, "en")
    assert made.number in answer.text


@pytest.mark.parametrize("right", [0, 3])
def test_below_four_right_there_is_none(desk, awa, right):
    page = lesson()
    learned = learn(awa, page, right=right)

    answer = desk.post(f"/learning/{page.slug}/certificate/", {"name": "Awa"}, follow=True)

    assert "It comes with 4 right answers." in answer.text
    with pytest.raises(NotPossible):
        make_completion_certificate(learned, "Awa", None, Wording("x"), language="en", at=NOON)
    assert not CompletionCertificate.objects.exists()


def test_who_has_not_tried_has_nothing_to_make_it_of(desk):
    page = lesson()

    assert desk.post(f"/learning/{page.slug}/certificate/", {"name": "A"}).status_code == 404
    assert not CompletionCertificate.objects.exists()


def test_a_store_of_others_and_an_empty_name_are_refused(desk, awa):
    page = lesson()
    learn(awa, page)
    own, other = make.merchant(), make.merchant()
    own.memberships.create(user=awa, role="owner", joined_at=NOON)

    for wrong in ({"name": "Awa", "store": other.pk}, {"name": "", "store": own.pk},
                  {"name": "A" * 81}):  # fmt: skip
        answer = desk.post(f"/learning/{page.slug}/certificate/", wrong)
        assert answer.status_code == 422

    assert not CompletionCertificate.objects.exists()


def test_there_is_one_of_each_lesson(desk, awa):
    page = lesson()
    number = certified(awa, page).completion_certificate.number

    answer = desk.post(f"/learning/{page.slug}/certificate/", {"name": "Other"}, follow=True)

    assert "You have this certificate already." in answer.text
    assert CompletionCertificate.objects.get().number == number


def test_a_better_try_later_does_not_change_what_was_shown_to_others(desk, awa):
    page = lesson()
    learn(awa, page, right=4)
    desk.post(f"/learning/{page.slug}/certificate/", {"name": "Awa"})
    learn(awa, page, right=5)

    assert CompletionCertificate.objects.get().best == 4


def test_anybody_with_the_number_reads_it_and_no_search_engine_keeps_it(awa):
    number = certified(awa, lesson("Photographs"), name="Awa Diop").completion_certificate.number

    answer = Client().get(f"/learning/certificates/{number}/")

    assert "Awa Diop" in answer.text
    assert "Photographs" in answer.text
    assert awa.email not in answer.text
    assert answer["X-Robots-Tag"] == "noindex"
    assert '<meta name="robots" content="noindex">' in answer.text
    assert "no-store" in answer["Cache-Control"]


def test_a_number_that_nobody_has_is_not_found(awa):
    number = certified(awa, lesson()).completion_certificate.number

    for wrong in (
        number.lower(),
        number[:-1],
        number + "0",
        new_diploma_number(),
        "1",
        "AC-%",
    ):
        assert Client().get(f"/learning/certificates/{wrong}/").status_code == 404


def test_numbers_are_long_random_and_say_nothing():
    numbers = {new_diploma_number() for _ in range(200)}

    assert len(numbers) == 200
    assert all(re.fullmatch(r"AC(-[2-9A-HJKMNP-Z]{4}){4}", number) for number in numbers)
    for place in range(3, 22):
        signs = {number[place] for number in numbers}
        assert signs == {"-"} or len(signs) > 15


def test_nobody_takes_or_saves_the_certificate_of_another(desk, awa):
    page = lesson()
    other = certified(make.user(), page)

    for place in ("certificate.pdf", "certificate.png"):
        assert desk.get(f"/learning/{page.slug}/{place}").status_code == 404
    assert desk.post(f"/learning/{page.slug}/certificate/away/").status_code == 404

    assert CompletionCertificate.objects.get().learned == other


def test_taken_away_its_number_leads_nowhere_and_another_has_another(desk, awa):
    page = lesson()
    number = certified(awa, page).completion_certificate.number

    desk.post(f"/learning/{page.slug}/certificate/away/")
    assert Client().get(f"/learning/certificates/{number}/").status_code == 404
    assert certified(awa, page).completion_certificate.number != number


def test_of_a_lesson_that_is_gone_it_stays_and_can_be_taken_away(desk, awa):
    page = lesson("Photographs")
    number = certified(awa, page).completion_certificate.number
    page.unpublish()

    assert "Certificates of earlier lessons" in desk.get("/learning/").text
    assert Client().get(f"/learning/certificates/{number}/").status_code == 200
    assert desk.get(f"/learning/{page.slug}/certificate.pdf").status_code == 200
    answer = desk.post(f"/learning/{page.slug}/certificate/away/", follow=True)

    assert answer.status_code == 200
    assert not CompletionCertificate.objects.exists()


@pytest.mark.parametrize(
    ("language", "name"),
    [("en", "Awa Diop"), ("ar", "أمينة ديالو"), ("zh-hans", "林悦"), ("fr", "W" * 80),
     ("sw", "ኣበበ በቂላ"), ("pt", "\N{RIGHT-TO-LEFT OVERRIDE}#image(\"/etc/passwd\")")],
)  # fmt: skip
def test_it_is_one_page_of_paper_and_a_small_picture_in_every_script(desk, awa, language, name):
    page, prefix = lesson("Long " * 50, slug="long"), "" if language == "en" else f"/{language}"
    learn(awa, page)
    desk.post(f"{prefix}/learning/long/certificate/", {"name": name})
    number = CompletionCertificate.objects.get().number

    paper = desk.get(f"{prefix}/learning/long/certificate.pdf")
    picture = desk.get(f"{prefix}/learning/long/certificate.png")

    assert paper["Content-Type"] == "application/pdf"
    assert f'filename="{number}.pdf"' in paper["Content-Disposition"]
    assert re.findall(rb"/Count (\d+)", paper.content) == [b"1"]
    with Image.open(BytesIO(picture.content)) as drawn:
        assert drawn.format == "PNG"
        assert drawn.size == (1286, 909)
        assert drawn.mode == "P"
        assert drawn.text["Description"].endswith(f"{prefix}/learning/certificates/{number}/")
    assert len(picture.content) < 150_000
    assert len(paper.content) < 150_000


@pytest.mark.parametrize("path", ["certificates/AC-%00/", "%00/", "a%00b/certificate.pdf"])
def test_a_sign_that_the_database_does_not_take_is_of_no_page(client, path):
    client.force_login(make.user())

    assert client.get(f"/learning/{path}").status_code == 404
