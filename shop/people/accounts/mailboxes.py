"""Which mailbox an e-mail address leads to: one mailbox has any number of addresses.

``mailboxes.csv`` says of which providers that is known, with a source and a day. Of all others
an address is taken as it is: two people are never taken for one. Everywhere case, width and the
two ways to write a domain are folded.
"""

from __future__ import annotations

import csv
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from shop.core.networks import keyed_hash

RULES = Path(__file__).with_name("mailboxes.csv")


@dataclass(frozen=True, slots=True)
class Rule:
    """How a provider reads the part before the @.

    ``domain`` stands for all of the provider's domains that share names; ``tag`` begins what is
    cut off; ``ignored`` are characters that make no difference; ``by_subdomain`` is True where
    ``anything@name.domain`` is delivered to ``name@domain``.
    """

    domain: str
    tag: str
    ignored: str
    by_subdomain: bool


def mailbox_key(address: str) -> str:
    """Return a keyed hash that all addresses of one mailbox have in common."""
    return keyed_hash(mailbox_address(address))


def mailbox_address(address: str) -> str:
    """Return the one address by which a mailbox is known here; nothing is ever sent to it."""
    local, at, domain = unicodedata.normalize("NFKC", address.strip()).rpartition("@")
    local, domain = local.casefold(), _ascii(domain)
    if not at or not local:
        return f"{local}{at}{domain}"
    name, dot, parent = domain.partition(".")
    if dot and (above := _rules().get(parent)) and above.by_subdomain:
        local, domain = name, parent
    rule = _rules().get(domain)
    return f"{_plain(local, rule)}@{rule.domain}" if rule else f"{local}@{domain}"


def _plain(local: str, rule: Rule) -> str:
    # A mark at the very beginning is no tag: nothing would be left.
    name = local[:1] + local[1:].split(rule.tag, maxsplit=1)[0]
    return name.translate(dict.fromkeys(map(ord, rule.ignored))) or name


def _ascii(domain: str) -> str:
    domain = domain.casefold().rstrip(".")
    try:
        return domain.encode("idna").decode().lower()
    except UnicodeError:  # too long or empty parts: nobody's mailbox, and still a word to count
        return domain


@cache
def _rules() -> dict[str, Rule]:
    with RULES.open(newline="", encoding="utf-8") as file:
        return {
            row["domain"]: Rule(
                row["same_as"], row["tag"], row["ignored"], row["user_in_subdomain"] == "yes"
            )
            for row in csv.DictReader(file)
        }
