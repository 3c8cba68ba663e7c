"""Pictures are fetched from the public net alone, within limits; each refusal says why."""

import io
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address

import pytest
from PIL import Image

from shop.core.errors import ShopError
from shop.core.images.clean import PictureRefused, cleaned
from shop.merchant.imports.fetch import Unfetchable, Ways, fetch, is_allowed

HERE, BESIDE = "127.0.0.1", "127.0.0.2"
"""A network that an operator trusts, and one of our own that nobody may reach."""


def picture() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (40, 30), "#2a2480").save(file, "JPEG")
    return file.getvalue()


class Answers(BaseHTTPRequestHandler):
    """Plays servers: good ones, slow ones, and those that lead astray."""

    def do_GET(self):
        name = self.path.partition("?")[0].strip("/").replace("-", "_")
        getattr(self, f"play_{name}", self.play_nothing)()

    def say(self, code=200, body=b"", **headers):
        self.send_response(code)
        told = {"Content-Type": "image/jpeg", "Content-Length": str(len(body))} | headers
        for key, value in told.items():
            if value:
                self.send_header(key.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def play_good(self):
        self.server.asked.append(dict(self.headers))
        self.say(body=picture())

    def play_nothing(self):
        self.say(404)

    def play_busy(self):
        self.say(503)

    def play_page(self):
        self.say(body=b"<html>", **{"Content-Type": "text/html; charset=utf-8"})

    def play_disguised(self):
        self.say(body=b"MZ" + bytes(2_000))

    def play_on(self):
        self.say(302, Location="/good")

    def play_round(self):
        self.say(302, Location="/round")

    def play_astray(self):
        self.say(302, Location=f"http://{BESIDE}/good")

    def play_file(self):
        self.say(302, Location="file:///etc/passwd")

    def play_same_name(self):
        self.say(302, Location=f"http://moving.example:{self.server.server_port}/good")

    def play_huge(self):
        self.say(**{"Content-Length": str(10**12)})

    def play_huge_without_saying(self):
        self.say(**{"Content-Length": ""})
        try:
            for _n in range(200):
                self.wfile.write(bytes(1 << 20))
        except OSError:
            self.server.broken.append(self.path)

    def play_cut_off(self):
        self.say(body=b"", **{"Content-Length": "5000"})
        self.wfile.write(bytes(100))

    def play_dripping(self):
        self.say(**{"Content-Length": "5000"})
        self._drip()

    def play_dripping_head(self):
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
        self._drip()

    def _drip(self):
        try:
            for _n in range(100):
                self.wfile.write(b"a")
                self.wfile.flush()
                time.sleep(0.2)
        except OSError:
            self.server.broken.append(self.path)

    def log_message(self, *args):
        """Say nothing."""


@pytest.fixture(scope="module")
def server():
    made = ThreadingHTTPServer((HERE, 0), Answers)
    made.daemon_threads = True
    made.asked, made.broken = [], []
    threading.Thread(target=made.serve_forever, daemon=True).start()
    yield made
    made.shutdown()


@pytest.fixture
def at(server, settings):
    """Return addresses of the server, on a network that an operator trusts."""
    settings.PICTURE_NETWORKS = [f"{HERE}/32"]
    settings.SITE_URL, settings.ALLOWED_HOSTS = "https://shop.example", ["shop.example"]
    return lambda name: f"http://{HERE}:{server.server_port}/{name}"


def refusal(address: str, **ways) -> Unfetchable:
    with pytest.raises(Unfetchable) as found:
        fetch(address, Ways(**ways))
    return found.value


def test_a_picture_is_fetched_and_nothing_is_told_of_us(server, at):
    assert fetch(at("good")) == picture()

    told = server.asked[-1]
    assert set(told) == {"Host", "User-Agent", "Accept", "Accept-Encoding"}
    assert told["Accept-Encoding"] == "identity"


def test_a_redirect_is_followed(at):
    assert fetch(at("on")) == picture()


@pytest.mark.parametrize(
    ("name", "said", "is_passing"),
    [
        ("nowhere", "There is no picture at this address (404).", False),
        ("busy", "The server is busy (503).", True),
        ("page", "leads to a page, not to a picture", False),
        ("round", "leads on and on, and nowhere", False),
        ("file", "begins with https", False),
        ("astray", "a network that is not public", False),
        ("huge", "must be smaller than 10 MB", False),
        ("huge-without-saying", "must be smaller than 10 MB", False),
        ("cut-off", "Nobody answers|broke off", True),
    ],
)
def test_what_is_no_picture_to_be_had_is_refused_with_a_sentence(at, name, said, is_passing):
    found = refusal(at(name))

    assert any(part in str(found) for part in said.split("|"))
    assert found.is_passing == is_passing


@pytest.mark.parametrize("name", ["dripping", "dripping-head"])
def test_a_server_that_drips_is_left_by_the_clock(at, name):
    began = time.monotonic()

    found = refusal(at(name), seconds=1.2)

    assert time.monotonic() - began < 10
    assert str(found) == "The server is too slow."
    assert found.is_passing


def test_a_server_that_says_nothing_is_left(at):
    with socket.socket() as silent:
        silent.bind((HERE, 0))
        silent.listen()

        found = refusal(f"http://{HERE}:{silent.getsockname()[1]}/", pause=0.3, seconds=1)

    assert found.is_passing


def test_a_name_that_moves_after_it_was_looked_at_leads_nowhere(server, at):
    """The first look finds a place that may be reached, the second one of our own."""
    places = iter([HERE, BESIDE])
    port = server.server_port

    found = refusal(f"http://moving.example:{port}/same-name",
                    resolve=lambda _host, _port: [next(places)])  # fmt: skip

    assert "a network that is not public" in str(found)


def test_a_name_with_one_place_that_is_not_public_leads_nowhere(server, at):
    found = refusal(f"http://both.example:{server.server_port}/good",
                    resolve=lambda _host, _port: [HERE, BESIDE])  # fmt: skip

    assert "a network that is not public" in str(found)


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1/a.jpg", "http://localhost/a.jpg", "http://2130706433/a.jpg",
        "http://0x7f.1/a.jpg", "http://[::1]/a.jpg", "http://[::ffff:127.0.0.1]/a.jpg",
        "http://10.0.0.7/a.jpg", "http://192.168.1.1/a.jpg", "http://172.16.9.9/a.jpg",
        "http://169.254.169.254/latest/meta-data/", "http://0.0.0.0/a.jpg",
        "http://[fe80::1]/a.jpg", "http://[fd00::1]/a.jpg", "http://100.64.0.1/a.jpg",
        "http://224.0.0.1/a.jpg", "http://[64:ff9b::7f00:1]/a.jpg", "http://[2002:7f00:1::]/a.jpg",
    ],
)  # fmt: skip
def test_addresses_inside_are_refused_without_a_connection(address):
    assert "not public" in str(refusal(address, seconds=3)) or "itself" in str(refusal(address))


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("ftp://pictures.example/a.jpg", "begins with https"),
        ("//pictures.example/a.jpg", "begins with https"),
        ("javascript:alert(1)", "begins with https"),
        ("http://", "begins with https"),
        ("http://name:word@pictures.example/a.jpg", "a name and a password"),
        ("http://pictures.example:22/a.jpg", "Nothing is fetched from this port."),
        ("http://pictures.example:99999/a.jpg", "no address of a picture"),
        ("http://good.example\\@127.0.0.1/a.jpg", "begins with https"),
    ],
)
def test_addresses_that_are_none_are_refused(address, said):
    assert said in str(refusal(address))


