"""What opens an order is not written into the log."""

import logging
import re
import sys

import pytest
from django.urls import get_resolver

from config import logs
from config.logs import LINK, Discreet, DiscreetJson


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
        (
            "Service Unavailable: /sw/account/password/reset/key/3-c9x-f00/",
            "Service Unavailable: /sw/account/password/reset/key/.../",
        ),
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


# What stands in addresses under these names opens something to whoever knows it.
OPENS = {"token", "key", "code", "proof", "secret"}
KNOWN_TO_ALL = ("s/", "organize/festivals/", "organize/orders/")  # short links, languages, mails
SECRET = "s3cret"


def addresses(patterns, before=""):
    """Yield what stands in addresses, each with the names of what is filled in."""
    for pattern in patterns:
        said = before + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            yield from addresses(pattern.url_patterns, said)
        else:
            yield said


def filled_in(said):
    """Return the address of a pattern with a secret in it."""
    plain = re.sub(r"\(\?P(<[a-z_0-9]+>)(?:\([^()]*\)|\[[^]]*\]|[^()])*\)", r"\1", said)
    plain = re.sub(r"[\^$]", "", plain)
    return "/" + re.sub(
        r"<(?:[a-z]+:)?([a-z_0-9]+)>", lambda name: SECRET if name[1] in OPENS else "7", plain
    )


def test_no_secret_of_any_address_is_written():
    found = [
        filled_in(said)
        for said in addresses(get_resolver().url_patterns)
        if OPENS & set(re.findall(r"<(?:[a-z]+:)?([a-z_0-9]+)>", said))
        and not said.startswith(KNOWN_TO_ALL)
    ]

    assert len(found) > 25
    assert [one for one in found if SECRET in LINK.sub(r"\1...", one)] == []


def test_the_journal_of_systemd_knows_how_grave_a_line_is(monkeypatch):
    record = logging.LogRecord("x", logging.ERROR, "", 0, "failed", (), None)
    monkeypatch.setattr(logs, "GRAVITY", logs.gravity({}))
    assert Discreet("%(message)s").format(record) == "failed"

    monkeypatch.setattr(logs, "GRAVITY", logs.gravity({"JOURNAL_STREAM": "8:12345"}))

    assert Discreet("%(message)s").format(record) == "<3>failed"
    assert DiscreetJson("%(message)s").format(record) == '<3>{"message": "failed"}'


def test_every_handler_is_discreet(settings):
    made = settings.LOGGING
    used = {made["formatters"][handler["formatter"]]["()"] for handler in made["handlers"].values()}
    assert used == {"config.logs.Discreet"}
