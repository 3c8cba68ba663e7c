"""Somebody lost the mail of an order, and reads its address again; in French, on a phone too."""

import re

from tests.browsing.steps import words
from tests.journeys.ways import in_each_browser, journey
from tests.shop.checkout.order.proofs import LIN, paid_order
from tests.shop.checkout.steps import link

pytestmark = journey


def newest(stage):
    """Let the worker work, and return the mail that came last."""
    stage.work()
    return stage.letters(LIN)[0]


@in_each_browser
def test_a_link_is_asked_for_and_opens_the_order_and_a_code_does_elsewhere(stage, market, visitor):
    order = paid_order({market.indigo: 1}, language="fr")
    page = visitor()
    page.goto("/fr/")
    page.get_by_role("link", name="Retrouver une commande").click()
    page.get_by_label("Numéro de commande").fill(order.number.lower().replace("-", " "))
    page.get_by_label("Adresse e-mail").fill(LIN)
    page.get_by_role("button", name="Recevoir le lien").click()
    page.get_by_role("heading", name="Regardez dans votre messagerie").wait_for()

    page.goto(re.search(r"http\S+/open/\S+", newest(stage).text)[0])
    assert "88 Renmin Road" in words(page)

    other = visitor()
    other.goto(f"/fr{link(order)}")
    assert "88 Renmin Road" not in words(other)
    other.get_by_role("link", name="Facture").click()
    other.get_by_role("button", name="Envoyer le code").click()
    other.get_by_role("heading", name="Regardez dans votre messagerie").wait_for()
    other.get_by_label("Code").fill(re.search(r"\d{6}", newest(stage).subject)[0])
    other.get_by_role("button", name="Continuer").click()
    other.wait_for_url("**/invoice/")
    assert "88 Renmin Road" in words(other)
