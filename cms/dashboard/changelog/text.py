"""A line of the change log in words: the action, its subject, and the facts that changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Model, QuerySet

from cms.dashboard.changelog.names import link_of, named
from shop.core.currencies import written
from shop.core.stored_names import stored_name
from shop.festivals.local_time import wall_of
from shop.festivals.models import ChangeLog

# What kind of row a line is about, where people have another word for it.
SUBJECTS = {
    "promotion": "benefit", "wanted": "wish", "fund": "sponsor", "previewlink": "shared preview",
    "merchant": "store", "operation": "payment out", "gatewayevent": "message of the provider",
    "signinrules": "rules", "fairness": "limits", "user": "account", "mailbox": "guest",
    "term": "shared word", "vainsearch": "search in vain", "document": "paper",
    "taxrule": "rule of tax", "sharelink": "link", "feed": "addresses for channels",
    "returnrequest": "request", "incident": "disturbance",
    "moneytask": "matter of money",
}  # fmt: skip
WORDS = {
    "create": "made", "change": "changed", "move": "moved", "extend": "extended",
    "remove": "removed", "publish": "published", "invite": "invited stores", "join": "joined",
    "accept": "accepted", "decline": "declined", "submit": "submitted", "withdraw": "withdrawn",
    "approve": "approved", "changes_requested": "sent back", "rejected": "rejected",
    "accepted": "accepted", "waiting": "put in line", "declined": "declined", "leave": "left",
    "terms": "got new terms", "subsidise": "subsidised", "want": "asked for",
    "forget": "no longer asked for",
    "pause": "paused", "resume": "resumed", "raise": "raised", "stop": "stopped",
    "cancel": "called off", "clone": "made from another", "void": "void: a wrong price",
    "activate": "activated", "end early": "ended early", "end": "is over",
    "add update": "got an update", "correct update": "got its update corrected",
    "remove update": "lost an update", "make codes": "got unique codes",
    "download codes": "codes were downloaded", "honoured": "price kept for an order",
    "refunded": "order sent back",
    "share": "made", "revoke": "revoked",
    "new address": "made", "close address": "closed",
    "move date": "moved a date", "sell date": "sells a date again",
    "stop date": "stopped selling a date", "call date off": "called a date off",
    "plan date": "planned a date",
    "date takes place": "lets a date take place",
    "override": "overridden", "take back": "taken back",
    "was_owed": "closed: it was for a refund of ours",
    "hand over": "given to somebody", "try_again": "closed: sent again",
    "settled_elsewhere": "closed: settled elsewhere",
    "accept_as_sale": "closed: accepted as the sale",
    "send_back": "closed: sent back", "split": "closed: split over the lines",
    "answered": "closed: the bank was answered", "fault_split": "closed: said who bears it",
    "apply_again": "closed: applied again", "wrong_alarm": "closed: a wrong alarm",
    "stop parcels": "parcels stopped", "let parcels go": "parcels may go on",
    "try again": "sent again", "settle elsewhere": "settled elsewhere",
    "apply again": "applied again", "mend": "got another address",
    "edit": "edited", "request_changes": "sent back", "propose": "change proposed",
    "propose pictures": "other pictures proposed", "take back change": "change taken back",
    "approve change": "change approved", "refuse change": "change refused",
    "take down": "taken down", "put back": "put back",
    "suspend": "suspended", "reopen": "reopened", "let leave": "leaves", "stay": "leaves no more",
    "invite person": "invited somebody", "invite again": "invited somebody again",
    "take invitation back": "took an invitation back", "member joined": "got a member",
    "member left": "lost a member", "show money": "shows a member its money",
    "hide money": "shows a member its money no more", "change role": "gave a member another role",
    "trust": "is trusted with its changes", "trust no more": "is trusted no more",
    "publish change": "changed what is public", "look later": "was looked at",
    "ask to mend": "was asked to mend something", "decide": "was decided on",
    "picture_add": "got a picture", "picture_move": "pictures moved",
    "picture_remove": "lost a picture", "picture_describe": "picture described",
    "picture_mark": "picture marked as illustration or photograph",
    "picture_logo": "got a new logo", "picture_banner": "got a new banner",
    "close": "closed", "show_result": "result shown", "hide_result": "result hidden",
    "role": "got another role", "dismiss": "left the desk", "open": "opened again",
    "free": "lost the second step", "erase": "erased", "send again": "sent again",
    "replacement": "gets a replacement", "replacement cancelled": "gets no replacement",
    "arrived": "parcel arrived", "cannot send": "store cannot send all of it",
    "agreed": "agreed to", "refused": "refused", "replaced": "answered by a replacement",
    "message hidden": "lost a message that was taken away",
    "message left": "keeps a message that was reported",
    "set aside": "set aside", "hold": "earnings kept", "let go": "earnings let go",
    "legal": "got another seller by law", "fiscal number": "got its fiscal number",
}  # fmt: skip
# Of these kinds the same action has another word.
OTHERS = {
    ("invitation", "invite"): "sent", ("user", "accept"): "came to the desk",
    ("merchant", "open"): "made", ("order", "send again"): "mail sent again",
    ("returnrequest", "refunded"): "paid back", ("moneytask", "accepted"): "closed: accepted",
    ("moneytask", "agree"): "closed: agreed", ("moneytask", "refund"): "closed: paid back",
    ("moneytask", "refuse"): "closed: refused", ("moneytask", "approve"): "closed: approved",
    ("moneytask", "drop"): "closed: left", ("incident", "reopen"): "goes on",
    ("application", "take"): "taken to read", ("application", "put back"): "put back",
    ("application", "ask"): "asked for more", ("application", "refuse paper"): "a paper sent back",
}  # fmt: skip
# What people call a fact, where its own name with blanks is not it.
FACTS = {
    "starts_at": "start", "ends_at": "end", "slug": "address", "zone": "time zone",
    "commission_bp": "commission", "min_percent_off": "least reduction",
    "min_allotment": "least units set aside", "max_nominations": "most nominations",
    "max_stores": "places for stores", "max_stores_per_country": "places for each country",
    "country_places": "places of some countries", "must_beat_prior_price": "only real reductions",
    "price_ceiling": "highest price", "hold_minutes": "minutes to pay",
    "max_extensions": "extensions", "refund_window_days": "days for refunds",
    "target_stores": "stores wanted", "target_products": "products wanted",
    "target_countries": "countries wanted", "enrol_opens": "enrolment opens",
    "enrol_closes": "enrolment closes",
    "group": "what it gives", "kind": "what it gives", "trigger": "how shoppers get it",
    "value": "how much", "paid_units": "of these paid for", "every": "for every",
    "max_steps": "at most so many times",
    "min_spend": "from a sum of", "cap": "at most", "max_uses": "uses in all",
    "max_claims": "claims in all", "per_shopper": "uses per shopper", "fund_id": "sponsor",
    "merchant_id": "store", "city": "town", "vat_bp": "VAT",
    "settle_every": "settled", "reserve_bp": "reserve", "reserve_days": "days of the reserve",
    "paid_only_by": "paid only by", "payout_tariff": "fee of each payout",
    "legal_name": "seller’s name by law", "legal_address": "seller’s address",
    "invoice_prefix": "letters before invoice numbers", "rate_bp": "rate", "up_to": "value",
    "aliases": "other names", "tracking_url": "address to follow a number", "home": "at home in",
    "seller": "sold from", "buyer": "sent to", "seen_on": "day of the look",
    "use_from": "used from", "use_to": "used until",
    "claim_from": "claimed from", "claim_to": "claimed until",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of the log: the action, its subject (with its screen, if it has one), its facts."""

    change: ChangeLog
    words: str
    name: str = ""
    url: str = ""
    facts: str = ""


