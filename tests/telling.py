"""Watches what the suite logs, mails to organizers, shows as errors and exports to staff.

Nothing of it may hold a key of ours, a number like a card's or a bank account, and nothing that is
logged, or mailed to organizers by itself, a name, an address or a mailbox of somebody. What is
found fails the test that said it.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core import mail
from django.test.client import Client

from config.logs import LINK
from tests.shop.money.settlements.earned import ACCOUNT

KEYS = re.compile(r"\b(?:sk|rk|whsec)_\w{8,}")
DIGITS = re.compile(r"(?<![\w.-])(?:\d[ -]?){12,18}\d(?![\w.-])")
CARD = re.compile(r"[3-6]\d{12,18}")
IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b")
ACCOUNTS = (ACCOUNT["account"], ACCOUNT["holder"])
PEOPLE = ("Lin Yue", "13800000000", "Renmin Road")
MAILBOX = re.compile(r"[\w.+-]+@example\.(?:org|com)")
SHEETS = ("text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
BANKS_FILE = re.compile(r"/organize/batches/\d+/")  # alone names accounts: the bank needs them
found: list[str] = []


def secrets_in(text: str) -> Iterator[str]:
    """Yield what is nobody's to read: keys, numbers like those of cards, accounts of stores."""
    yield from KEYS.findall(text)
    yield from (number for number in DIGITS.findall(text) if is_card(number))
    yield from (account for account in IBAN.findall(text) if is_iban(account))
    yield from (part for part in ACCOUNTS if part in text)
    for name in ("SECRET_KEY", "PAYOUT_SECRET", "STRIPE_SECRET_KEY"):
        if (value := getattr(settings, name, "")) and len(value) > 8 and value in text:
            yield name


def people_in(text: str) -> Iterator[str]:
    """Yield what names somebody, or opens what is somebody's."""
    yield from (part for part in PEOPLE if part in text)
    yield from MAILBOX.findall(text)
    yield from (whole[0] for whole in LINK.finditer(text) if not whole[0].endswith("..."))


def is_card(number: str) -> bool:
    """Tell whether digits are like a card's: it begins with 3 to 6, and Luhn's sum is right."""
    digits = re.sub(r"\D", "", number)
    if not CARD.fullmatch(digits):
        return False
    values = [int(digit) for digit in digits[::-1]]
    doubled = [sum(divmod(2 * value, 10)) if n % 2 else value for n, value in enumerate(values)]
    return sum(doubled) % 10 == 0


def is_iban(account: str) -> bool:
    """Tell whether the check digits are right (ISO 7064, mod 97-10): a code may look the same."""
    plain = account.replace(" ", "")
    return int("".join(str(int(sign, 36)) for sign in plain[4:] + plain[:4])) % 97 == 1


class Listener(logging.Handler):
    """Looks at each line of the log as it would be written, and at the error beside it.

    The code that a traceback shows is left out: here it is that of tests, which name people.
    """

    def emit(self, record: logging.LogRecord) -> None:
        """Note what a line says that it must not."""
        error = record.exc_info[1] if record.exc_info else None
        line = LINK.sub(r"\1...", f"{record.getMessage()} {error or ''}")
        told = (*secrets_in(line), *people_in(line))
        found.extend(f"log: {what} in {line[:300]}" for what in told)


def look_at_answer(path: str, answer: Any) -> None:
    """Note what an error page or a sheet says that it must not."""
    kind = answer.headers.get("Content-Type", "").partition(";")[0]
    is_sheet = kind in SHEETS[:1] and not BANKS_FILE.match(path)
    if not (answer.status_code >= 500 or is_sheet) or answer.streaming:
        return
    text = answer.content.decode(errors="replace")
    found.extend(f"answer of {path}: {what}" for what in secrets_in(text))


def look_at_mails() -> None:
    """Note what mails to organizers say that they must not."""
    to_staff = set(settings.ORGANIZER_EMAILS)
    for message in getattr(mail, "outbox", []):
        if to_staff & set(message.to):
            text = f"{message.subject} {message.body}"
            found.extend(f"mail: {what}" for what in (*secrets_in(text), *people_in(text)))


def watch() -> None:
    """Begin to look, for the whole run."""
    logging.getLogger().addHandler(Listener())
    request = Client.request

    def looked_at(self: Client, **given: Any) -> Any:
        answer = request(self, **given)
        look_at_answer(given.get("PATH_INFO", ""), answer)
        return answer

    Client.request = looked_at  # type: ignore[method-assign]
