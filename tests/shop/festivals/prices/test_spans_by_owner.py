"""The rule of one price at a time is built anew beside a table that goes on being written."""

from datetime import timedelta
from importlib import import_module
from itertools import count
from threading import Event, Thread

import pytest
from django.db import IntegrityError, connection, transaction

from shop.festivals.models import PriceSpan
from tests import make
from tests.make import NOON

pytestmark = pytest.mark.django_db(transaction=True)
MIGRATION = import_module("shop.migrations.0034_spans_by_owner")
TABLE, OWNER, RULE = MIGRATION.SPANS[0]
FACTS = """
SELECT 'index ' || indexname || indexdef FROM pg_indexes WHERE tablename = %(table)s
UNION ALL SELECT 'rule ' || conname || pg_get_constraintdef(oid) FROM pg_constraint
WHERE conrelid = %(table)s::regclass
UNION ALL SELECT 'column ' || column_name || data_type || is_nullable || is_identity
FROM information_schema.columns WHERE table_name = %(table)s
UNION ALL SELECT 'trigger ' || tgname FROM pg_trigger
WHERE tgrelid = %(table)s::regclass AND NOT tgisinternal
UNION ALL SELECT 'numbers ' || pg_get_serial_sequence(%(table)s, 'id')
ORDER BY 1
"""


def variant():
    made = make.variant()
    PriceSpan.objects.filter(variant=made).delete()
    return made


def span(variant, day, price):
    start = NOON + timedelta(days=day)
    return PriceSpan.objects.create(
        variant=variant, starts_at=start, ends_at=start + timedelta(days=1), regular=price,
        price=price,
    )  # fmt: skip


def structure():
    with connection.cursor() as cursor:
        cursor.execute(FACTS, {"table": TABLE})
        return [fact for (fact,) in cursor.fetchall()]


def rows():
    return list(PriceSpan.objects.order_by("pk").values())


def test_a_large_table_is_copied_while_others_write_and_nothing_is_lost(monkeypatch):
    monkeypatch.setattr(MIGRATION, "BATCH", 7)
    kettles = [variant() for _ in range(3)]
    for day in range(40):
        for kettle in kettles:
            span(kettle, day, 100 + day)
    before, done, expected = structure(), Event(), []

    def write_on():
        for day in count(100):
            made = span(kettles[day % 3], day, day)
            PriceSpan.objects.filter(pk=made.pk - 90).update(price=day)
            PriceSpan.objects.filter(pk=made.pk - 80).delete()
            if done.is_set():
                break
        expected.extend(rows())
        connection.close()

    writer = Thread(target=write_on)
    writer.start()
    MIGRATION.change(connection, TABLE, OWNER, RULE, MIGRATION.RULE, few=10)
    done.set()
    writer.join()

    assert rows() == expected
    assert structure() == before
    newest = rows()[-1]["id"]
    assert span(kettles[0], 90, 5).pk > newest
    with pytest.raises(IntegrityError, match=RULE), transaction.atomic():
        span(kettles[0], 90, 5)


def test_a_row_that_is_changed_after_it_was_copied_is_not_lost(monkeypatch):
    kettle = variant()
    for day in range(30):
        span(kettle, day, 100 + day)
    copy, expected = MIGRATION._copy, []

    def copied(*arguments):
        copy(*arguments)
        PriceSpan.objects.filter(price=101).update(price=7)
        PriceSpan.objects.filter(price=102).delete()
        span(kettle, 60, 8)
        expected.extend(rows())

    monkeypatch.setattr(MIGRATION, "_copy", copied)
    MIGRATION.change(connection, TABLE, OWNER, RULE, MIGRATION.RULE, few=10)

    assert rows() == expected


def test_what_was_broken_off_begins_again_where_it_was(monkeypatch):
    kettle = variant()
    for day in range(30):
        span(kettle, day, 100)
    before = structure()
    with monkeypatch.context() as patch:
        patch.setattr(MIGRATION, "_take_the_place", _break_off)
        with pytest.raises(KeyboardInterrupt):
            MIGRATION.change(connection, TABLE, OWNER, RULE, MIGRATION.RULE, few=10)
    PriceSpan.objects.filter(price=100).update(price=90)
    span(kettle, 60, 70)

    MIGRATION.change(connection, TABLE, OWNER, RULE, MIGRATION.RULE, few=10)

    assert [row["price"] for row in rows()] == [90] * 30 + [70]
    assert structure() == before


def _break_off(*_arguments):
    raise KeyboardInterrupt
