from http import HTTPStatus
from urllib.parse import parse_qs, urlsplit

from tools.sandbox import paying, sessions
from tools.sandbox.currencies import show_amount
from tools.sandbox.errors import NotPayable, Refused
from tools.sandbox.forms import Form
from tools.sandbox.store import Body
from tools.sandbox.templating import Markup, back_link, fill, join, not_found, page
from tools.sandbox.web import Request, Response, redirect
from tools.sandbox.world import World

_ENDINGS = {
    "paid": ("Paid", "This order is paid. Nothing more is due, and paying again is not possible."),
    "failed": (
        "The money did not arrive",
        "The payment was started, but the money never came. Nothing was paid.",
    ),
    "time": ("This page has expired", "The time to pay is over. Nothing was paid."),
    "the shop": (
        "This payment was cancelled",
        "The shop closed this page, for instance because the order changed. Nothing was paid.",
    ),
}


def respond(world: World, request: Request) -> Response:
    """Show the page on which a shopper pays a session, or do what one of its buttons says."""
    session_id = request.segments[-1]
    with world.lock:
        try:
            session = sessions.retrieve(world, session_id, Form())
            if request.method == "POST":
                return _act(world, session, _action(request))
            return _show(world, session)
        except NotPayable as ended:
            return _show(world, ended.session)
        except Refused:
            return not_found("payment")
        finally:
            world.store.commit()


def _act(world: World, session: Body, action: str) -> Response:
    match action:
        case "pay" | "pay-available":
            paying.pay(world, session["id"], waits=action == "pay")
            return redirect(_success_address(session))
        case "later":
            paying.pay_later(world, session["id"])
            return redirect(_success_address(session))
        case "decline":
            paying.decline(world, session["id"])
            return _show_open(world, session, HTTPStatus.PAYMENT_REQUIRED, fill("declined"))
        case "cancel" if session["status"] == "open" and session["cancel_url"]:
            return redirect(session["cancel_url"])
        case "arrived" | "failed":
            paying.settle(world, session["id"], ok=action == "arrived")
    return _show(world, session)


def _show(world: World, session: Body) -> Response:
    if session["status"] == "open":
        return _show_open(world, session, HTTPStatus.OK, Markup())
    if paying.is_waiting(world, session):
        back = back_link(_success_address(session))
        main = fill("waiting", total=_total(session), back=back)
        return page(HTTPStatus.OK, "The money is on its way", main)
    return _show_ended(world, session)


def _show_open(world: World, session: Body, status: int, notice: Markup) -> Response:
    total = _total(session)
    items = world.store.notes(session["id"])["items"]
    main = fill(
        "pay",
        notice=notice,
        shop=urlsplit(session["success_url"]).netloc,
        total=total,
        lines=join(_line(item) for item in items),
        facts=join(_facts(session)),
        later=fill("later") if paying.delayed_method(session) else Markup(),
        cancel=fill("cancel") if session["cancel_url"] else Markup(),
    )
    targets = session["success_url"], session["cancel_url"]
    return page(status, f"Pay {total}", main, *targets)


def _show_ended(world: World, session: Body) -> Response:
    paid = session["payment_status"] == "paid"
    if session["status"] == "expired":
        ending = world.store.notes(session["id"])["expired_by"]
    else:
        ending = "paid" if paid else "failed"
    heading, text = _ENDINGS[ending]
    address = _success_address(session) if paid else session["cancel_url"]
    main = fill("ended", heading=heading, text=text, back=back_link(address))
    return page(HTTPStatus.GONE, heading, main)


def _line(item: Body) -> Markup:
    several = item["quantity"] > 1
    each = show_amount(item["price"]["unit_amount"], item["currency"])
    return fill(
        "line",
        name=item["description"],
        detail=fill("detail", text=f"{item['quantity']} × {each}") if several else Markup(),
        amount=show_amount(item["amount_total"], item["currency"]),
    )


def _facts(session: Body) -> list[Markup]:
    # Stripe's page shows no time, and the goods may be kept for less than the page is open.
    facts = [("Order", session["client_reference_id"]), ("E-mail", session["customer_email"])]
    return [fill("fact", name=name, value=value) for name, value in facts if value]


def _total(session: Body) -> str:
    return show_amount(session["amount_total"], session["currency"])


def _success_address(session: Body) -> str:
    return session["success_url"].replace("{CHECKOUT_SESSION_ID}", session["id"])


def _action(request: Request) -> str:
    return parse_qs(request.body).get("action", [""])[0]