def lines(rows: QuerySet[ChangeLog], *, about: Model | None = None) -> list[LogLine]:
    """Return lines of the log as they are read. One statement, however many.

    Args:
        about: whose screen it is; it is not named again.
    """
    found = [line_of(row) for row in named(rows).select_related("by", "festival")]
    if about is None:
        return found
    own = (stored_name(about), about.pk)
    return [
        replace(line, name="", url="")
        if (line.change.subject, line.change.subject_id) == own
        else line
        for line in found
    ]


def line_of(change: ChangeLog) -> LogLine:
    """Return one line of the log; ``change`` comes from ``named``."""
    name = change.what or change.before.get("label", "") or change.after.get("email", "")
    return LogLine(change, done(change), name, link_of(change), facts_of(change))


def done(change: ChangeLog) -> str:
    """Name the kind of thing and the action: "benefit changed"."""
    words = WORDS.get(change.action, change.action)
    words = OTHERS.get((change.subject, change.action), words)
    return f"{SUBJECTS.get(change.subject, change.subject)} {words}"


def facts_of(change: ChangeLog) -> str:
    """Return the facts that the words alone do not tell, such as the times of a move."""
    if change.subject == "merchant" and (who := change.after.get("email")):
        return who
    say = _role if change.subject in ("user", "invitation") else SAYS.get(change.action)
    return say(change) if say else ""


