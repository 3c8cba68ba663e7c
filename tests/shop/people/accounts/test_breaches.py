"""New passwords are checked against known data leaks, without waiting long for the service."""

import hashlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.core.cache import cache

from shop.people.accounts.models import User
from shop.people.accounts.passwords import breaches
from shop.reports.checks import say_alive
from shop.reports.models import Check
from tests import make
from tests.queue import letters
from tests.shop.core.mail.test_account_mail import link
from tests.shop.people.accounts.people import PASSWORD, signed_in

pytestmark = pytest.mark.django_db
LEAKED, UNKNOWN = "violet-harbour-19", "olive-grove-77"
SENTENCE = "This password was found in a data leak."
SILENCE = ["hang", "drip", "refuse", "fail", "garbage", "cut", "flood", "lead"]


def digest(password):
    return hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper()


class Service(BaseHTTPRequestHandler):
    """Plays the leaked-password service, healthy and broken."""

    def do_GET(self):
        self.server.asked.append((self.path, dict(self.headers)))
        getattr(self, self.server.mood)()

    def log_message(self, *args):
        pass

    def say(self, body, code=200, **headers):
        self.send_response(code)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def rows(self, count):
        prefix = self.path.rpartition("/")[2]
        known = [digest(one)[5:] for one in (LEAKED, "password") if digest(one)[:5] == prefix]
        rows = [f"{row}:{count}" for row in known] + ["0" * 35 + ":3", "F" * 35 + ":0"]
        return "\r\n".join(rows).encode()

    def good(self):
        self.say(self.rows(7))

    def padded(self):
        self.say(self.rows(0))

    def hang(self):
        self.server.over.wait(60)

    def drip(self):
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
        while not self.server.over.wait(0.02):
            try:
                self.wfile.write(b"a")
            except OSError:
                return

    def refuse(self):
        self.say(self.rows(7), 429)

    def fail(self):
        self.say(b"", 500)

    def garbage(self):
        self.say(b"<html>" + self.rows(7))

    def cut(self):
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Len")

    def flood(self):
        self.say((self.rows(7) + b"\r\n") * 8_000)

    def lead(self):
        self.say(b"", 302, Location=f"http://127.0.0.1:{self.server.server_port}/elsewhere")


@pytest.fixture
def service(settings, monkeypatch):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    server.daemon_threads = True
    server.mood, server.asked, server.over = "good", [], threading.Event()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.BREACHED_PASSWORDS_URL = f"http://127.0.0.1:{server.server_port}/range/"
    monkeypatch.setattr(breaches, "_quiet_until", 0.0)
    cache.clear()
    yield server
    server.over.set()
    server.shutdown()
    server.server_close()


def sign_up(client, password):
    return client.post("/account/signup/", {"email": "kofi@example.org", "password1": password})


def test_a_leaked_password_makes_no_account_and_another_one_does(client, service):
    assert SENTENCE in sign_up(client, LEAKED).text
    assert not User.objects.exists()

    assert sign_up(client, UNKNOWN).status_code == 302
    assert User.objects.get().check_password(UNKNOWN)


def test_a_leaked_password_is_no_changed_and_no_new_one_by_mail(client, service):
    user = make.user("a@example.org")
    answer = signed_in(user).post(
        "/account/password/change/", {"oldpassword": PASSWORD, "password1": LEAKED}
    )
    assert SENTENCE in answer.text

    client.post("/account/password/reset/", {"email": user.email})
    form = client.get(link(letters()[-1].body, "/key/"), follow=True)
    answer = client.post(form.request["PATH_INFO"], {"password1": LEAKED})
    assert SENTENCE in answer.text

    user.refresh_from_db()
    assert user.check_password(PASSWORD)


def test_five_digits_leave_the_machine_and_no_more(client, service):
    sign_up(client, LEAKED)

    ((path, headers),) = service.asked
    assert path == f"/range/{digest(LEAKED)[:5]}"
    assert headers["Add-Padding"] == "true"
    assert headers.keys() <= {"Host", "Accept-Encoding", "User-Agent", "Add-Padding"}


def test_a_row_of_padding_is_no_leak(client, service):
    service.mood = "padded"

    assert sign_up(client, LEAKED).status_code == 302
    assert len(service.asked) == 1


@pytest.mark.parametrize("mood", SILENCE)
def test_a_service_that_fails_is_left_alone_for_a_while(client, service, monkeypatch, caplog, mood):
    monkeypatch.setattr(breaches, "SECONDS", 0.3)
    service.mood = mood

    assert sign_up(client, LEAKED).status_code == 302  # it came to an end
    make.user("b@example.org")
    sign_up(client, "basketball-99")

    assert len(service.asked) == 1
    assert "does not answer" in caplog.text
    assert LEAKED not in caplog.text
    assert digest(LEAKED)[:5] not in caplog.text


def test_without_an_answer_the_own_list_still_counts(client, service):
    service.mood = "fail"

    assert "This password is too common." in sign_up(client, "basketball-99").text
    assert not User.objects.exists()


def test_after_a_while_the_service_is_asked_again(client, service, monkeypatch):
    monkeypatch.setattr(breaches, "PAUSE", 0.0)
    service.mood = "fail"
    assert not breaches.is_breached(LEAKED)

    service.mood = "good"

    assert SENTENCE in sign_up(client, LEAKED).text


def test_nobody_is_asked_without_the_setting_or_in_a_public_demonstration(
    client, service, settings
):
    settings.DEMO_RESETS = 60
    assert not breaches.is_breached(LEAKED)
    settings.DEMO_RESETS, settings.BREACHED_PASSWORDS_URL = 0, ""
    assert sign_up(client, LEAKED).status_code == 302

    assert service.asked == []


@pytest.mark.parametrize(
    ("mood", "words"), [("good", "answers."), ("fail", "does not answer."), ("", "Off.")]
)
def test_the_health_page_says_whether_the_service_is_used(service, settings, mood, words):
    service.mood = mood
    if not mood:
        settings.BREACHED_PASSWORDS_URL = ""

    say_alive.func()

    row = Check.objects.get(name="passwords")
    assert words in row.words
    assert row.standing == ("warn" if mood == "fail" else "good")
