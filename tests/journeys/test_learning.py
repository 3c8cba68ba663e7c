"""A merchant answers a lesson in French, is certified, and somebody else checks the number."""

import re

from shop.merchant.academy.models import CompletionCertificate, LessonResult
from tests import learning, make, pages
from tests.browsing.steps import sign_in
from tests.browsing.watching import goes_sideways
from tests.journeys.ways import in_each_browser, journey
from tests.make import NOON

pytestmark = journey
EMAIL = "awa@example.org"


def choose(page, right):
    """Choose so many right answers, and the others wrong."""
    for number in range(1, learning.COUNT + 1):
        value = learning.RIGHT if number <= right else learning.WRONG
        page.locator(f'input[name="q{number}"][value="{value}"]').check()


def put_up():
    """Let there be a lesson in two languages, and Awa, who works for a store."""
    awa, store = make.user(EMAIL, first_name="Awa", last_name="Diop"), make.merchant(name="Keur")
    store.memberships.create(user=awa, role="owner", joined_at=NOON)
    lesson = learning.lesson("Photographs", slug="photographs")
    pages.translated(lesson, "fr", title="Des photos au téléphone", body=learning.body("fr"))


def answer(page):
    """Answer wrongly, read why, and answer rightly."""
    choose(page, 3)
    page.get_by_role("button", name="Envoyer mes réponses").click()
    page.get_by_text("3 bonnes réponses sur 5.").wait_for()
    assert page.get_by_text("La bonne", exact=True).count() == 2
    page.get_by_text("fr since 5").wait_for()
    page.get_by_text("Elle vient avec 4 bonnes réponses.").wait_for()
    assert not goes_sideways(page)
    choose(page, 5)
    page.get_by_role("button", name="Répondre encore").click()
    page.get_by_text("5 bonnes réponses sur 5.").wait_for()


def tick(page):
    """Tick the checklist."""
    page.get_by_label("Lens wiped").check()
    page.get_by_role("button", name="Garder mes coches").click()
    page.get_by_text("Vos coches sont gardées.").wait_for()
    assert page.get_by_label("Lens wiped").is_checked()


def be_certified(page):
    """Make the certificate, save it, and return the address where it is checked."""
    page.get_by_label("Boutique", exact=True).select_option(label="Keur")
    page.get_by_role("button", name="Faire mon attestation").click()
    page.get_by_text("Votre attestation est faite.").wait_for()
    assert not goes_sideways(page)
    file = page.get_by_role("link", name="En PDF").get_attribute("href")
    assert page.request.get(file).body().startswith(b"%PDF")
    address = page.get_by_role("link", name="L’adresse où chacun peut la vérifier")
    return address.get_attribute("href")


@in_each_browser
def test_from_a_wrong_answer_to_a_certificate_that_anybody_can_check(stage, page, visitor):
    put_up()
    sign_in(page, EMAIL)
    page.goto("/fr/academy/photographs/")
    page.get_by_role("link", name="Répondre aux questions").click()
    answer(page)
    tick(page)
    address = be_certified(page)

    made = CompletionCertificate.objects.get()
    assert (made.name, made.store, made.language) == ("Awa Diop", "Keur", "fr")
    assert LessonResult.objects.get().tries == 2
    stranger = visitor()
    stranger.goto(address)
    stranger.get_by_role("heading", name="Cette attestation est authentique").wait_for()
    stranger.get_by_text("Des photos au téléphone").wait_for()
    assert not goes_sideways(stranger)
    page.goto("/fr/learning/")
    page.get_by_role("heading", name=re.compile("1 sur 1")).wait_for()
    assert not goes_sideways(page)
