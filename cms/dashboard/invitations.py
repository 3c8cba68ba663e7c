"""The shared parts of the screens of invitations: open ones, the language, again, taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from django.conf import settings
from django.utils.safestring import SafeString
from django.utils.translation import get_language_info

from cms.dashboard.confirm import Act
from cms.dashboard.tables import QUIET, Column, Table, joined, link, moment, small, status
from shop.people.accounts.invitations import Invited


def mail_languages() -> list[tuple[str, str]]:
    """Return the languages of a mail, with their names for the desk."""
    return [(code, get_language_info(code)["name"]) for code, _name in settings.LANGUAGES]


def table_of[Row: Invited](rows: Iterable[Row], way: Callable[[Row, str], str], *, at: datetime,
                           facts: Sequence[Column] = (), none: str = "") -> Table:  # fmt: skip
    """Return the open invitations.

    Args:
        way: where one is sent again or taken back, by its name.
        facts: what stands beside the address.
    """

    def until(row: Invited) -> SafeString:
        expired = "" if row.is_valid(at=at) else status("expired")
        return joined(" ", (moment(row.expires_at), expired))

    def acts(row: Row) -> SafeString:
        ways = (("again", "Send again", QUIET), ("take-back", "Take back", f"{QUIET} no"))
        return joined(" ", (
            link(label, way(row, name), class_=look, aria_label=f"{label}: {row.email}")
            for name, label, look in ways
        ))  # fmt: skip

    columns = [
        Column("Email address", "email"), *facts,
        Column("Sent", lambda row: small(
            moment(row.sent_at), row.invited_by and f"by {row.invited_by.name}"
        )),
        Column("Works until", until), Column("Change", acts, "desk-acts"),
    ]  # fmt: skip
    return Table("Invitations", columns, list(rows), none=none)


def again(found: Invited, to_work: str, do: Callable[[], object]) -> Act:
    """Return the act that sends an invitation again.

    Args:
        to_work: what it invites to, such as "to work for this store".
    """

    def run(_answers: dict[str, object]) -> str:
        do()
        return f"{found.email} is invited again, for {found.LIFE.days} days."

    effects = [
        f"{found.email} gets a new link, {to_work}. It lives for {found.LIFE.days} days.",
        "The link of the earlier mail opens nothing any more.",
    ]
    return Act(f"Invite {found.email} again", "Send it again", effects, run)


def take_back(found: Invited, do: Callable[[], object]) -> Act:
    """Return the act that lets an invitation open nothing any more."""

    def run(_answers: dict[str, object]) -> str:
        do()
        return f"The invitation of {found.email} opens nothing any more."

    effects = [f"The link that {found.email} got opens nothing any more. No mail says so."]
    title = f"Take the invitation of {found.email} back"
    return Act(title, "Take it back", effects, run, is_grave=True)
