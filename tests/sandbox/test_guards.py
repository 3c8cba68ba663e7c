import pytest

from tools.sandbox.guards import Unsafe, check_address, check_key, check_start
from tools.sandbox.server import Options, start

KEY = "sk_test_sandbox"
DEVELOPMENT = {"DEBUG": "1"}


@pytest.mark.parametrize(
    "environ",
    [{"DEBUG": "1"}, {"DEBUG": "True"}, {"DEBUG": "0", "PAYMENTS_SANDBOX": "1"}],
)
def test_development_and_a_declared_demo_are_safe(environ):
    check_start("127.0.0.1", KEY, environ)


@pytest.mark.parametrize(
    "environ",
    [{}, {"DEBUG": "0"}, {"DEBUG": ""}, {"DEBUG": "no", "PAYMENTS_SANDBOX": "0"}],
)
def test_case_63_everything_else_may_be_production(environ):
    with pytest.raises(Unsafe, match="DEBUG is off"):
        check_start("127.0.0.1", KEY, environ)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.9", "localhost", "::1"])
def test_this_machine_is_safe(host):
    check_start(host, KEY, DEVELOPMENT)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "", "192.0.2.7", "127.0.0.1.shop.example"])  # noqa: S104
def test_case_63_other_hosts_are_not(host):
    with pytest.raises(Unsafe, match="this machine only"):
        check_start(host, KEY, DEVELOPMENT)


@pytest.mark.parametrize("key", ["sk_live_abc", "rk_live_abc", "sk_test_abc", ""])
def test_keys_that_could_be_real_are_refused_and_not_repeated(key):
    with pytest.raises(Unsafe, match="sk_test_sandbox only") as refusal:
        check_start("127.0.0.1", key, DEVELOPMENT)

    assert not key or key not in str(refusal.value)
    with pytest.raises(Unsafe):
        check_key(key)
    with pytest.raises(Unsafe):
        start(options=Options(key=key))


@pytest.mark.parametrize("address", ["localhost:8000", "//shop.example", "ftp://shop.example"])
def test_an_address_starts_with_http(address):
    with pytest.raises(Unsafe, match="--public must be a web address"):
        check_address("--public", address)


def test_no_address_is_an_answer_too():
    check_address("--webhook", "")
    check_address("--webhook", "http://127.0.0.1:8000/webhooks/stripe/")
