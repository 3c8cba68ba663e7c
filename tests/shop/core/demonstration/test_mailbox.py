"""Each browser has a mailbox that nobody else reads."""

import re

import pytest
from django.core.mail import EmailMultiAlternatives
from django.test import Client

from shop.core.demonstration import mailbox

pytestmark = pytest.mark.django_db


def send(to, subject):
    message = EmailMultiAlternatives(subject, "text", to=[to])
    message.attach_alternative("<p>text</p>", "text/html")
    message.send()


def address_in(browser):
    page = browser.get("/demonstration/").text
    return re.search(r"visitor-[0-9a-f]{16}@visitor\.example", page)[0]


def test_mail_to_a_mailbox_is_read_in_its_browser_alone(public):
    one, other = Client(), Client()
    address = address_in(one)
    assert address_in(one) == address != address_in(other)

    send(address, "Your receipt")

    page = one.get("/mail/").text
    assert "Your receipt" in page
    [path] = re.findall(r"/mail/\d[^/]+/", page)
    assert one.get(path).status_code == one.get(f"{path}html/").status_code == 200
    assert "Your receipt" not in other.get("/mail/").text
    assert other.get(path).status_code == other.get(f"{path}html/").status_code == 404
    assert Client().get(path).status_code == 404


def test_mail_to_the_people_of_the_sample_is_for_everybody(public, client):
    send("merchant@example.org", "An order to send")

    page = client.get("/mail/").text
    assert "An order to send" in page
    assert "Write no real data" in page


def test_mail_to_addresses_of_the_world_is_thrown_away(public):
    send("lena@real.example", "Nobody's")

    assert not public.MAIL_OUTBOX.exists() or not list(public.MAIL_OUTBOX.iterdir())


def test_a_mailbox_cannot_be_found_out_from_its_address(public, client):
    address = address_in(client)
    name = address.partition("@")[0].removeprefix("visitor-")
    thief = Client()
    for cookie in (name, name * 2, address):
        thief.cookies["mailbox"] = cookie
        assert address not in thief.get("/mail/").text
    assert mailbox.may_read("merchant@example.org.evil.example", address) is False


def test_in_another_demonstration_everybody_reads_everything(settings, public, client):
    settings.DEMO_RESETS = 0
    send("lena@real.example", "For all")

    assert "For all" in client.get("/mail/").text


def test_the_page_for_strangers_signs_in_as_the_people_of_the_sample(public, client):
    page = client.get("/demonstration/").text

    assert page.count('<form method="post" action="/account/login/"') == 9
    assert 'value="organizer-baobab"' in page
    assert "no-store" in client.get("/demonstration/").headers["Cache-Control"]
