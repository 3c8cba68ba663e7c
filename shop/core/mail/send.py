"""The only way to send mail: the words are templates, the language is the reader's.

``templates/mail/<key>.txt`` holds the subject, as a partial of that name, and the body;
``<key>.html`` may stand beside it. The first comment of each says what it takes. Amounts,
dates and the like come already written in the reader's language.
"""

import hashlib
import logging
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.validators import validate_email
from django.template import Context, Template, TemplateDoesNotExist, engines
from django.utils import translation

from shop.core import clock
from shop.core.mail.models import SentMail
from shop.core.occasions import occasion

logger = logging.getLogger(__name__)


class Attachment(NamedTuple):
    """A file that goes along with a mail; ``kind`` is its media type."""

    name: str
    content: bytes
    kind: str


def send(
    key: str,
    to: str,
    *,
    language: str,
    context: Mapping[str, object],
    reply_to: str | None = None,
    files: Sequence[Attachment] = (),
) -> None:
    """Hand one mail to Django's mail backend.

    Args:
        key: names the templates, like "receipt".
        to: one bare address.
        language: a code of ``settings.LANGUAGES``.
        context: what the template's first comment asks for. An ``unsubscribe_link`` also goes
            into the headers, where mail programs find it (RFC 8058).
        reply_to: one bare address that gets the answers; else ``settings.ANSWERS_TO`` does.
        files: what goes along.

    Raises:
        ValidationError: ``to`` or ``reply_to`` is not one address; nothing is sent.
        ValueError: the subject has more than one line; nothing is sent.
    """
    validate_email(to)
    if reply_to is not None:
        validate_email(reply_to)
    with translation.override(language):
        message = _write(key, {**_frame(language), **context})
    message.to = [to]
    answers_to = reply_to or settings.ANSWERS_TO
    message.reply_to = [answers_to] if answers_to else []
    if stop := context.get("unsubscribe_link"):
        message.extra_headers["List-Unsubscribe"] = f"<{stop}>"
        message.extra_headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    if number := _number(key, to):
        message.extra_headers["Message-ID"] = number
    for file in files:
        message.attach(file.name, file.content, file.kind)
    message.send()
    if order := context.get("order_number"):
        SentMail.objects.create(order_number=str(order), key=key, at=clock.now())
    # Whose mail it is and what it says is nobody's business who reads the log.
    logger.info("Sent %s in %s.", key, language)


def composed_mail(key: str, *, language: str, context: Mapping[str, object]) -> tuple[str, str]:
    """Return the subject and the text of a mail as it would be sent, for a look before it is."""
    with translation.override(language):
        message = _write(key, {**_frame(language), **context})
    return str(message.subject), str(message.body)


def _number(key: str, to: str) -> str:
    """Return the number of a mail: of a repeat the same; empty where none would be repeated.

    Mail programs and providers show two mails of one number as one.
    """
    if not occasion():
        return ""
    digest = hashlib.sha256("\0".join((occasion(), key, to)).encode()).hexdigest()[:32]
    return f"<{digest}@{urlsplit(settings.SITE_URL).hostname}>"


def _write(key: str, words: dict[str, object]) -> EmailMultiAlternatives:
    subject = _find(f"{key}.txt#subject").render(Context(words, autoescape=False)).strip()
    if len(subject.splitlines()) > 1:
        # A name with a line break in it would become a header of its own.
        raise ValueError(f"The subject of {key} has more than one line.")
    body = _find(f"{key}.txt").render(Context(words, autoescape=False)).strip() + "\n"
    message = EmailMultiAlternatives(subject, body)
    try:
        rich = _find(f"{key}.html")
    except TemplateDoesNotExist:
        return message
    message.attach_alternative(rich.render(Context({**words, "subject": subject})), "text/html")
    return message


def _find(name: str) -> Template:
    django: Any = engines["django"]
    return django.engine.get_template(f"mail/{name}")


def _frame(language: str) -> dict[str, object]:
    return {
        "language": language,
        "operator_name": settings.OPERATOR_NAME,
        "answers_to": settings.ANSWERS_TO,
        "operator_address": settings.OPERATOR_ADDRESS,
        "help_link": settings.HELP_LINK,
    }
