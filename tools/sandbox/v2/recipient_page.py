from http import HTTPStatus
from urllib.parse import parse_qs

from tools.sandbox.errors import Refused
from tools.sandbox.store import Body
from tools.sandbox.templating import Markup, fill, join, not_found, page
from tools.sandbox.v2 import account_links, accounts, bank_data, capabilities, payout_methods
from tools.sandbox.v2.asked import get
from tools.sandbox.v2.countries import find_country
from tools.sandbox.v2.refusals import wrong
from tools.sandbox.web import Request, Response, redirect
from tools.sandbox.world import World


def respond(world: World, request: Request) -> Response:
    """Show the form that a recipient fills in, or do what one of its buttons says."""
    with world.lock:
        try:
            return _respond(
                world, get(world, "v2.core.account_link", request.segments[-1]), request
            )
        except Refused:
            return not_found("account")
        finally:
            world.store.commit()


def _respond(world: World, link: Body, request: Request) -> Response:
    notes = world.store.notes(link["id"])
    account = get(world, "v2.core.account", link["account"])
    if not account_links.is_live(world, link) or account["closed"]:
        return redirect(notes["refresh_url"])
    if request.method != "POST":
        return _show(link, account, {}, Markup(), notes)
    given = {name: values[0] for name, values in parse_qs(request.body).items()}
    if given.pop("action", "") == "finish":
        try:
            finish(world, account, given)
        except Refused as refusal:
            return _show(link, account, given, fill("recipient_refused", text=refusal), notes)
    account_links.use_link(world, link)
    return _leave(notes["return_url"])


def finish(world: World, account: Body, given: dict[str, str]) -> None:
    """Finish a recipient's form with these data of a bank account, or without any.

    Raises:
        Refused: the data look wrong, or are only there in part.
    """
    country = account["identity"]["country"]
    if any(given.get(name) for name in _names(country)):
        if not capabilities.wants_bank(account):
            raise wrong("This account asked for no payments to a bank.")
        data = {**given, "country": country}
        payout_methods.add_method(world, account["id"], data)
    accounts.finish(world, account)


def _show(
    link: Body, account: Body, given: dict[str, str], notice: Markup, notes: Body
) -> Response:
    country = account["identity"]["country"].upper()
    fields = _fields(country, given) if capabilities.wants_bank(account) else Markup()
    main = fill(
        "recipient",
        notice=notice,
        name=account["display_name"] or account["contact_email"] or account["id"],
        country=country,
        fields=fields,
    )
    status = HTTPStatus.UNPROCESSABLE_ENTITY if notice else HTTPStatus.OK
    targets = notes["return_url"], notes["refresh_url"]
    return page(status, "Where to send your earnings", main, *targets)


def _fields(country: str, given: dict[str, str]) -> Markup:
    return join(
        fill(
            "recipient_field",
            name=name,
            label=local_name,
            example=example,
            most=most * 2,
            value=given.get(name, ""),
        )
        for name, local_name, _least, most, _pattern, example in _specified(country)
    )


def _names(country: str) -> list[str]:
    return [field[0] for field in _specified(country)]


def _specified(country: str) -> tuple:
    known = find_country(country)
    return bank_data.fields_of(known) if known else ()


def _leave(url: str | None) -> Response:
    if url:
        return redirect(url)
    text = "You can close this page."
    main = fill("ended", heading="Thank you", text=text, back=Markup())
    return page(HTTPStatus.OK, "Thank you", main)
