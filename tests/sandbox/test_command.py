import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import requests

from tests.patience import PATIENCE, wait_until
from tests.sandbox import make
from tools.sandbox.server import Options, start

ROOT = Path(__file__).parents[2]
DEVELOPMENT = {"DEBUG": "1"}


def command(*arguments: object, **environ: str) -> subprocess.Popen:
    clean = {k: v for k, v in os.environ.items() if k not in {"DEBUG", "PAYMENTS_SANDBOX"}}
    return subprocess.Popen(
        [sys.executable, "-m", "tools.sandbox", *map(str, arguments)],
        cwd=ROOT,
        env=clean | environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # Whoever runs the tests in the background hands down that interrupts are ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    )


def refusal(*arguments: object, **environ: str) -> str:
    process = command(*arguments, **environ)
    try:
        said, complaint = process.communicate(timeout=PATIENCE)
    finally:
        process.kill()
    assert (process.returncode, said) == (1, "")
    assert complaint.count("\n") == 1
    return complaint


@contextmanager
def serving(*arguments: object, **environ: str) -> Iterator[tuple[subprocess.Popen, str]]:
    process = command("--port", 0, *arguments, **(environ or DEVELOPMENT))
    try:
        line = process.stdout.readline()
        address = re.fullmatch(
            r"Stripe sandbox ready at (http://127\.0\.0\.1:\d+) \(no money moves\)\n", line
        )
        assert address, line
        yield process, address[1]
    finally:
        process.kill()
        process.communicate()


def test_it_starts_in_development():
    with serving(**DEVELOPMENT) as (_process, address):
        assert make.client(address).v1.balance.retrieve().object == "balance"


def test_case_63_it_refuses_to_start_where_debug_is_off():
    assert "DEBUG is off" in refusal("--port", 0)


def test_case_63_it_refuses_hosts_other_than_this_machine():
    assert "this machine only" in refusal("--host", "0.0.0.0", **DEVELOPMENT)  # noqa: S104


def test_it_refuses_keys_that_could_be_real():
    complaint = refusal("--key", "sk_live_abc", **DEVELOPMENT)

    assert "start with sk_test_sandbox only" in complaint
    assert "sk_live_abc" not in complaint


def test_it_refuses_addresses_that_are_none():
    complaint = refusal("--webhook", "localhost:8000", **DEVELOPMENT)

    assert "--webhook must be a web address" in complaint


def test_it_says_that_its_port_is_in_use():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        assert f"port {port} is in use" in refusal("--port", port, **DEVELOPMENT)


def test_it_says_that_its_state_file_cannot_be_written(tmp_path):
    complaint = refusal("--state", tmp_path / "nowhere" / "state", **DEVELOPMENT)

    assert "No such file or directory" in complaint


def test_it_leaves_a_state_file_alone_that_another_sandbox_uses(tmp_path):
    state = tmp_path / "state"
    with serving("--state", state) as (_process, address):
        complaint = refusal("--port", 0, "--state", state, **DEVELOPMENT)
        assert f"another sandbox uses this file: {state}" in complaint

        made = make.account(make.client(address))
        assert made in state.read_text()


def test_links_start_with_the_public_address():
    with serving("--public", "https://pay.demo.example/") as (_process, address):
        made = make.session(make.client(address))

    assert made.url == f"https://pay.demo.example/pay/{made.id}"


def test_events_go_to_the_address_it_was_given(receiver):
    arguments = ("--webhook", receiver.url, "--secret", "whsec_mine", "--key", "sk_test_sandbox_9")
    with serving(*arguments) as (_process, address):
        api = make.client(address, "sk_test_sandbox_9")
        made = make.session(api)
        requests.post(made.url, {"action": "pay"}, allow_redirects=False, timeout=PATIENCE)
        wait_until(lambda: len(receiver.bodies) == 4)

    kinds = [
        api.construct_event(body, signature, "whsec_mine").type
        for body, signature in zip(receiver.bodies, receiver.signatures, strict=True)
    ]
    assert kinds == [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "checkout.session.completed",
    ]


def test_it_ends_quietly_when_interrupted():
    with serving() as (process, _address):
        process.send_signal(signal.SIGINT)

        assert process.wait(timeout=PATIENCE) == 0
        assert process.stderr.read() == ""


def test_what_was_answered_survives_a_kill(tmp_path):
    state = tmp_path / "state"
    with serving("--state", state) as (process, address):
        api = make.client(address)
        made = make.session(api)
        options, ends = {"idempotency_key": "op-1"}, int(time.time()) + make.HALF_AN_HOUR
        other = api.v1.checkout.sessions.create(make.session_params(expires_at=ends), options)
        requests.post(made.url, {"action": "pay"}, allow_redirects=False, timeout=PATIENCE)
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=PATIENCE)

    with serving("--state", state) as (_process, address):
        api = make.client(address)
        found = api.v1.checkout.sessions.retrieve(made.id, {"expand": ["payment_intent"]})
        again = api.v1.checkout.sessions.create(make.session_params(expires_at=ends), options)

        assert (found.status, found.payment_status) == ("complete", "paid")
        assert api.v1.charges.retrieve(found.payment_intent.latest_charge).paid
        assert again.id == other.id
        assert again.last_response.headers["Idempotent-Replayed"] == "true"
        assert len(api.v1.events.list().data) == 4


def test_events_that_were_not_taken_are_sent_after_a_restart(tmp_path, receiver):
    receiver.failures = 10**6
    options = Options(webhook=receiver.url, state=tmp_path / "state")
    first = start(options=options)
    first.sandbox.pay(make.session(make.client(first.url)).id)
    wait_until(first.sandbox.deliveries)
    assert {tried.status for tried in first.sandbox.deliveries()} == {500}
    first.stop()
    receiver.failures = 0

    second = start(options=options)

    assert second.sandbox.wait_until_delivered()
    second.stop()
    assert len(receiver.bodies) == 4


def test_a_muted_run_sends_nothing_and_keeps_what_waited(tmp_path, receiver):
    receiver.failures = 10**6
    options = Options(webhook=receiver.url, state=tmp_path / "state")
    first = start(options=options)
    first.sandbox.pay(make.session(make.client(first.url)).id)
    assert not first.sandbox.wait_until_delivered(seconds=0.1)
    first.stop()
    receiver.failures = 0

    muted = start(options=replace(options, muted=True))
    muted.sandbox.pay(make.session(make.client(muted.url)).id)
    assert muted.sandbox.wait_until_delivered()
    muted.stop()
    assert receiver.bodies == []

    last = start(options=options)
    last.sandbox.pay(make.session(make.client(last.url)).id)
    assert last.sandbox.wait_until_delivered()
    last.stop()
    assert len(receiver.bodies) == 8
