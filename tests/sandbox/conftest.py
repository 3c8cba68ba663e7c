"""The sandbox in a thread, fresh for each test, and something that receives its events."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import stripe

from tests.sandbox import make
from tools.sandbox.controls import Sandbox
from tools.sandbox.server import Running, start


@pytest.fixture(scope="session")
def running() -> Iterator[Running]:
    running = start(contract=True)
    yield running
    running.stop()


@pytest.fixture
def sandbox(running: Running) -> Iterator[Sandbox]:
    running.sandbox.reset()
    yield running.sandbox
    running.sandbox.check_contract()


@pytest.fixture
def api(running: Running, sandbox: Sandbox) -> stripe.StripeClient:
    return make.client(running.url)


class Receiver:
    """A shop's webhook address. Fails as often as ``failures`` says, then takes everything."""

    def __init__(self) -> None:
        self.failures = 0
        self.bodies: list[bytes] = []
        self.signatures: list[str] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                failing = receiver.failures > 0
                receiver.failures -= failing
                if not failing:
                    receiver.bodies.append(body)
                    receiver.signatures.append(self.headers["Stripe-Signature"])
                self.send_response(500 if failing else 204)
                self.end_headers()

            def log_message(self, *_args: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/webhooks/stripe/"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.stop()