def what_changed(change: ChangeLog) -> str:
    """Name the facts of a row that are other ones since a change; nothing where nobody knows."""
    before, after = _flat(change.before), _flat(change.after)
    names = (name for name in after if before and before.get(name) != after[name])
    return ", ".join(dict.fromkeys(_called(name) for name in names))


def _times(change: ChangeLog) -> str:
    """Say from when to when something was moved, in the zone of its festival."""
    return "; ".join(
        f"{_called(name)}: {_time(change, change.before.get(name))} → {_time(change, text)}"
        for name, text in change.after.items()
        if name in ("starts_at", "ends_at") and change.before.get(name) != text
    )


def _time(change: ChangeLog, text: str | None) -> str:
    if not text:
        return "none"
    zone = change.festival.zone if change.festival else "UTC"
    return f"{wall_of(datetime.fromisoformat(text), zone):%-d %b %Y, %H:%M}"


def _amount(name: str) -> Callable[[ChangeLog], str]:
    def say(change: ChangeLog) -> str:
        amount = change.after.get(name)
        return "" if amount is None else written(amount, settings.SHOP_CURRENCY, "en")

    return say


def _text(name: str, before: str = "") -> Callable[[ChangeLog], str]:
    return lambda change: f"{before}{change.after[name]}" if change.after.get(name) else ""


# Actions that name the facts they changed, and those that say a time before and after.
CHANGES = ("change", "raise", "edit", "propose", "approve change", "legal")
MOVES = ("move", "extend", "stop")
# By action, the fact that is printed as it was typed.
TEXTS = {
    "override": "text", "honoured": "order", "refunded": "order", "settle elsewhere": "reference",
    "terms": "terms_version", "fiscal number": "fiscal_number",
}  # fmt: skip


def _stores(change: ChangeLog) -> str:
    count = len(change.after.get("merchants", ()))
    return "1 store" if count == 1 else f"{count} stores"


def _codes(change: ChangeLog) -> str:
    label = change.after.get("label")
    return f"{change.after.get('size', 0):,}{f', {label}' if label else ''}"


def _role(change: ChangeLog) -> str:
    before, after = change.before.get("role", ""), change.after.get("role", "")
    return f"{before} → {after}" if before and after else after or before


def _missing(change: ChangeLog) -> str:
    return " ".join(change.after.get("missing", ()))


# Of these actions the word does not say it all. ``facts.printed`` says the same in a statement.
SAYS: dict[str, Callable[[ChangeLog], str]] = {
    **dict.fromkeys(CHANGES, what_changed), **dict.fromkeys(MOVES, _times),
    **{action: _text(name) for action, name in TEXTS.items()},
    "publish": _missing, "invite": _stores, "make codes": _codes,
    "subsidise": _amount("subsidy"), "terms": _text("terms_version", "version "),
    "role": _role,
}  # fmt: skip


def _flat(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return facts with each text by itself: its words are the facts that somebody changed."""
    found = dict(facts)
    texts = found.pop("texts", {})
    for language, words in texts.items():
        found |= {f"{name} {language}": text for name, text in words.items()}
    return found


def _called(name: str) -> str:
    """Return the name of a fact for people; a typed time has the name of its instant."""
    name = name.removesuffix("_wall").removesuffix(" en")
    return FACTS.get(name, name.replace("_", " "))
