"""Addresses that lead to one mailbox are one shopper; others are never taken for one."""

import csv
from datetime import date

import pytest

from shop.people.accounts.mailboxes import RULES, mailbox_address, mailbox_key
from shop.people.accounts.models import Mailbox
from tests import make


@pytest.mark.parametrize(
    ("address", "mailbox"),
    [
        ("Amara.Cole+1@GMail.com", "amaracole@gmail.com"),
        ("amaracole@googlemail.com.", "amaracole@gmail.com"),
        ("amara.cole+1@outlook.com", "amara.cole@outlook.com"),
        ("amara+1@hotmail.co.uk", "amara@hotmail.co.uk"),
        ("amara+1@me.com", "amara@icloud.com"),
        ("amara+1@fastmail.com", "amara@fastmail.com"),
        ("shops@amara.fastmail.com", "amara@fastmail.com"),
        ("a.m_a-ra+1@pm.me", "amara@proton.me"),
        ("amara-shops@yahoo.fr", "amara@yahoo.fr"),
        ("AMARA@Example.ORG", "amara@example.org"),
        ("amara@BÜCHER.example", "amara@xn--bcher-kva.example"),
        ("amara@xn--bcher-kva.example", "amara@xn--bcher-kva.example"),
        ("\uff41mara@gmail.com", "amara@gmail.com"),
    ],
)
def test_an_address_is_known_by_its_mailbox(address, mailbox):
    assert mailbox_address(address) == mailbox
    assert mailbox_key(address) == mailbox_key(mailbox)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("amara+1@example.org", "amara@example.org"),  # not known to cut anything
        ("amara.cole@example.org", "amaracole@example.org"),
        ("amara.cole@outlook.com", "amaracole@outlook.com"),
        ("amara_1@gmail.com", "amara1@gmail.com"),
        ("amara+1@yahoo.com", "amara@yahoo.com"),
        ("amara@outlook.com", "amara@hotmail.com"),
        ("amara@gmail.com", "amara@example.gmail.com"),
        ("+1@gmail.com", "+2@gmail.com"),
        ("...@gmail.com", "@gmail.com"),
    ],
)
def test_two_people_are_never_taken_for_one(one, other):
    assert mailbox_key(one) != mailbox_key(other)


def test_every_rule_says_where_it_comes_from_and_is_its_own_mailbox():
    with RULES.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))

    assert len({row["domain"] for row in rows}) == len(rows) > 100
    assert all(row["source"].startswith("https://") for row in rows)
    assert all(date.fromisoformat(row["seen_on"]) for row in rows)
    assert {row["same_as"] for row in rows} <= {row["domain"] for row in rows}


@pytest.mark.django_db
def test_an_account_has_the_mailbox_of_its_present_address():
    amara, alias = make.user("amara@gmail.com"), make.user("A.mara+1@gmail.com")
    other = make.user("amara@example.org")
    assert amara.mailbox == alias.mailbox != other.mailbox

    alias.email = "lin@example.org"
    alias.save(update_fields=["email"])
    alias.refresh_from_db()

    assert alias.mailbox == Mailbox.of("lin@example.org") != amara.mailbox
