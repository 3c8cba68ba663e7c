"""A mail backend for demonstrations: messages become files, and can be read as pages."""

import os
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from itertools import islice
from pathlib import Path

from django.conf import settings
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend

from shop.core import clock
from shop.core.demonstration import mailbox
from shop.core.demonstration.resets import is_public

# The moment comes first, so that names in order are messages in order.
MOMENT = "%Y%m%dT%H%M%S%fZ"
LOOKED_AT = 500
"""Of so many messages those are sought that one reader may read."""
NAME = r"\d{8}T\d{12}Z-[0-9a-f]{8}"


class OutboxBackend(BaseEmailBackend):
    """Writes each message to a file in ``settings.MAIL_OUTBOX`` instead of sending it."""

    def send_messages(self, email_messages: Sequence[mail.EmailMessage]) -> int:
        """Return how many messages were taken: all of them.

        In a public demonstration those to addresses of the world are thrown away.
        """
        folder = Path(settings.MAIL_OUTBOX)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for message in email_messages:
            if is_public() and not all(map(mailbox.is_kept, message.recipients())):
                continue
            name = f"{clock.now():{MOMENT}}-{secrets.token_hex(4)}"
            draft = folder / f"{name}.part"
            draft.touch(mode=0o600)
            draft.write_bytes(message.message().as_bytes())
            # Renaming last: the list never meets half a message.
            os.replace(draft, folder / f"{name}.eml")
        return len(email_messages)


@dataclass(frozen=True, slots=True)
class Letter:
    """One message that was sent."""

    name: str
    to: str
    subject: str
    text: str
    html: str

    @property
    def sent_at(self) -> datetime:
        """Return the moment that its name begins with."""
        return datetime.strptime(self.name.partition("-")[0], MOMENT).replace(tzinfo=UTC)


def newest(limit: int, *, own: str = "") -> list[Letter]:
    """Return the messages sent last, the newest first.

    Args:
        own: the reader's address in a public demonstration; of the others only mail to the
            sample's people is there, among the newest that are looked at.
    """
    names = sorted((path.stem for path in Path(settings.MAIL_OUTBOX).glob("*.eml")), reverse=True)
    letters = filter(None, map(read, names[: LOOKED_AT if own else limit]))
    seen = (letter for letter in letters if not own or mailbox.may_read(letter.to, own))
    return list(islice(seen, limit))


def read(name: str) -> Letter | None:
    """Return one message; nothing if there is none of that name, or it is no name at all."""
    if not re.fullmatch(NAME, name):
        return None
    try:
        content = (Path(settings.MAIL_OUTBOX) / f"{name}.eml").read_bytes()
    except FileNotFoundError:
        return None
    message = message_from_bytes(content, EmailMessage, policy=policy.default)
    return Letter(
        name=name,
        to=str(message["To"] or ""),
        subject=str(message["Subject"] or ""),
        text=_part(message, "plain"),
        html=_part(message, "html"),
    )


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    return part.get_content() if part else ""
