"""From where somebody asks: believed of trusted proxies only, and one customer is one network."""

import pytest
from django.test import RequestFactory

from shop.core.networks import client_address, network_key, network_of

HERE = "203.0.113.7"


def asking(address, forwarded=None):
    headers = {"X-Forwarded-For": forwarded} if forwarded else None
    return RequestFactory(REMOTE_ADDR=address).get("/", headers=headers)


@pytest.mark.parametrize(
    ("proxies", "address", "forwarded", "found"),
    [
        ([], HERE, None, HERE),
        ([], HERE, "198.51.100.1", HERE),
        (["192.0.2.1"], HERE, "198.51.100.1", HERE),
        (["192.0.2.1"], "192.0.2.1", HERE, HERE),
        (["192.0.2.1"], "192.0.2.1", f"198.51.100.1, {HERE}", HERE),
        (["192.0.2.1", "192.0.2.2"], "192.0.2.1", f"198.51.100.1, {HERE}, 192.0.2.2", HERE),
        (["192.0.2.1"], "192.0.2.1", None, "192.0.2.1"),
        (["192.0.2.1"], "192.0.2.1", " , ", "192.0.2.1"),
    ],
    ids=[
        "direct", "spoofed", "spoofed past the proxy", "behind the proxy",
        "spoofed behind the proxy", "behind two proxies", "the proxy itself", "nothing said",
    ],
)  # fmt: skip
def test_the_client_s_address_is_believed_of_trusted_proxies_only(
    settings, proxies, address, forwarded, found
):
    settings.TRUSTED_PROXIES = proxies

    assert client_address(asking(address, forwarded)) == found


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:aaaa::9", "2001:db8:1:2::/64"),
        ("unknown", "unknown"),
        ("", ""),
    ],
)
def test_all_addresses_of_one_customer_are_one_network(address, network):
    assert network_of(address) == network


def test_the_addresses_that_one_customer_makes_up_are_no_new_places_to_park_from():
    keys = {network_key(asking(f"2001:db8:1:2::{n:x}", None)) for n in range(60)}

    assert len(keys) == 1
    assert network_key(asking("2001:db8:1:3::1", None)) not in keys


def test_a_spoofed_address_gives_no_new_place_to_park_from(settings):
    settings.TRUSTED_PROXIES = []

    keys = {network_key(asking(HERE, f"198.51.100.{n}")) for n in range(60)}

    assert len(keys) == 1
    assert HERE not in keys.pop()
