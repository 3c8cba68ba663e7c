"""What a shop in production must not be: ``manage.py check --deploy`` refuses each with a sentence.

A rule looks at the settings alone; the last ones ask the database and the disk as well.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dj_database_url
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register  # noqa: A004
from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Exists, OuterRef

from config.table_rights import owns_tables
from shop.core.networks import LOOPBACK
from shop.money.payments.provider.guards import SANDBOX_KEY, SANDBOX_SECRET
from shop.money.settlements.reseal import sealed_under
from shop.people.accounts.models import User
from shop.people.accounts.second_step import second_steps

SHORTEST_SECRET = 50  # letters, as Django's own check has it
EXAMPLES = ("example.com", "example.org", "example.net")
WIDEST_PROXIES = {4: 8, 6: 16}
"""Bits of the widest network of trusted proxies: a whole cloud is no proxy."""


@dataclass(frozen=True, slots=True)
class DeployRule:
    """One thing that is wrong where ``is_wrong`` says so, and what to do."""

    number: int
    is_wrong: Callable[[], bool]
    text: str
    hint: str

    def message(self) -> CheckMessage:
        """Return the refusal."""
        return Error(self.text, self.hint, id=f"production.E{self.number:03}")


def register_checks() -> None:
    """Let Django's checks of a deployment cover the settings, the database and the disk."""
    register(wrong_settings, Tags.security, deploy=True)
    register(wrong_database, Tags.security, deploy=True)
    register(own_tables, Tags.security, deploy=True)


