from http import HTTPStatus

from tools.sandbox.templating import fill, join, page
from tools.sandbox.v2 import payment_states
from tools.sandbox.web import Request, Response
from tools.sandbox.world import World


def respond(world: World, _request: Request) -> Response:
    """Say that the sandbox is running, and count what happened; ids stay secret."""
    with world.lock:
        store = world.store
        events = [*store.all("event"), *store.all("v2.core.event")]
        counts = [
            ("Payments", sum(charge["paid"] for charge in store.all("charge"))),
            ("Refunds", sum(1 for _refund in store.all("refund"))),
            ("Transfers", sum(1 for _transfer in store.all("transfer"))),
            ("Payments to recipients", sum(1 for _payment in store.all(payment_states.KIND))),
            ("Events not taken yet", sum(bool(store.notes(e["id"])["waiting"]) for e in events)),
        ]
    facts = join(fill("fact", name=name, value=count) for name, count in counts)
    return page(HTTPStatus.OK, "Running", fill("index", facts=facts))
