"""What opens an order is not written into the log."""

import logging
import sys

import pytest

from config.logs import Discreet


@pytest.mark.parametrize(
    ("said", "written"),
    [
        (
            "Not Found: /orders/BB-2027-100001/Zq8-secret_1/paid/",
            "Not Found: /orders/BB-2027-100001/.../paid/",
        ),
        (
            "GET /fr/orders/BB-2027-100001/secret/open/WzEsMl0:Zq8/ HTTP/1.1",
            "GET /fr/orders/BB-2027-100001/.../ HTTP/1.1",
        ),
        ("/orders/find/?sent", "/orders/find/?sent"),
        ("GET /sw/apply/link/5f0c-secret/ HTTP/1.1", "GET /sw/apply/link/.../ HTTP/1.1"),
        ("GET /ar/report/7/aBc-secret/ HTTP/1.1", "GET /ar/report/7/.../ HTTP/1.1"),
        ("Conflict: /merchant/tickets/ZW62VPVFXKJUW7PV/", "Conflict: /merchant/tickets/.../"),
        ("Not Found: /ar/feeds/WzFd:Zq8/cn/meta.csv", "Not Found: /ar/feeds/.../cn/meta.csv"),
        ("Not Found: /calendars/WzFd:Zq8.ics", "Not Found: /calendars/..."),
        (
            "Not Found: /sw/learning/certificates/AC-ZW62-VPVF-XKJU-W7PV/",
            "Not Found: /sw/learning/certificates/.../",
        ),
        ("/fr/orders/BB-2027-100001/secret?a=1", "/fr/orders/BB-2027-100001/...?a=1"),
        ("Not Found: /products/basket/", "Not Found: /products/basket/"),
        ("100 % of /orders/ is read", "100 % of /orders/ is read"),
    ],
)
def test_a_log_line_names_an_order_and_not_its_secret(said, written):
    record = logging.LogRecord("django.request", logging.WARNING, "", 0, "%s", (said,), None)

    assert Discreet("%(message)s").format(record) == written


def test_a_traceback_is_masked_too():
    try:
        raise ValueError("/orders/BB-2027-100001/secret/paid/")
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, "", 0, "failed", (), sys.exc_info())

    assert "/orders/BB-2027-100001/.../paid/" in Discreet("%(message)s").format(record)
    assert "BB-2027-100001/secret" not in Discreet("%(message)s").format(record)


def test_every_handler_is_discreet(settings):
    made = settings.LOGGING
    used = {made["formatters"][handler["formatter"]]["()"] for handler in made["handlers"].values()}
    assert used == {"config.logs.Discreet"}