def wrong_settings(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Report each setting with which the shop must not meet its customers."""
    return [rule.message() for rule in RULES if rule.is_wrong()]


def wrong_database(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Report what only the database can tell: who may do everything, what is not migrated."""
    try:
        return [Error(text, hint, id=name) for name, text, hint in _of_database()]
    except (DatabaseError, InterfaceError):
        text = "The database does not answer, so that nothing in it could be looked at."
        return [Error(text, "Look at DATABASE_URL and at the server.", id="production.E030")]


def own_tables(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Warn where a process of the shop could empty its books, or turn their triggers off."""
    try:
        is_owner = owns_tables()
    except (DatabaseError, InterfaceError):
        return []  # wrong_database says so
    text = "The shop works as the role that owns its tables: it could empty the books."
    hint = "Let another role own them and name it in DATABASE_OWNER_URL: docs/how-to/owner-role.md."
    return [Warning(text, hint, id="production.W036")] if is_owner else []


def _of_database() -> Iterator[tuple[str, str, str]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        [is_super] = cursor.fetchone() or [False]
    if is_super:
        yield ("production.E031", "The shop works as a superuser of the database.",
               "Make a role that owns the shop's database and nothing else.")  # fmt: skip
    if settings.DATABASE_POOLED and not _is_bounded():
        yield ("production.E034",
               "Behind the pooler nothing bounds how long a statement or a lock may take.",
               "Run manage.py bound_database with the database's own address.")  # fmt: skip
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        yield ("production.E032", "The database is older than the code.",
               "Run manage.py migrate before the processes start.")  # fmt: skip
        return  # the tables below may not be there
    if lost := sealed_under(papers=20).unknown:
        yield ("production.E035", f"Accounts, bank files or papers that no secret opens: {lost}.",
               "Put the secret that is missing into PAYOUT_SECRETS_BEFORE.")  # fmt: skip
    bare = User.objects.filter(is_superuser=True, is_active=True)
    bare = bare.exclude(Exists(second_steps(OuterRef("pk"))))
    if names := list(bare.order_by("pk").values_list("email", flat=True)[:5]):
        yield ("production.E033",
               f"Superusers sign in without a second step: {', '.join(names)}.",
               "They turn it on at /account/2fa/, or get an ordinary role.")  # fmt: skip


def _is_bounded() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        return bool(cursor.fetchone() != ("0",))


def _host() -> str:
    return urlsplit(settings.SITE_URL).hostname or ""


def _is_example(host: str) -> bool:
    return host.endswith((".example", *EXAMPLES))


def _address(text: str) -> str:
    """Return the host of a mail address, which may stand behind a name."""
    return text.rpartition("@")[2].rstrip("> ").lower()


def _is_too_wide(network: str) -> bool:
    try:
        found = ip_network(network, strict=False)
    except ValueError:
        return True
    return found.prefixlen < WIDEST_PROXIES[found.version]


def _is_sandbox() -> bool:
    secrets = [*settings.STRIPE_WEBHOOK_SECRETS, *settings.STRIPE_THIN_WEBHOOK_SECRETS]
    return bool(
        settings.PAYMENTS_SANDBOX
        or settings.STRIPE_BASE_URL
        or settings.STRIPE_SECRET_KEY.startswith(SANDBOX_KEY)
        or any(secret.startswith(SANDBOX_SECRET) for secret in secrets)
    )


def _is_weak(secret: str) -> bool:
    return len(secret) < SHORTEST_SECRET or len(set(secret)) < 12


def _is_remote_without_tls() -> bool:
    facts = dj_database_url.parse(settings.DATABASE_URL)
    host = facts.get("HOST") or ""
    is_near = not host or host.startswith("/") or host in LOOPBACK
    mode = facts.get("OPTIONS", {}).get("sslmode", "")
    return not is_near and mode not in {"require", "verify-ca", "verify-full"}


def _mailer() -> dict[str, Any]:
    return settings.MAILERS["default"]["OPTIONS"]


def _has_no_statics() -> bool:
    return not (Path(settings.STATIC_ROOT) / "staticfiles.json").is_file()


def _media_is_in_code() -> bool:
    is_on_disk = not settings.MEDIA_S3_BUCKET
    return is_on_disk and Path(settings.BASE_DIR) in Path(settings.MEDIA_ROOT).parents


def _media_cannot_be_written() -> bool:
    folder = Path(settings.MEDIA_ROOT)
    return not settings.MEDIA_S3_BUCKET and not (
        folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)
    )


RULES = (
    DeployRule(
        1, lambda: settings.DEBUG, "DEBUG is on: errors show the shop's insides to everybody.",
        "Unset DEBUG.",
    ),
    DeployRule(
        2, lambda: settings.DEMO, "DEMO is on: everybody can read everybody's mail.", "Unset DEMO.",
    ),
    DeployRule(
        3, lambda: _is_weak(settings.SECRET_KEY),
        "SECRET_KEY is short or simple: whoever guesses it signs in as anybody.",
        "Set it to what this prints: python3 -c 'import secrets; print(secrets.token_urlsafe(64))'",
    ),
    DeployRule(
        4, lambda: settings.PAYOUT_SECRET == settings.SECRET_KEY,
        "PAYOUT_SECRET is not set: with the next SECRET_KEY no account of a store could be read.",
        "Set it to another long random text, keep a copy apart from the backups, and do not change "
        "it without PAYOUT_SECRETS_BEFORE.",
    ),
    DeployRule(
        5, lambda: not settings.SITE_URL.startswith("https://"),
        "SITE_URL does not begin with https://: cookies and addresses could be read on the way.",
        "Set it to the shop's address, like https://shop.example.",
    ),
    DeployRule(
        6, lambda: _host() not in settings.ALLOWED_HOSTS,
        "The host of SITE_URL is not among ALLOWED_HOSTS: the shop does not answer at its address.",
        "Name it in ALLOWED_HOSTS.",
    ),
    DeployRule(
        7, lambda: any(host == "*" or host.startswith(".") for host in settings.ALLOWED_HOSTS),
        "ALLOWED_HOSTS lets any host pass: links in mails could lead to a stranger's.",
        "Name each host by itself.",
    ),
    DeployRule(
        8, _is_sandbox,
        "The payment sandbox is set up: orders would be paid without money.",
        "Unset PAYMENTS_SANDBOX and STRIPE_BASE_URL, and set Stripe's keys and secrets.",
    ),
    DeployRule(
        9, lambda: not settings.STRIPE_SECRET_KEY, "There is no key of Stripe: nobody can pay.",
        "Set STRIPE_SECRET_KEY.",
    ),
    DeployRule(
        10, lambda: not settings.STRIPE_WEBHOOK_SECRETS,
        "There is no secret for messages of Stripe: each is refused.",
        "Run manage.py payment_endpoints, and set STRIPE_WEBHOOK_SECRETS to what it prints.",
    ),
    DeployRule(
        11, lambda: not settings.REDIS_URL,
        "There is no shared cache: each process builds each page by itself, and an opening costs "
        "every one of them what it should cost once.",
        "Set REDIS_URL to a Valkey or Redis, like redis://127.0.0.1:6379/0.",
    ),
    DeployRule(
        12, lambda: not (settings.DEBUG or settings.DEMO) and not os.environ.get("EMAIL_HOST"),
        "No mail server is named: nobody gets a receipt, a ticket or a link.",
        "Set EMAIL_HOST, with EMAIL_HOST_USER, EMAIL_HOST_PASSWORD and EMAIL_USE_TLS as it asks.",
    ),
    DeployRule(
        13, lambda: bool(_mailer().get("password")) and not _mailer().get("use_tls"),
        "The password of the mail server would travel in the clear.", "Set EMAIL_USE_TLS=1.",
    ),
    DeployRule(
        14, lambda: "@" not in settings.DEFAULT_FROM_EMAIL
        or _is_example(_address(settings.DEFAULT_FROM_EMAIL)),
        "Mails come from an address that does not exist: they end as spam.",
        "Set DEFAULT_FROM_EMAIL to an address of your own, like Baobab <shop@shop.example>.",
    ),
    DeployRule(
        15, lambda: not settings.ORGANIZER_EMAILS,
        "Nobody is told when something is stuck.", "Set ORGANIZER_EMAILS.",
    ),
    DeployRule(
        16, lambda: settings.OPERATOR_NAME in ("", "Baobab Demonstration")
        or settings.OPERATOR_ADDRESS.startswith("1 Example Street")
        or not settings.OPERATOR_ADDRESS,
        "Mails and papers name the demonstration as who runs the shop.",
        "Set OPERATOR_NAME and OPERATOR_ADDRESS.",
    ),
    DeployRule(
        17, lambda: not settings.OPERATOR_COUNTRY,
        "Papers cannot say where the operator pays tax.",
        "Set OPERATOR_COUNTRY to two letters, like KE.",
    ),
    DeployRule(
        18, lambda: not settings.TERMS_LINK,
        "The button that pays leads to no terms of sale.",
        "Write the page in Wagtail, and set TERMS_LINK to its address.",
    ),
    DeployRule(
        19, lambda: not settings.SECURITY_CONTACT,
        "Whoever finds a hole does not know where to tell it.", "Set SECURITY_CONTACT.",
    ),
    DeployRule(
        20, lambda: not settings.TRUSTED_PROXIES,
        "No proxy is trusted: all visitors have its one address, and share their limits.",
        "Set TRUSTED_PROXIES to the proxy's address, like 127.0.0.1.",
    ),
    DeployRule(
        21, lambda: any(map(_is_too_wide, settings.TRUSTED_PROXIES)),
        "TRUSTED_PROXIES trusts half the world: anybody could say to come from anywhere.",
        "Name the proxies' addresses, or their own small network.",
    ),
    DeployRule(
        22, _is_remote_without_tls,
        "The database is on another machine, and its connection may be read on the way.",
        "Add ?sslmode=verify-full (or require) to DATABASE_URL.",
    ),
    DeployRule(
        23, _media_is_in_code,
        "Pictures lie within the code: the next version would not have them.",
        "Set MEDIA_ROOT to a folder that stays, like /var/lib/baobab/media.",
    ),
    DeployRule(
        24, _media_cannot_be_written, "MEDIA_ROOT is no folder into which the shop can write.",
        "Make it, and give it to the shop's user.",
    ),
    DeployRule(
        25, _has_no_statics, "Styles and scripts are not gathered: pages would have none.",
        "Run manage.py collectstatic --no-input.",
    ),
    DeployRule(
        26, lambda: not os.environ.get("HASH_SECRET"),
        "The hashes of mailboxes hang on SECRET_KEY: on the day that it is changed, limits and "
        "vouchers would no more know who was there before.",
        "Set HASH_SECRET to the SECRET_KEY that was the first one, and leave it; in a shop that "
        "has sold nothing yet, to a secret of its own.",
    ),
)  # fmt: skip
