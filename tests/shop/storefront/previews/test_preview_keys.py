"""Addresses and cookies that nobody made, or that stand for another thing, open no preview."""

from datetime import timedelta

import pytest
from django.core.signing import Signer
from django.test import Client

from shop.storefront.previews.access import COOKIE, COOKIE_SALT, LINK_SALT, key_of
from tests import make
from tests.make import START
from tests.shop.storefront.previews.steps import following, product, shared

pytestmark = pytest.mark.django_db

BEFORE = START - timedelta(days=1)


@pytest.fixture
def kettle():
    return make.variant(20_00)


@pytest.fixture
def festival(kettle):
    return make.festival()


@pytest.mark.parametrize("key", ["1", "1.x", "nonsense", "1.", "%00", "1:x"])
def test_an_address_that_nobody_made_opens_nothing(festival, key):
    shared(festival, START)

    answer = Client().get(f"/preview/{key}/", follow=True)

    assert answer.status_code == 404
    assert "preview" not in answer.cookies


def test_the_address_of_a_preview_and_its_cookie_do_not_stand_for_each_other(
    clock_at, kettle, festival
):
    clock_at(BEFORE)
    link = shared(festival, START)
    cookie = following(link).cookies[COOKIE].value
    client = Client()
    client.cookies[COOKIE] = key_of(link).replace(".", ":")

    page = product(client, kettle)

    assert (page.status_code, "Preview" in page.text) == (200, False)
    assert Client().get(f"/preview/{cookie.replace(':', '.')}/").status_code == 404
    other = Signer(salt=COOKIE_SALT).sign(link.pk).replace(":", ".")
    assert Client().get(f"/preview/{other}/").status_code == 404


@pytest.mark.parametrize("text", ["7", "x:y", '{"until"'])
def test_what_is_signed_and_cannot_be_read_opens_nothing(kettle, festival, text):
    client = Client()
    client.cookies[COOKIE] = Signer(salt=COOKIE_SALT).sign(text)
    key = Signer(salt=LINK_SALT).sign(text.replace("7", "seven")).replace(":", ".")

    page = product(client, kettle)

    assert (page.status_code, "Preview" in page.text) == (200, False)
    assert Client().get(f"/preview/{key}/").status_code == 404


@pytest.mark.parametrize("text", ["x", "", "eyJ9:1:2"])
def test_a_cookie_that_nobody_signed_opens_nothing(kettle, festival, text):
    client = Client()
    client.cookies[COOKIE] = text

    assert "Preview" not in product(client, kettle).text
