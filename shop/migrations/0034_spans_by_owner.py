"""The rule that a thing has one price at a time looks for the thing first, and then for the time.

The other way round a look-up read hundreds of pages, since nearly all spans have begun and never
end. Building the rule anew on a large table takes many seconds, and nobody could read a price
meanwhile. So a table with the new rule is filled beside the old one, which goes on being written,
and takes its place in a moment. A migration that was broken off begins again where it was.
"""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeBoundary
from django.db import migrations, transaction

import shop.festivals.models.prices

FEW = 20_000  # rows, for which the rule is built in a moment
BATCH = 5_000
WAIT = "5s"  # for whoever uses the table; prices are not held up for longer
SPANS = (
    ("shop_pricespan", "variant", "one_price_at_a_time"),
    ("shop_productspan", "product", "one_lowest_price_at_a_time"),
)

RULE = "EXCLUDE USING gist ({owner}_id WITH =, tstzrange(starts_at, ends_at, '[)') WITH &&)"
FORMER_RULE = "EXCLUDE USING gist (tstzrange(starts_at, ends_at, '[)') WITH &&, {owner}_id WITH =)"
# What is written to the old table goes into the new one in the same transaction.
FOLLOW = """
CREATE OR REPLACE FUNCTION {table}_follow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN DELETE FROM {table}_anew WHERE id = OLD.id; END IF;
  IF TG_OP <> 'DELETE' THEN INSERT INTO {table}_anew SELECT (NEW).*; END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER {table}_follow AFTER INSERT OR UPDATE OR DELETE ON {table}
FOR EACH ROW EXECUTE FUNCTION {table}_follow();
"""
# A row that somebody writes is waited for, and whoever writes one that is being copied waits.
COPY = """
WITH part AS (
  SELECT * FROM {table} WHERE id > %s ORDER BY id LIMIT %s FOR SHARE),
copied AS (INSERT INTO {table}_anew SELECT * FROM part ON CONFLICT (id) DO NOTHING)
SELECT max(id) FROM part
"""
INDEXES = """
SELECT c.relname, pg_get_indexdef(i.indexrelid) FROM pg_index i
JOIN pg_class c ON c.oid = i.indexrelid
WHERE i.indrelid = %s::regclass AND NOT EXISTS (
  SELECT 1 FROM pg_constraint WHERE conindid = i.indexrelid AND contype IN ('p', 'x'))
"""
REFERENCES = """
SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE conrelid = %s::regclass AND contype = 'f'
"""


def by_owner(apps, schema_editor):
    """Put the new rule in the place of the former one."""
    for table, owner, rule in SPANS:
        change(schema_editor.connection, table, owner, rule, RULE)


def by_time(apps, schema_editor):
    """Put the former rule back."""
    for table, owner, rule in SPANS:
        change(schema_editor.connection, table, owner, rule, FORMER_RULE)


def change(connection, table, owner, rule, text, *, few=FEW):
    """Give a table another rule; a large one is copied beside itself."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM (SELECT 1 FROM {table} LIMIT %s) AS part", [few])
        if cursor.fetchone()[0] < few:
            with transaction.atomic(connection.alias):
                cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {rule}")
                definition = text.format(owner=owner)
                cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {rule} {definition}")
            return
        indexes, references = _begin(connection, cursor, table, owner, rule, text)
        _copy(connection, cursor, table)
        _take_the_place(connection, cursor, table, rule, indexes, references)


def _begin(connection, cursor, table, owner, rule, text):
    """Make the new table with all that the old one has, and let it follow the old one."""
    cursor.execute(INDEXES, [table])
    indexes = cursor.fetchall()
    cursor.execute(REFERENCES, [table])
    references = cursor.fetchall()
    cursor.execute("SELECT to_regclass(%s)", [f"{table}_anew"])
    if cursor.fetchone()[0]:  # it follows already
        return indexes, references
    with transaction.atomic(connection.alias):
        cursor.execute(f"SET LOCAL lock_timeout = '{WAIT}'")
        cursor.execute(
            f"CREATE TABLE {table}_anew (LIKE {table} INCLUDING ALL EXCLUDING INDEXES)"
        )
        cursor.execute(f"ALTER TABLE {table}_anew ADD PRIMARY KEY (id)")
        definition = text.format(owner=owner)
        cursor.execute(f"ALTER TABLE {table}_anew ADD CONSTRAINT {rule}_anew {definition}")
        for name, definition in indexes:
            anew = definition.replace(f" {name} ON ", f" {name}_anew ON ", 1)
            cursor.execute(anew.replace(f".{table} USING", f".{table}_anew USING", 1))
        for name, definition in references:
            cursor.execute(f"ALTER TABLE {table}_anew ADD CONSTRAINT {name} {definition}")
        cursor.execute(FOLLOW.format(table=table))
    return indexes, references


def _copy(connection, cursor, table):
    last = 0
    while last is not None:
        with transaction.atomic(connection.alias):
            cursor.execute(COPY.format(table=table), [last, BATCH])
            last = cursor.fetchone()[0]


def _take_the_place(connection, cursor, table, rule, indexes, references):
    """Let the new table have the name of the old one, its numbers, and the names of its parts."""
    with transaction.atomic(connection.alias):
        cursor.execute(f"SET LOCAL lock_timeout = '{WAIT}'")
        cursor.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        cursor.execute(
            f"SELECT setval(pg_get_serial_sequence('{table}_anew', 'id'),"
            f" nextval(pg_get_serial_sequence('{table}', 'id')))"
        )
        cursor.execute(f"DROP TABLE {table}")
        cursor.execute(f"DROP FUNCTION {table}_follow()")
        cursor.execute(f"ALTER TABLE {table}_anew RENAME TO {table}")
        cursor.execute(f"ALTER SEQUENCE {table}_anew_id_seq RENAME TO {table}_id_seq")
        cursor.execute(f"ALTER TABLE {table} RENAME CONSTRAINT {table}_anew_pkey TO {table}_pkey")
        cursor.execute(f"ALTER TABLE {table} RENAME CONSTRAINT {rule}_anew TO {rule}")
        for name, _definition in indexes:
            cursor.execute(f"ALTER INDEX {name}_anew RENAME TO {name}")
    cursor.execute(f"ANALYZE {table}")


class Migration(migrations.Migration):
    # Each step is a transaction of its own, so that no lock outlives it.
    atomic = False

    dependencies = [("shop", "0033_shared_words")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(by_owner, by_time)],
            state_operations=[
                operation
                for model, owner, rule in (
                    ("pricespan", "variant", "one_price_at_a_time"),
                    ("productspan", "product", "one_lowest_price_at_a_time"),
                )
                for operation in (
                    migrations.RemoveConstraint(model_name=model, name=rule),
                    migrations.AddConstraint(
                        model_name=model,
                        constraint=ExclusionConstraint(
                            name=rule,
                            expressions=[
                                (owner, "="),
                                (
                                    shop.festivals.models.prices.TimeRange(
                                        "starts_at", "ends_at", RangeBoundary()
                                    ),
                                    "&&",
                                ),
                            ],
                        ),
                    ),
                )
            ],
        )
    ]
