"""Limits per shopper are counted for mailboxes, and what is counted at sign-in has its own table.

An address that is no alias has the key that it had, so few rows of orders are written anew.
"""

from collections.abc import Iterator
from typing import Any

import django.db.models.deletion
from django.db import migrations, models

from shop.accounts.mailboxes import mailbox_address, mailbox_key

BATCH = 2_000
WHOSE = """
UPDATE shop_order o SET mailbox_id = u.mailbox_id FROM shop_user u
WHERE u.id = o.user_id AND o.has_verified_email;
UPDATE shop_dealusage g SET mailbox_id = u.mailbox_id FROM shop_user u WHERE u.id = g.shopper_id;
UPDATE shop_promotionusage g SET mailbox_id = u.mailbox_id
FROM shop_user u WHERE u.id = g.shopper_id;
"""
# Who claimed a voucher with two accounts keeps both, and claims no third: the oldest counts.
CLAIMED = """
UPDATE shop_claim c SET mailbox_id = first.mailbox_id FROM (
  SELECT DISTINCT ON (c.promotion_id, u.mailbox_id) c.id, u.mailbox_id
  FROM shop_claim c JOIN shop_user u ON u.id = c.shopper_id
  ORDER BY c.promotion_id, u.mailbox_id, c.id) first
WHERE first.id = c.id
"""
# Rows of accounts with one mailbox become one row with what all of them count.
JOINED = """
WITH sums AS (
  SELECT min(id) AS id, sum(held) AS held, sum({done}) AS done
  FROM {table} GROUP BY {owner}, mailbox_id HAVING count(*) > 1)
UPDATE {table} g SET held = sums.held, {done} = sums.done FROM sums WHERE sums.id = g.id;
DELETE FROM {table} g USING {table} older
WHERE older.{owner} = g.{owner} AND older.mailbox_id = g.mailbox_id AND older.id < g.id;
"""
USAGES = (
    {"table": "shop_dealusage", "owner": "deal_id", "done": "sold"},
    {"table": "shop_promotionusage", "owner": "promotion_id", "done": "used"},
)


def fill(apps: Any, editor: Any) -> None:
    """Give users, orders, usage, claims and reminders the mailbox behind their address."""
    _mailboxes(apps)
    for statement in (WHOSE, CLAIMED, *(JOINED.format(**usage) for usage in USAGES)):
        editor.execute(statement)
    orders = apps.get_model("shop", "Order").objects.select_related("contact")
    _keys(orders, lambda order: order.contact.email)
    _keys(apps.get_model("shop", "Reminder").objects, lambda row: row.email, is_new=True)
    # What was written above is looked at now: a table with checks that wait cannot be changed.
    editor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    editor.execute("SET CONSTRAINTS ALL DEFERRED")


def _mailboxes(apps: Any) -> None:
    mailbox, user = apps.get_model("shop", "Mailbox"), apps.get_model("shop", "User")
    for rows in _batches(user.objects.only("email").order_by("pk")):
        keys = {row.pk: mailbox_key(row.email) for row in rows}
        made = [mailbox(key=key) for key in set(keys.values())]
        mailbox.objects.bulk_create(made, ignore_conflicts=True)
        known = dict(mailbox.objects.filter(key__in=keys.values()).values_list("key", "pk"))
        for row in rows:
            row.mailbox_id = known[keys[row.pk]]
        user.objects.bulk_update(rows, ["mailbox"])


def _keys(rows: Any, address: Any, *, is_new: bool = False) -> None:
    for batch in _batches(rows.order_by("pk")):
        changed = []
        for row in batch:
            email = address(row)
            if email and (is_new or mailbox_address(email) != email.strip().lower()):
                row.email_key = mailbox_key(email)
                changed.append(row)
        rows.model.objects.bulk_update(changed, ["email_key"])


def _batches(rows: Any) -> Iterator[list[Any]]:
    last = 0
    while batch := list(rows.filter(pk__gt=last)[:BATCH]):
        yield batch
        last = batch[-1].pk


def to_mailbox(**options: Any) -> models.ForeignKey:
    """Return the field that points to a mailbox."""
    on_delete = django.db.models.deletion.PROTECT
    return models.ForeignKey(on_delete=on_delete, to="shop.mailbox", **options)


COUNTED = "For which limits were counted; kept, whatever becomes of the account."


class Migration(migrations.Migration):
    dependencies = [("shop", "0018_sessions_and_second_steps")]

    operations = [
        migrations.CreateModel(
            name="Mailbox",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(help_text="A keyed hash of its address.", max_length=64, unique=True)),
            ],
            options={"verbose_name_plural": "mailboxes"},
        ),
        migrations.CreateModel(
            name="Kept",
            fields=[
                ("name", models.CharField(max_length=300, primary_key=True, serialize=False)),
                ("value", models.TextField(help_text="As JSON.")),
                ("until", models.DateTimeField(db_index=True)),
            ],
            options={"verbose_name_plural": "kept"},
        ),
        migrations.CreateModel(
            name="VoucherTry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("shopper_key", models.CharField(help_text="A mailbox that was proved, or a cart.", max_length=70)),
                ("network_key", models.CharField(blank=True, help_text="Empty: not of a guest.", max_length=64)),
                ("at", models.DateTimeField(db_index=True)),
            ],
            options={
                "verbose_name_plural": "voucher tries",
                "indexes": [models.Index(fields=["shopper_key", "at"], name="tries_of_shopper"), models.Index(fields=["network_key", "at"], name="tries_of_network")],
            },
        ),
        migrations.AddField("user", "mailbox", to_mailbox(editable=False, help_text="Of the address; limits are counted for it.", null=True, related_name="users")),
        migrations.AddField("order", "mailbox", to_mailbox(help_text=COUNTED, null=True, related_name="+")),
        migrations.AddField("claim", "mailbox", to_mailbox(help_text="Of the shopper: one mailbox claims a voucher once.", null=True, related_name="+")),
        migrations.AddField("dealusage", "mailbox", to_mailbox(null=True, related_name="+")),
        migrations.AddField("promotionusage", "mailbox", to_mailbox(null=True, related_name="+")),
        migrations.AlterField("order", "email_key", models.CharField(help_text="Of the mailbox behind the address.", max_length=64)),
        migrations.AddField("reminder", "email_key", models.CharField(default="", help_text="Of the mailbox behind the address.", max_length=64), preserve_default=False),
        migrations.RunPython(fill),
        migrations.RemoveConstraint("dealusage", "deal_usage_once"),
        migrations.RemoveConstraint("promotionusage", "promotion_usage_once"),
        migrations.RemoveField("dealusage", "shopper"),
        migrations.RemoveField("promotionusage", "shopper"),
        migrations.AlterField("dealusage", "mailbox", to_mailbox(related_name="+")),
        migrations.AlterField("promotionusage", "mailbox", to_mailbox(related_name="+")),
        migrations.AddConstraint("dealusage", models.UniqueConstraint(fields=("deal", "mailbox"), name="deal_usage_once")),
        migrations.AddConstraint("promotionusage", models.UniqueConstraint(fields=("promotion", "mailbox"), name="promotion_usage_once")),
        migrations.AddConstraint("claim", models.UniqueConstraint(condition=models.Q(("mailbox__isnull", False)), fields=("promotion", "mailbox"), name="claimed_once_by_mailbox")),
        migrations.AddIndex("reminder", models.Index(fields=["email_key", "confirm_sent_at"], name="reminders_of_mailbox")),
    ]
