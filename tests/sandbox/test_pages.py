import re
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from tests.patience import PATIENCE
from tests.sandbox import make
from tools.sandbox.sessions import DELAYED_METHODS


def press(url, action):
    return requests.post(url, {"action": action}, allow_redirects=False, timeout=PATIENCE)


def buttons(html):
    found = re.findall(r"<button[^>]*>(.*?)</button>", html)
    return [name.replace("\N{NO-BREAK SPACE}", " ") for name in found]


def status(api, session):
    found = api.v1.checkout.sessions.retrieve(session.id)
    return found.status, found.payment_status


def test_the_page_shows_what_is_paid_and_four_buttons(api):
    made = make.session(
        api,
        make.line(14_50, 2, name="Coffee <b>& tea</b>"),
        make.line(9_00, name="Delivery"),
        client_reference_id="BB-204",
    )

    page = requests.get(made.url, timeout=PATIENCE)

    assert page.status_code == 200
    assert buttons(page.text) == ["Pay $38.00", "Decline", "Pay later", "Cancel"]
    assert "Coffee &lt;b&gt;&amp; tea&lt;/b&gt;" in page.text
    assert "2 × $14.50" in page.text
    assert "$29.00" in page.text
    assert "BB-204" in page.text
    assert "Sandbox: no money moves." in page.text


def test_the_page_asks_for_nothing_and_runs_nothing(api):
    page = requests.get(make.session(api).url, timeout=PATIENCE)

    assert "<input" not in page.text
    assert "<script" not in page.text
    assert "style=" not in page.text
    assert page.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["Cache-Control"] == "no-store"
    policy = page.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'self';")
    assert policy.endswith("form-action 'self' http://127.0.0.1:8000")
    assert "unsafe" not in policy


def test_everything_that_the_page_loads_is_served_by_the_sandbox(running, api):
    html = requests.get(make.session(api).url, timeout=PATIENCE).text
    names = set(re.findall(r'(?:href|src)="(/assets/[^"]+)"', html))
    sheets = [
        requests.get(running.url + name, timeout=PATIENCE).text for name in names if "css" in name
    ]
    names |= {f"/assets/{name}" for sheet in sheets for name in re.findall(r"url\((.*?)\)", sheet)}

    answers = {name: requests.get(running.url + name, timeout=PATIENCE) for name in sorted(names)}

    assert len(answers) == 9
    assert all(answer.ok for answer in answers.values())
    assert requests.get(f"{running.url}/assets/../server.py", timeout=PATIENCE).status_code == 404
    assert (
        requests.get(f"{running.url}/assets/gabarito-OFL.txt", timeout=PATIENCE).status_code == 404
    )


def test_pay_leads_back_to_the_shop_with_the_sessions_id(api):
    made = make.session(api)

    answer = press(made.url, "pay")

    assert answer.status_code == 303
    assert answer.headers["Location"] == f"http://127.0.0.1:8000/thanks/?s={made.id}"
    assert status(api, made) == ("complete", "paid")


def test_pressing_pay_twice_pays_once(api):
    made = make.session(api)

    with ThreadPoolExecutor() as pool:
        answers = list(pool.map(lambda _n: press(made.url, "pay"), range(6)))

    assert sorted(answer.status_code for answer in answers) == [303, 410, 410, 410, 410, 410]
    assert len(api.v1.charges.list().data) == 1


def test_decline_says_so_and_offers_the_same_again(api):
    made = make.session(api)

    answer = press(made.url, "decline")

    assert answer.status_code == 402
    assert 'role="alert"' in answer.text
    assert buttons(answer.text)[0] == "Pay $25.00"
    assert status(api, made) == ("open", "unpaid")
    assert press(made.url, "pay").status_code == 303


def test_cancel_leads_back_and_changes_nothing(api, sandbox):
    made = make.session(api)

    answer = press(made.url, "cancel")

    assert (answer.status_code, answer.headers["Location"]) == (303, "http://127.0.0.1:8000/cart/")
    assert status(api, made) == ("open", "unpaid")
    assert sandbox.events() == []


@pytest.mark.parametrize(("action", "payment_status"), [("arrived", "paid"), ("failed", "unpaid")])
def test_pay_later_waits_for_money_that_arrives_or_not(api, action, payment_status):
    made = make.session(api)
    answer = press(made.url, "later")
    assert answer.headers["Location"].endswith(made.id)
    waiting = requests.get(made.url, timeout=PATIENCE)
    assert buttons(waiting.text) == ["Money arrives", "Money does not arrive"]

    ended = press(made.url, action)

    assert ended.status_code == 410
    assert status(api, made) == ("complete", payment_status)


def test_a_session_that_excludes_delayed_methods_has_no_pay_later(api):
    made = make.session(api, excluded_payment_method_types=list(DELAYED_METHODS))

    page = requests.get(made.url, timeout=PATIENCE)

    assert buttons(page.text) == ["Pay $25.00", "Decline", "Cancel"]
    press(made.url, "later")
    assert status(api, made) == ("open", "unpaid")


def test_a_session_without_a_way_back_has_no_cancel(api):
    params = make.session_params()
    del params["cancel_url"]
    made = api.v1.checkout.sessions.create(params)

    assert buttons(requests.get(made.url, timeout=PATIENCE).text) == [
        "Pay $25.00",
        "Decline",
        "Pay later",
    ]
    assert press(made.url, "cancel").status_code == 200


@pytest.mark.parametrize(
    ("end", "heading", "back"),
    [
        (lambda api, sandbox, made: sandbox.pay(made.id), "Paid", "/thanks/?s="),
        (lambda api, sandbox, made: sandbox.advance(3600), "This page has expired", "/cart/"),
        (
            lambda api, sandbox, made: api.v1.checkout.sessions.expire(made.id),
            "This payment was cancelled",
            "/cart/",
        ),
    ],
    ids=["paid", "expired", "cancelled"],
)
def test_a_page_that_is_over_says_how_and_leads_back(api, sandbox, end, heading, back):
    made = make.session(api)
    url = made.url
    end(api, sandbox, made)
    before = status(api, made)

    for answer in (requests.get(url, timeout=PATIENCE), press(url, "pay"), press(url, "cancel")):
        assert answer.status_code == 410
        assert f"<h1>{heading}</h1>" in answer.text
        assert f'href="http://127.0.0.1:8000{back}' in answer.text
        assert buttons(answer.text) == []

    assert status(api, made) == before


@pytest.mark.parametrize("path", ["pay/cs_test_nope", "onboard/v2/link_nope"])
def test_a_page_that_never_was_is_not_found(running, sandbox, path):
    answer = requests.get(f"{running.url}/{path}", timeout=PATIENCE)

    assert answer.status_code == 404
    assert "Nothing here" in answer.text


def test_the_first_page_counts_and_names_nothing(running, api, sandbox):
    charge = make.charge(api, sandbox)
    make.session(api)
    api.v1.refunds.create({"charge": charge, "amount": 1_00})

    page = requests.get(running.url, timeout=PATIENCE)

    assert page.status_code == 200
    assert re.findall(r"<dd><bdi>(\d+)</bdi></dd>", page.text) == ["1", "1", "0", "0", "0"]
    assert "cs_test_" not in page.text


def test_other_addresses_are_not_found(running):
    assert requests.get(f"{running.url}/admin/", timeout=PATIENCE).status_code == 404
