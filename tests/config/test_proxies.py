"""What a client is said to be, and how it came, is believed of listed proxies alone."""

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from config.proxies import ListedProxies
from shop.core.networks import client_address

SAID = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "198.51.100.7"}


@pytest.fixture(autouse=True)
def _behind_a_proxy(settings):
    settings.TRUSTED_PROXIES = ["10.0.0.1", "192.168.7.0/24", "fd00::/8", "2001:db8::1:0/112"]
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")


def heard(address):
    """Return what the shop takes a request for: encrypted or not, and whose it is."""
    found = []

    def view(request):
        found.append((request.is_secure(), client_address(request)))
        return HttpResponse()

    request = RequestFactory().get("/", headers=SAID, REMOTE_ADDR=address)
    ListedProxies(view)(request)
    return found[0]


@pytest.mark.parametrize(
    "proxy", ["10.0.0.1", "192.168.7.250", "fd00::1", "2001:db8::1:7", "::ffff:10.0.0.1"]
)
def test_a_listed_proxy_is_believed(proxy):
    assert heard(proxy) == (True, "198.51.100.7")


@pytest.mark.parametrize("stranger", ["203.0.113.9", "192.168.8.1", "2001:db8::1", "", "unix:"])
def test_a_stranger_s_word_for_its_own_safety_counts_for_nothing(stranger):
    assert heard(stranger) == (False, stranger)


def test_without_a_list_nobody_is_believed(settings):
    settings.TRUSTED_PROXIES = []

    assert heard("10.0.0.1") == (False, "10.0.0.1")


@pytest.mark.django_db
def test_over_plain_http_a_stranger_is_sent_to_https_whatever_it_says(client, settings):
    settings.SECURE_SSL_REDIRECT = True

    answer = client.get("/account/login/", headers=SAID, REMOTE_ADDR="203.0.113.9")
    behind = client.get("/account/login/", headers=SAID, REMOTE_ADDR="10.0.0.1")

    assert (answer.status_code, answer.url) == (301, "https://testserver/account/login/")
    assert behind.status_code == 200
