from tools.sandbox import events
from tools.sandbox.currencies import check_minimum, find_currency
from tools.sandbox.errors import forbidden, invalid
from tools.sandbox.forms import Form, names
from tools.sandbox.line_items import read_line_items
from tools.sandbox.lists import matching, page
from tools.sandbox.store import Body
from tools.sandbox.world import World

# Methods whose money arrives later. A session offers the first one that is not excluded.
DELAYED_METHODS = (
    "sepa_debit",
    "us_bank_account",
    "bacs_debit",
    "acss_debit",
    "au_becs_debit",
    "nz_bank_account",
    "boleto",
    "konbini",
    "multibanco",
    "oxxo",
    "customer_balance",
)

# Stripe, Checkout sessions, checked 2026-11: a session lives 30 minutes to 24 hours.
_SHORTEST, _LONGEST = 30 * 60, 24 * 60 * 60
_CLOCKS_DIFFER = 10

_SHOWN = ("client_reference_id", "customer_email", "locale", "submit_type", "customer_creation")
_OFF_ONLY = names(
    "adaptive_pricing automatic_tax invoice_creation phone_number_collection tax_id_collection"
)
_KNOWN = names(
    "mode ui_mode line_items expires_at success_url cancel_url metadata payment_intent_data"
    " excluded_payment_method_types allow_promotion_codes billing_address_collection"
) | {*_SHOWN, *_OFF_ONLY}
_KNOWN_OF_INTENT = names(
    "metadata transfer_group description statement_descriptor statement_descriptor_suffix"
    " receipt_email shipping capture_method"
)
_NO_TEXT = dict.fromkeys(
    ("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")
)


def create(world: World, form: Form) -> Body:
    """Make a session that a shopper can pay on the hosted page until it expires."""
    _refuse_the_unknown(form)
    items = read_line_items(world, form)
    currency = find_currency(items[0]["currency"], "line_items")
    total = sum(item["amount_total"] for item in items)
    check_minimum(total, currency, "line_items")
    session = world.new(
        "checkout.session",
        notes={"items": items, "intent": _intent_data(form.inner("payment_intent_data"))},
        mode="payment",
        ui_mode="hosted_page",
        status="open",
        payment_status="unpaid",
        currency=currency.code,
        amount_subtotal=total,
        amount_total=total,
        expires_at=_expiry(world, form),
        success_url=form.need_url("success_url"),
        cancel_url=form.url("cancel_url"),
        metadata=form.metadata(),
        payment_method_types=_methods(form),
        payment_method_collection="if_required",
        adaptive_pricing={"enabled": False},
        automatic_tax={"enabled": False, "liability": None, "provider": None, "status": None},
        phone_number_collection={"enabled": False},
        total_details={"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        custom_fields=[],
        custom_text=dict(_NO_TEXT),
        shipping_options=[],
        **{name: form.text(name) for name in _SHOWN},
    )
    world.store.change(session, url=f"{world.public}/pay/{session['id']}")
    return session


def retrieve(world: World, session_id: str, _form: Form) -> Body:
    """Return a session, expired if its time is up."""
    session = world.store.get("checkout.session", session_id)
    _expire_if_due(world, session)
    return session


def expire(world: World, session_id: str, form: Form) -> Body:
    """End an open session, so that nobody can pay it any more."""
    session = retrieve(world, session_id, form)
    if session["status"] != "open":
        raise forbidden(
            'Only Checkout Sessions with a status in ["open"] can be expired. '
            f"This Checkout Session has a status of {session['status']}."
        )
    _expire(world, session, by="the shop")
    return session


def list_all(world: World, form: Form) -> Body:
    """Return a page of sessions, newest first."""
    expire_due(world)
    sessions = world.store.all("checkout.session")
    found = matching(sessions, form, "payment_intent", "status", "customer")
    return page("/v1/checkout/sessions", found, form)


def line_items(world: World, session_id: str, form: Form) -> Body:
    """Return a page of a session's lines, in the order in which they were sent."""
    world.store.get("checkout.session", session_id)
    items = world.store.notes(session_id)["items"]
    return page(f"/v1/checkout/sessions/{session_id}/line_items", items, form, newest_first=False)


def expire_due(world: World) -> None:
    """Expire every open session whose time is up."""
    for session in world.store.all("checkout.session"):
        _expire_if_due(world, session)


def _expire_if_due(world: World, session: Body) -> None:
    if session["status"] == "open" and session["expires_at"] <= world.now():
        _expire(world, session, by="time")


def _expire(world: World, session: Body, *, by: str) -> None:
    world.store.notes(session["id"])["expired_by"] = by
    world.store.change(session, status="expired", url=None)
    intent = world.store.find("payment_intent", session["payment_intent"] or "")
    if intent:
        world.store.change(intent, status="canceled", canceled_at=world.now())
        events.emit(world, "payment_intent.canceled", intent)
    events.emit(world, "checkout.session.expired", session)


def _refuse_the_unknown(form: Form) -> None:
    form.only(_KNOWN)
    if form.text("mode") != "payment":
        raise invalid("The sandbox imitates mode=payment only.", "mode")
    if form.text("ui_mode") not in {None, "hosted_page", "hosted"}:
        raise invalid("The sandbox imitates hosted pages only.", "ui_mode")
    if form.flag("allow_promotion_codes"):
        raise invalid("The sandbox knows no promotion codes.", "allow_promotion_codes")
    for name in _OFF_ONLY:
        if form.inner(name).flag("enabled"):
            raise invalid(f"The sandbox does not imitate {name}.", name)
    email = form.text("customer_email")
    if email and "@" not in email:
        raise invalid(f"Invalid email address: {email}", "customer_email", "email_invalid")


def _expiry(world: World, form: Form) -> int:
    now = world.now()
    moment = form.integer("expires_at") or now + _LONGEST
    if moment < now + _SHORTEST - _CLOCKS_DIFFER:
        message = "The `expires_at` timestamp must be at least 30 minutes from now."
        raise invalid(message, "expires_at")
    if moment > now + _LONGEST + _CLOCKS_DIFFER:
        message = "The `expires_at` timestamp must be less than 24 hours from now."
        raise invalid(message, "expires_at")
    return moment


def _methods(form: Form) -> list[str]:
    excluded = form.texts("excluded_payment_method_types")
    if "card" in excluded:
        raise invalid("The sandbox always takes cards.", "excluded_payment_method_types")
    return ["card", *[method for method in DELAYED_METHODS if method not in excluded][:1]]


def _intent_data(form: Form) -> Body:
    form.only(_KNOWN_OF_INTENT)
    form.choice("capture_method", "automatic", "automatic_async")
    texts = ("transfer_group", "description", "receipt_email")
    descriptors = ("statement_descriptor", "statement_descriptor_suffix")
    return {
        **{name: form.text(name) for name in (*texts, *descriptors)},
        "metadata": form.metadata(),
        "shipping": form.inner("shipping").fields or None,
    }
