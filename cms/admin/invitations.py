"""What the screens of invitations share: in which language it is written, again, taken back."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.utils.translation import get_language_info

from cms.admin.confirm import Act
from shop.accounts.invitations import Invited


def mail_languages() -> list[tuple[str, str]]:
    """Return the languages of a mail, with their names for the desk."""
    return [(code, get_language_info(code)["name"]) for code, _name in settings.LANGUAGES]


def again(found: Invited, to_work: str, do: Callable[[], object]) -> Act:
    """Return the act that sends an invitation again.

    Args:
        to_work: what it invites to, such as "to work for this store".
    """

    def run(_answers: dict[str, object]) -> str:
        do()
        return f"{found.email} is invited again, for 72 hours."

    effects = [
        f"{found.email} gets a new link, {to_work}. It lives for 72 hours.",
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