def test_the_shops_own_addresses_are_refused(settings):
    settings.SITE_URL = "https://shop.example"
    settings.ALLOWED_HOSTS = ["www.shop.example", ".shop.example"]

    for host in ("shop.example", "www.shop.example", "SHOP.example."):
        assert "of this shop itself" in str(refusal(f"https://{host}/media/a.jpg"))


def test_a_disguised_file_is_fetched_and_is_no_picture(at):
    with pytest.raises(PictureRefused):
        cleaned(fetch(at("disguised")))


@pytest.mark.parametrize(
    ("address", "is_fine"),
    [("8.8.8.8", True), ("2001:4860:4860::8888", True), ("64:ff9b::808:808", True),
     ("127.0.0.1", False), ("::1", False), ("64:ff9b::a00:1", False), ("2002:a00:1::", False),
     ("fec0::1", False), ("feff::1", False), ("::7f00:1", False), ("::808:808", False),
     ("168.63.129.16", False), ("::ffff:168.63.129.16", False), ("168.63.129.17", True),
     ("192.88.99.1", False), ("2002:c058:6301::", False)],
)  # fmt: skip
def test_which_addresses_are_public(address, is_fine):
    assert is_allowed(ip_address(address)) == is_fine


def test_refusals_are_sentences_of_the_shop():
    assert issubclass(Unfetchable, ShopError)
