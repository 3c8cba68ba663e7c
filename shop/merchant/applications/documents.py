"""The way of an applicant's papers: they come in, and the worker decodes the pictures."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.tasks import task
from django.utils.translation import gettext as _

from shop.core import clock
from shop.core.errors import NotPossible
from shop.core.forms.private_files import as_kept
from shop.core.images import incoming
from shop.core.images.documents import PDF
from shop.core.images.models import IncomingFile
from shop.core.tasks import enqueue
from shop.merchant.applications.write import add_paper, lock_written, refuse_many
from shop.people.accounts.mailboxes import mailbox_key

State = IncomingFile.State


@transaction.atomic
def receive_paper(pk: int, role: str, name: str, content: bytes, *, at: datetime) -> None:
    """Take a file from an applicant: a PDF is kept as it is, a picture waits to be checked.

    Raises:
        NotPossible: the address is not proved, the application was decided or withdrawn or has many
            papers, the file is neither, or too many came of this mailbox.
    """
    found = lock_written(pk)
    if found.proved_at is None:
        raise NotPossible(_("Open the link in our email first. Then add your papers here."))
    sender = incoming.sender_of("mailbox", mailbox_key(found.email))
    if content.startswith(PDF):
        incoming.count_file(sender)
        add_paper(pk, role, as_kept(name, content), at=at)
        return
    own = found.incoming.filter(role=role)
    own.filter(state=State.REFUSED).delete()
    if own.filter(sha256=incoming.hash_of(content)).exists():  # sent twice
        return
    refuse_many(found.papers.filter(refused="").count() + found.incoming.count())
    row = incoming.receive(sender, name, content, at=at, application=found, role=role)
    enqueue(check_paper, row.pk)


@task(priority=incoming.CHECKING)
def check_paper(file_id: int) -> None:
    """Decode a picture that an applicant sent, and keep it among the papers."""
    incoming.check(file_id, _keep)


@transaction.atomic
def dismiss(pk: int, file_id: int) -> None:
    """Take away a file that is being checked or was refused.

    Raises:
        NotPossible: the application was decided or withdrawn.
    """
    lock_written(pk).incoming.filter(pk=file_id).delete()


def _keep(row: IncomingFile, picture: bytes) -> None:
    assert row.application_id  # noqa: S101 (``receive_paper`` queues no other)
    add_paper(row.application_id, row.role, as_kept(row.name, picture), at=clock.now())
