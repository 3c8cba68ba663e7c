"""P13: what watches the suite's own words finds what it is to find, and nothing else."""

import logging

import pytest
from django.core.mail import EmailMessage
from django.http import HttpResponse

from tests import telling

log = logging.getLogger("shop.anything")


@pytest.fixture
def told():
    """Give what was found, and let it not fail this test."""
    yield telling.found
    telling.found.clear()


@pytest.mark.parametrize(
    "line",
    [
        "key sk_live_51Habcdef",
        "secret whsec_0123456789",
        "paid with 4242 4242 4242 4242",
        "to 0110092774471",
        "IBAN DE89 3704 0044 0532 0130 00",
        "mail to guest7@example.org",
        "parcel for Lin Yue",
    ],
)
def test_p13_a_line_that_names_a_secret_or_a_person_is_found(told, line):
    log.error("%s", line)

    assert len(told) == 1


@pytest.mark.parametrize(
    "line",
    [
        "order BB-2027-100045 settled",
        "GET /orders/BB-2027-100045/ZZstq8OD8uvwwIOgFSculQ/ 404",  # masked before it is written
        "task 1234567890123456 at 2027-05-31 00:00:00",
        "uuid 4a6b1e0e-7f3c-4e53-9b21-1c2d3e4f5a6b",
        "payment pi_bdb7e30da994c2982388e167",
    ],
)
def test_what_a_log_is_for_is_let_through(told, line):
    log.error("%s", line)

    assert told == []


def test_what_an_exception_says_is_looked_at_too(told):
    try:
        raise ValueError("no mailbox amina@example.org")
    except ValueError:
        log.exception("it failed")

    assert len(told) == 1


def test_p13_sheets_name_no_account_but_the_banks_own_file(told):
    sheet = HttpResponse("store,0110092774471", content_type="text/csv")

    telling.look_at_answer("/organize/settlements/", sheet)
    assert len(told) == 1
    told.clear()
    telling.look_at_answer("/organize/batches/7/file/", sheet)
    assert told == []


def test_mails_to_organizers_are_looked_at(told, settings, mailoutbox):
    settings.ORGANIZER_EMAILS = ["desk@example.net"]
    mailoutbox.append(EmailMessage("Alert", "of guest7@example.org", to=["desk@example.net"]))

    telling.look_at_mails()

    assert len(told) == 1
    mailoutbox.clear()
