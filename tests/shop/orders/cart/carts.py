"""Fills carts over HTTP and reads the page."""

import html
import re

from django.test import Client

from shop.catalogue.models import Variant
from tests import make


def fill(browser: Client, wanted: dict[Variant, int]) -> None:
    """Put these into the browser's cart, as a shopper does."""
    make.delivery(5_00)
    for variant, quantity in wanted.items():
        answer = browser.post("/cart/add/", {"variant": variant.pk, "quantity": quantity})
        assert answer.status_code == 303


def words(answer) -> str:
    """Return the text of a page as it is read: without markup, with single blanks."""
    text = re.sub(r"(?s)<(script|style|svg|select).*?</\1>|</?bdi>", "", answer.text)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())
