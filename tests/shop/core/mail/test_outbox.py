import re

import pytest
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from django.urls import reverse

from shop.core.mail import outbox

SECRET = "20260501T120000000000Z-0123abcd"


@pytest.fixture(autouse=True)
def demonstration(settings, tmp_path):
    settings.DEMO = True
    settings.MAIL_OUTBOX = tmp_path / "mail"
    settings.MAILERS = {"default": {"BACKEND": "shop.core.mail.outbox.OutboxBackend"}}


def write(subject: str = "Grüße", *, html: str = "") -> str:
    """Send a message to the outbox and return its name."""
    message = EmailMultiAlternatives(subject, "See http://x/ <b>", to=["lena@example.org"])
    if html:
        message.attach_alternative(html, "text/html")
    message.send()
    return outbox.newest(1)[0].name


def test_a_message_becomes_a_file_that_only_its_owner_may_read(settings):
    name = write(html="<p>Hello</p>")

    [file] = settings.MAIL_OUTBOX.iterdir()
    assert file.name == f"{name}.eml"
    assert file.stat().st_mode & 0o777 == 0o600
    assert settings.MAIL_OUTBOX.stat().st_mode & 0o777 == 0o700
    letter = outbox.read(name)
    assert (letter.to, letter.subject) == ("lena@example.org", "Grüße")
    assert letter.text.strip() == "See http://x/ <b>"
    assert letter.html.strip() == "<p>Hello</p>"


def test_the_newest_message_comes_first_and_the_list_has_an_end():
    for subject in ("first", "second", "third"):
        write(subject)

    assert [letter.subject for letter in outbox.newest(2)] == ["third", "second"]


def test_an_empty_outbox_lists_nothing():
    assert outbox.newest(10) == []


@pytest.mark.parametrize(
    "name", ["", "../settings", "..%2fsettings", f"{SECRET}/../../x", f"{SECRET}\n", "a" * 32]
)
def test_only_names_that_the_outbox_gave_are_looked_for(name, settings, tmp_path):
    settings.MAIL_OUTBOX.mkdir()
    (tmp_path / "settings.eml").write_text("Subject: secret\n\n")

    assert outbox.read(name) is None


@pytest.mark.django_db
def test_mail_is_listed_and_read_on_pages_that_say_why_they_exist(client):
    name = write("Grüße <&>")

    listed = client.get(reverse("mail"))
    read = client.get(reverse("mail-message", args=[name]))

    assert "Grüße &lt;&amp;&gt;" in listed.text
    assert reverse("mail-message", args=[name]) in listed.text
    for page in (listed, read):
        assert "Only in the demonstration." in page.text
        assert "no-store" in page.headers["Cache-Control"]
    assert '<a href="http://x/" rel="nofollow">http://x/</a> &lt;b&gt;' in read.text
    assert "<iframe" not in read.text


@pytest.mark.django_db
def test_the_html_of_a_message_stands_in_a_frame_that_may_do_nothing(client):
    name = write(html="<script>alert(1)</script><p>Hello</p>")

    page = client.get(reverse("mail-message", args=[name]))
    frame = client.get(reverse("mail-html", args=[name]))

    [iframe] = re.findall(r"<iframe [^>]*>", page.text)
    assert f'src="{reverse("mail-html", args=[name])}"' in iframe
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in iframe
    assert "<script>alert(1)</script>" not in page.text
    assert frame.headers["Content-Security-Policy"] == (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'self'; "
        "sandbox allow-popups allow-popups-to-escape-sandbox"
    )
    assert frame.headers["X-Frame-Options"] == "SAMEORIGIN"


@pytest.mark.django_db
@pytest.mark.parametrize("view", ["mail-message", "mail-html"])
def test_a_message_that_is_not_there_is_not_found(view, client):
    assert client.get(reverse(view, args=[SECRET])).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/mail/", f"/mail/{SECRET}/", f"/mail/{SECRET}/html/"])
@pytest.mark.parametrize("demo", [False, None, "1"])
def test_outside_the_demonstration_there_are_no_such_pages(path, demo, client, settings):
    (settings.MAIL_OUTBOX).mkdir()
    (settings.MAIL_OUTBOX / f"{SECRET}.eml").write_text("Subject: x\nTo: a@example.org\n\nx")
    assert client.get(path).status_code in (200, 404)
    settings.DEMO = demo

    assert client.get(path).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/mail/..%2f..%2fsettings/", "/mail/../config/", "/mail/x/html/"])
def test_no_address_leads_out_of_the_outbox(path):
    assert Client().get(path).status_code == 404


@pytest.mark.parametrize(
    ("url", "host", "status"),
    [
        ("http://127.0.0.1:8000", "127.0.0.1:8000", 200),
        ("http://127.0.0.1:8000", "shop.example", 404),
        ("https://shop.example", "shop.example", 404),
        ("https://shop.example", "localhost", 404),
    ],
)
def test_with_a_key_of_the_provider_mail_is_shown_on_this_machine_alone(
    client, settings, db, url, host, status
):
    settings.STRIPE_BASE_URL, settings.STRIPE_SECRET_KEY = "", "sk_test_abc"
    settings.SITE_URL, settings.ALLOWED_HOSTS = url, ["127.0.0.1", "localhost", "shop.example"]
    name = write()

    for address in ("/mail/", f"/mail/{name}/"):
        assert client.get(address, headers={"host": host}).status_code == status
