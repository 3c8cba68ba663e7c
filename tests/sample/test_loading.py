import io

import pytest
from django.core.management import CommandError, call_command

from sample.edition import edition
from sample.loading import write_rows
from sample.management.commands import load_sample
from sample.nominating import MULTIBUYS
from sample.progress import Progress
from shop.catalogue.delivery.models import Country
from shop.catalogue.models import Product, Variant
from shop.festivals.models import Nomination, ProductSpan
from shop.people.merchants.models import Merchant
from shop.storefront.listings.models import Listing
from tests.sample.loaded import DAY_0, flagship, instants, load_six, root_collection, some_ids
from tests.truth import span_differences

pytestmark = pytest.mark.django_db


@pytest.mark.long
def test_it_says_what_was_done_and_what_is_left(demo):
    root_collection()
    said = load_six().splitlines()

    assert "Stocking stores: 6" in said
    assert said[-2:] == [
        (
            "The payment sandbox cannot be reached (STRIPE_BASE_URL names none): "
            "orders are made at the next start."
        ),
        "The sample is complete but for 5 orders: 6 stores, 60 products.",
    ]


@pytest.mark.long
def test_the_whole_catalogue_fits(demo):
    root_collection()
    write_rows(edition(at=DAY_0), Progress(io.StringIO()))

    assert Merchant.objects.count() == 100
    assert Listing.objects.filter(is_available=True).count() > 990
    assert Variant.objects.filter(session_start=None).count() == 1412  # the others are outings
    assert Product.objects.filter(variants__session_start__gt=DAY_0).distinct().count() == 130
    own = Nomination.objects.filter(slot__festival=flagship(), state="approved")
    assert own.count() == 300 + len(MULTIBUYS)
    assert ProductSpan.objects.filter(starts_at__lte=DAY_0, ends_at__gt=DAY_0).count() == 1000
    assert span_differences(some_ids(), instants(DAY_0, 5)) == []


def test_outside_a_demonstration_nothing_is_loaded(settings):
    settings.DEMO = False

    with pytest.raises(CommandError, match="DEMO=1"):
        call_command(load_sample.Command())

    assert not Merchant.objects.exists()
    assert not Country.objects.exists()


def test_a_shop_in_another_currency_is_told_so(demo, settings):
    settings.SHOP_CURRENCY = "EUR"

    with pytest.raises(CommandError, match="SHOP_CURRENCY=USD"):
        call_command(load_sample.Command())

    assert not Merchant.objects.exists()
