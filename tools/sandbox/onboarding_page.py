from http import HTTPStatus
from urllib.parse import parse_qs

from tools.sandbox import accounts
from tools.sandbox.currencies import show_amount
from tools.sandbox.errors import Refused
from tools.sandbox.store import Body
from tools.sandbox.templating import Markup, fill, join, not_found, page
from tools.sandbox.transfers import held_by
from tools.sandbox.v2 import payment_states, recipient_page
from tools.sandbox.v2.conversion import show
from tools.sandbox.web import Request, Response, redirect
from tools.sandbox.world import World


def respond(world: World, request: Request) -> Response:
    """Show the page where a merchant finishes onboarding, or sees what has arrived."""
    kind, object_id = request.segments[0], request.segments[-1]
    if request.segments[1:2] == ["v2"]:
        return recipient_page.respond(world, request)
    with world.lock:
        try:
            if kind == "express":
                return _show_account(world, world.store.get("account", object_id))
            return _onboard(world, world.store.get("account_link", object_id), request)
        except Refused:
            return not_found("account")
        finally:
            world.store.commit()


def _onboard(world: World, link: Body, request: Request) -> Response:
    notes = world.store.notes(link["id"])
    if not accounts.is_live(world, link):
        return redirect(notes["refresh_url"])
    if request.method != "POST":
        account = world.store.get("account", notes["account"])
        main = fill("onboard", email=account["email"] or account["id"], country=account["country"])
        targets = notes["return_url"], notes["refresh_url"]
        return page(HTTPStatus.OK, "Receive your earnings", main, *targets)
    accounts.use_link(world, link)
    if parse_qs(request.body).get("action") == ["finish"]:
        accounts.onboard(world, notes["account"])
    return redirect(notes["return_url"])


def _show_account(world: World, account: Body) -> Response:
    transfers = [t for t in world.store.all("transfer") if t["destination"] == account["id"]]
    currencies = sorted({transfer["currency"] for transfer in transfers})
    held = [(code, held_by(world, account["id"], code)) for code in currencies]
    facts = [fill("fact", name=code.upper(), value=show_amount(sum_, code)) for code, sum_ in held]
    main = fill(
        "express",
        email=account["email"] or account["id"],
        balance=join(facts) or fill("fact", name="Balance", value="Nothing yet"),
        lines=join([*_payments(world, account), *map(_line, reversed(transfers))]),
    )
    return page(HTTPStatus.OK, "Your earnings", main)


def _line(transfer: Body) -> Markup:
    some = transfer["amount_reversed"] > 0
    back = show_amount(transfer["amount_reversed"], transfer["currency"])
    return fill(
        "line",
        name=transfer["transfer_group"] or transfer["id"],
        detail=fill("detail", text=f"{back} taken back") if some else Markup(),
        amount=show_amount(transfer["amount"], transfer["currency"]),
    )


def _payments(world: World, account: Body) -> list[Markup]:
    """Return the lines of what was sent to the account's bank, newest first."""
    return [
        fill(
            "line",
            name=payment["description"] or payment["id"],
            detail=fill("detail", text=payment["status"]),
            amount=show(payment["to"]["credited"]),
        )
        for payment in reversed(list(world.store.all(payment_states.KIND)))
        if payment["to"]["recipient"] == account["id"]
    ]
