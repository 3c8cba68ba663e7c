import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from shop.festivals.models import Deal, Nomination
from shop.orders.models import Order
from shop.people.merchants.models import Merchant
from tests.patience import PATIENCE
from tests.paying import assert_books_agree
from tests.sample.loaded import (
    DAY_0,
    counts,
    flagship,
    instants,
    load_six,
    product_ids,
    root_collection,
)
from tests.truth import span_differences

ROOT = Path(__file__).parents[2]


def load_and_be_killed(point, settings):
    address = {
        "DATABASE_URL": "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(
            **connection.settings_dict
        ),
        "STRIPE_BASE_URL": settings.STRIPE_BASE_URL,
        "DJANGO_SETTINGS_MODULE": "config.settings_test",
    }
    killed = subprocess.run(
        [sys.executable, "-m", "tests.sample.dying", point, str(settings.MEDIA_ROOT)],
        env=os.environ | address, cwd=ROOT, timeout=PATIENCE, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert killed.returncode == -signal.SIGKILL, killed.stderr


@pytest.mark.django_db(transaction=True)
@pytest.mark.long
def test_a_load_that_is_killed_again_and_again_is_taken_up_each_time(till, settings):
    root_collection()

    load_and_be_killed("among the deals", settings)
    assert Merchant.objects.count() == 5

    load_and_be_killed("paid", settings)
    assert counts()["Merchant"] == 6
    assert sorted(Order.objects.values_list("state", flat=True)) == ["paid", "pending"]

    load_and_be_killed("among the parcels", settings)
    assert counts() | {"Deal": 0} == {
        "Merchant": 6, "Product": 60, "Picture": 72, "Festival": 4, "Deal": 0, "Listing": 60,
        "Order": 5, "Shipment": 1,
    }  # fmt: skip

    assert load_six().endswith("The sample is complete: 6 stores, 60 products.\n")
    assert load_six() == "The sample is complete: nothing to do.\n"

    assert Order.objects.filter(state="paid").count() == 5
    assert counts()["Shipment"] == 3
    own = {"slot__festival": flagship()}
    nominated = Nomination.objects.filter(state="approved", **own)
    units = nominated.values_list("allotments", flat=True)
    assert Deal.objects.filter(**own).count() == sum(len(by_variant) for by_variant in units)
    assert span_differences(product_ids(), instants(DAY_0, 30)) == []
    assert_books_agree()
