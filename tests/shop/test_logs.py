"""What opens an order is not written into the log."""

import logging

import pytest

from config.logs import Discreet


@pytest.mark.parametrize(
    ("said", "written"),
    [
        (
            "Not Found: /orders/BB-2027-100001/Zq8-secret_1/paid/",
            "Not Found: /orders/BB-2027-100001/.../paid/",
        ),
        ("/fr/orders/BB-2027-100001/secret?a=1", "/fr/orders/BB-2027-100001/...?a=1"),
        ("Not Found: /products/basket/", "Not Found: /products/basket/"),
        ("100 % of /orders/ is read", "100 % of /orders/ is read"),
    ],
)
def test_a_log_line_names_an_order_and_not_its_secret(said, written):
    record = logging.LogRecord("django.request", logging.WARNING, "", 0, "%s", (said,), None)

    assert Discreet().filter(record)
    assert record.getMessage() == written


def test_every_handler_is_discreet(settings):
    assert all("discreet" in made["filters"] for made in settings.LOGGING["handlers"].values())
