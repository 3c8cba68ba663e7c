"""Certificates that were only named are asked for, and nothing else of a store is touched."""

from importlib import import_module

import pytest
from django.apps import apps

from shop.merchant.moderation.models import Amendment
from shop.people.merchants.models import Merchant
from shop.storefront.certifications.models import Certificate
from shop.storefront.listings.models import Listing
from tests import make
from tests.make import NOON

pytestmark = pytest.mark.django_db
upgrade = import_module("shop.migrations.0080_certificates_named")


def test_what_was_named_is_asked_for_and_can_be_named_again():
    store = make.merchant(certifications=["Halal", "Fair trade"])
    other = make.merchant(certifications=["Halal"])
    product = make.product(of=store)
    make.listed(product)
    before = Listing.objects.get(pk=product.pk).edition
    make.amendment(store, words={"certifications": ["Organic"], "tagline": "New"})
    make.amendment(other, words={"certifications": ["Organic"]})

    upgrade.ask_for_papers(apps, None)

    rows = Certificate.objects.order_by("merchant", "title")
    assert [(row.merchant_id, row.title, row.state) for row in rows] == [
        (store.pk, "Fair trade", "missing"), (store.pk, "Halal", "missing"),
        (other.pk, "Halal", "missing"),
    ]  # fmt: skip
    assert not Merchant.objects.exclude(certifications=[]).exists()
    assert Listing.objects.get(pk=product.pk).edition == before - 1
    assert Amendment.objects.get().words == {"tagline": "New"}
    upgrade.name_again(apps, None)
    assert Merchant.objects.get(pk=store.pk).certifications == ["Fair trade", "Halal"]


def test_what_counts_already_is_told_on_pages():
    store = make.merchant(certifications=["Halal"])
    Certificate.objects.create(
        merchant=store, title="Halal", issuer="Body", number="7", until=NOON.date(), sent_at=NOON,
        decided_at=NOON, state="counts",
    )  # fmt: skip

    import_module("shop.migrations.0095_what_is_certified").tell(apps, None)

    told = {"title": "Halal", "issuer": "Body", "number": "7", "until": NOON.date().isoformat()}
    assert Merchant.objects.get(pk=store.pk).certified == [told]
