"""One declaration for each mail: a function that says to whom it goes and what it tells.

::

    @notification("order-link", promises={"After that ask for another one": "order-find"})
    def send_order_link(order_id: int) -> Mail | None:
        ...
        return Mail(order.contact.email, order.language, context)

The function becomes a task: queue it with ``enqueue(send_order_link, order.pk)``. So it takes ids,
may run twice and reads everything anew. It returns nothing where there is nothing to tell any more.
The words stand in ``templates/mail/``, see ``shop.core.mail.send``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any, NamedTuple

from django.tasks import Task, task

from shop.core.mail.send import Attachment, send
from shop.core.tasks import tried_again

PROMISES: dict[str, Mapping[str, str]] = {}
"""Of each mail by its key: the sentences that promise something, and the page that keeps each."""


class Mail(NamedTuple):
    """A mail that is to be sent: the arguments of ``send``; no key where there is only one."""

    to: str
    language: str
    context: Mapping[str, object]
    key: str = ""
    files: Sequence[Attachment] = ()


def notification(
    *keys: str, promises: Mapping[str, str] | None = None, priority: int = 0
) -> Callable[[Callable[..., Mail | None]], Task[..., Any]]:
    """Declare a mail, and make the function that writes it a task that sends it.

    Args:
        keys: the templates ``templates/mail/<key>.txt``: one, or those among which ``Mail.key``
            chooses.
        promises: what one of these mails tells its reader to do, word by word, with the name of
            the page where it can be done; a test looks both up.
        priority: of the task; receipts have 0.
    """
    PROMISES.update(dict.fromkeys(keys, promises or {}))

    def declare(write: Callable[..., Mail | None]) -> Task[..., Any]:
        @wraps(write)
        def run(*args: Any) -> None:
            if mail := write(*args):
                send(
                    mail.key or keys[0],
                    mail.to,
                    language=mail.language,
                    context=mail.context,
                    files=mail.files,
                )

        return task(priority=priority)(tried_again(run))

    return declare
