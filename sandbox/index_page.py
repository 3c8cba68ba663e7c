from http import HTTPStatus

from sandbox.templating import fill, join, page
from sandbox.web import Request, Response
from sandbox.world import World


def respond(world: World, _request: Request) -> Response:
    """Say that the sandbox is running, and count what happened; ids stay secret."""
    with world.lock:
        store = world.store
        counts = [
            ("Payments", sum(charge["paid"] for charge in store.all("charge"))),
            ("Refunds", sum(1 for _refund in store.all("refund"))),
            ("Transfers", sum(1 for _transfer in store.all("transfer"))),
            ("Events not taken yet", sum(e["pending_webhooks"] > 0 for e in store.all("event"))),
        ]
    facts = join(fill("fact", name=name, value=count) for name, count in counts)
    return page(HTTPStatus.OK, "Running", fill("index", facts=facts))
