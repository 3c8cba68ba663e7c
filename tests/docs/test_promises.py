"""What mails promise is said there, and the address at which it is kept exists."""

import re
from pathlib import Path

from tests.docs.pages import tables
from tests.sample.test_promises_kept import addresses

MAILS = Path(__file__).parents[2] / "templates" / "mail"
PARTS = {"applicant", "colleague", "lines", "merchant", "organizer", "reporter", "shopper"}
# These tell what has happened, and lead to where it can be seen.
NEWS = {
    "certificate-refused", "certificate-stopped", "change-approved", "colleague-changed",
    "deal-changed", "festival-declined", "festival-stopped", "mend-asked", "mfa-codes", "mfa-off",
    "notice-store", "paid-after-start", "paid-too-late", "paid-twice", "passkey-added",
    "passkey-removed", "product-approved", "product-back", "put-back", "refund-booked",
    "replacement", "store-left", "store-open", "store-role", "store-trusted", "store-watched",
    "visits",
}  # fmt: skip


def said(key: str) -> str:
    """Return the English words of a mail on one line."""
    text = (MAILS / f"{key}.txt").read_text(encoding="utf-8")
    return " ".join(re.sub(r"{[%{].*?[}%]}", " ", text.replace("{% translate ", "")).split())


def promises():
    return [{name: cell.strip("`") for name, cell in row.items()}
            for row in tables("reference/promises.md")["mails"]]  # fmt: skip


def test_each_promise_of_a_mail_is_said_and_has_an_address():
    known = addresses() | {"–"}

    wrong = [
        row for row in promises()
        if row["says"] not in said(row["mail"]) or row["address"] not in known
    ]  # fmt: skip

    assert wrong == []


def test_each_mail_is_listed_or_tells_news_alone():
    listed = {row["mail"] for row in promises()}
    mails = {file.stem for file in MAILS.glob("*.txt")}

    assert listed | NEWS | PARTS == mails
    assert not listed & NEWS
