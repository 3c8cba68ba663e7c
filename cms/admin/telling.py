"""A line of the change log in words: what was done to what, and which of its facts changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from shop.festivals.models import ChangeLog

# What kind of row a line is about, where people have another word for it.
SUBJECTS = {
    "promotion": "benefit", "wanted": "wish", "fund": "sponsor", "previewlink": "shared preview",
    "merchant": "store",
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
    "activate": "activated", "end early": "ended early", "make codes": "got unique codes",
    "download codes": "codes were downloaded", "honoured": "price kept for an order",
    "refunded": "order sent back",
    "share": "made", "revoke": "revoked",
    "override": "overridden", "take back": "taken back",
    "try again": "sent again", "settle elsewhere": "settled elsewhere",
    "apply again": "applied again", "mend": "got another address",
    "send again": "mail sent again",
    "edit": "edited", "request_changes": "sent back", "propose": "change proposed",
    "propose pictures": "other pictures proposed", "take back change": "change taken back",
    "approve change": "change approved", "refuse change": "change refused",
    "take down": "taken down", "put back": "put back",
    "open": "made", "suspend": "suspended", "reopen": "reopened",
    "invite person": "invited somebody", "invite again": "invited somebody again",
    "take invitation back": "took an invitation back", "member joined": "got a member",
    "member left": "lost a member", "show money": "shows a member its money",
    "hide money": "shows a member its money no more",
    "picture_add": "got a picture", "picture_move": "pictures moved",
    "picture_remove": "lost a picture", "picture_describe": "picture described",
    "picture_logo": "got a new logo", "picture_banner": "got a new banner",
    "close": "closed", "show_result": "result shown", "hide_result": "result hidden",
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
    "value": "how much", "every": "for every", "max_steps": "at most so many times",
    "min_spend": "from a sum of", "cap": "at most", "max_uses": "uses in all",
    "max_claims": "claims in all", "per_shopper": "uses per shopper", "fund_id": "sponsor",
    "merchant_id": "store", "city": "town", "vat_bp": "VAT",
    "use_from": "used from", "use_to": "used until",
    "claim_from": "claimed from", "claim_to": "claimed until",
}  # fmt: skip
WITH_FACTS = {"change", "raise"}  # of the others the word says it all


def lines(changes: Iterable[ChangeLog]) -> list[tuple[ChangeLog, str]]:
    """Return each line of the log with its sentence: "benefit changed (title)"."""
    return [(change, _sentence(change)) for change in changes]


def what_changed(change: ChangeLog) -> str:
    """Name the facts of a row that are other ones since a change; nothing where nobody knows."""
    before, after = _flat(change.before), _flat(change.after)
    names = (name for name in after if before and before.get(name) != after[name])
    return ", ".join(dict.fromkeys(_called(name) for name in names))


def _sentence(change: ChangeLog) -> str:
    subject = SUBJECTS.get(change.subject, change.subject)
    text = f"{subject} {WORDS.get(change.action, change.action)}"
    facts = what_changed(change) if change.action in WITH_FACTS else ""
    if change.subject == "merchant" and (who := change.after.get("email")):
        text = f"{text}: {who}"
    return f"{text} ({facts})" if facts else text


def _flat(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return facts with each text by itself: its words are what somebody changed."""
    found = dict(facts)
    texts = found.pop("texts", {})
    for language, words in texts.items():
        found |= {f"{name} {language}": text for name, text in words.items()}
    return found


def _called(name: str) -> str:
    """Return what people call a fact; a time that was typed is the same as its instant."""
    name = name.removesuffix("_wall").removesuffix(" en")
    return FACTS.get(name, name.replace("_", " "))
