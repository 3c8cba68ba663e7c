"""Certificates that were only named are asked for, and nothing else of a store is touched."""

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps

from shop.merchant.moderation.models import PendingChange
from shop.people.merchants.models import Merchant
from shop.storefront.certifications.models import Certification
from shop.storefront.listings.models import Listing
from tests import make
from tests.make import NOON

pytestmark = pytest.mark.django_db
upgrade = import_module("shop.migrations.0080_certificates_named")
NOW = dict(import_module("shop.migrations.0124_plain_names").MODELS)
# Today's models under the names that they had when these migrations were written.
named_before = SimpleNamespace(get_model=lambda app, name: apps.get_model(app, NOW.get(name, name)))


def test_what_was_named_is_asked_for_and_can_be_named_again():
    store = make.merchant(certifications=["Halal", "Fair trade"])
    other = make.merchant(certifications=["Halal"])
    product = make.product(of=store)
    make.listed(product)
    before = Listing.objects.get(pk=product.pk).edition
    make.pending_change(store, words={"certifications": ["Organic"], "tagline": "New"})
    make.pending_change(other, words={"certifications": ["Organic"]})

    upgrade.ask_for_papers(named_before, None)

    rows = Certification.objects.order_by("merchant", "title")
    assert [(row.merchant_id, row.title, row.state) for row in rows] == [
        (store.pk, "Fair trade", "missing"), (store.pk, "Halal", "missing"),
        (other.pk, "Halal", "missing"),
    ]  # fmt: skip
    assert not Merchant.objects.exclude(certifications=[]).exists()
    assert Listing.objects.get(pk=product.pk).edition == before - 1
    assert PendingChange.objects.get().words == {"tagline": "New"}
    upgrade.name_again(named_before, None)
    assert Merchant.objects.get(pk=store.pk).certifications == ["Fair trade", "Halal"]


def test_what_counts_already_is_told_on_pages():
    store = make.merchant(certifications=["Halal"])
    Certification.objects.create(
        merchant=store, title="Halal", issuer="Body", number="7", until=NOON.date(), sent_at=NOON,
        decided_at=NOON, state="counts",
    )  # fmt: skip

    import_module("shop.migrations.0095_what_is_certified").tell(named_before, None)

    told = {"title": "Halal", "issuer": "Body", "number": "7", "until": NOON.date().isoformat()}
    assert Merchant.objects.get(pk=store.pk).certified == [told]
