"""A store's board of channels at its desk, and the addresses of its feed."""

import re

import pytest
from django.test import Client

from shop.catalogue.models import Variant
from shop.storefront.feeds.models import Feed
from tests import make
from tests.make import NOON
from tests.shop.storefront.feeds.fitting import fit, picture

pytestmark = pytest.mark.django_db


@pytest.fixture
def own(client, clock_at):
    clock_at(NOON)
    made = make.merchant(name="Amani Kettles")
    client.force_login(make.member(made))
    return made


def where(own) -> str:
    return f"/merchant/{own.slug}/products/channels/"


def addresses_on(page) -> list[str]:
    return re.findall(r'value="https?://[^/]+(/feeds/[^"]+)"', page.text)


def test_a_store_sees_how_many_are_fit_and_what_the_others_lack(client, own):
    fit(of=own)
    light = fit(of=own)
    Variant.objects.filter(pk=light.pk).update(weight_g=0)
    fit()  # of another store

    page = client.get(where(own)).text

    assert "Fit: 1 of 2 products on sale." in page
    assert '<a href="?lacks=weight&amp;language=en">Without the packed weight</a>' in page


@pytest.mark.parametrize(
    ("lacks", "page"), [("weight", ""), ("picture", "pictures/"), ("words", "words/fr/")]
)
def test_each_count_leads_to_the_products_and_these_to_where_they_are_mended(
    client, own, lacks, page
):
    product = make.product(of=own, title="Bare kettle")
    make.variant(9_00, of=product, weight_g=0)
    theirs = make.product(title="Theirs")
    make.variant(9_00, of=theirs, weight_g=0)
    language = "fr" if lacks == "words" else "en"

    answer = client.get(where(own), {"lacks": lacks, "language": language})

    there = f"/merchant/{own.slug}/products/{product.pk}/{page}"
    assert f'<a href="{there}">Bare kettle</a>' in answer.text
    assert "Theirs" not in answer.text
    assert client.get(there).status_code == 200
    fixed = client.get(where(own), {"lacks": "age"})
    assert "Nothing lacks it any more." in fixed.text


def test_the_addresses_are_made_made_anew_and_closed(client, own):
    product = fit(of=own).product
    assert addresses_on(client.get(where(own))) == []
    client.post(where(own), {"do": "new"})
    first = addresses_on(client.get(where(own)))
    assert [path.rpartition("/")[2] for path in first] == [
        "google.xml", "meta.csv", "products.jsonl",
    ]  # fmt: skip
    stranger = Client()
    text = b"".join(stranger.get(first[0]).streaming_content).decode()
    assert product.title in text

    client.post(where(own), {"do": "new"})
    second = addresses_on(client.get(where(own)))
    assert [stranger.get(path).status_code for path in (*first, *second)] == [404] * 3 + [200] * 3
    client.post(where(own), {"do": "close"})

    assert [stranger.get(path).status_code for path in second] == [404] * 3
    assert not Feed.objects.exists()


def test_an_editor_sees_the_address_and_makes_none(client, own):
    client.post(where(own), {"do": "new"})
    editor = Client()
    editor.force_login(make.member(own, role="editor"))
    before = list(Feed.objects.values())

    page = editor.get(where(own))

    assert len(addresses_on(page)) == 3
    assert "Make other addresses" not in page.text
    for do in ("new", "close"):
        assert editor.post(where(own), {"do": do}).status_code == 403
    assert list(Feed.objects.values()) == before


def test_a_language_counts_what_is_translated(client, own):
    fit(of=own)
    picture(fit(of=own, titles={"fr": "Bouilloire"}).product)

    page = client.get(where(own), {"language": "fr"}).text

    assert 'lacks=words&amp;language=fr">Not translated</a> <span class="tag">2</span>' in page
