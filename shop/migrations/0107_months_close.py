"""The books close by months, and what SQL may do to them is less.

Old rows say nothing of ``made_in``, so nothing is added to them. The version before writes neither
new column: a trigger fills ``made_in``, and ``happened_at`` may be empty.
"""

from django.db import migrations

CREATE = """
-- A booking shares a lock with those who close a month, and belongs to a month that is open.
CREATE FUNCTION shop_ledger_begins() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock_shared(41400, 0);
  IF NEW.at < (SELECT max(ends_at) FROM shop_closedmonth) THEN
    RAISE EXCEPTION 'The month of % is closed: book % today.', NEW.at, NEW.reference
      USING ERRCODE = 'restrict_violation';
  END IF;
  NEW.made_in := pg_current_xact_id()::text::bigint;
  RETURN NEW;
END $$;
CREATE TRIGGER shop_ledger_begins BEFORE INSERT ON shop_ledgertransaction
  FOR EACH ROW EXECUTE FUNCTION shop_ledger_begins();

-- Entries are written together with what they belong to: a balanced pair comes not later either.
CREATE OR REPLACE FUNCTION shop_ledger_check(booked bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  entries bigint;
  is_uneven boolean;
BEGIN
  IF NOT EXISTS (SELECT FROM shop_ledgertransaction
                 WHERE id = booked AND made_in = pg_current_xact_id()::text::bigint) THEN
    RAISE EXCEPTION 'The books are only added to: ledger transaction % was written before.', booked
      USING ERRCODE = 'restrict_violation';
  END IF;
  SELECT coalesce(sum(n), 0), coalesce(bool_or(amount <> 0), false) INTO entries, is_uneven
  FROM (SELECT count(*) AS n, sum(amount) AS amount FROM shop_ledgerentry
        WHERE transaction_id = booked GROUP BY currency) AS by_currency;
  IF entries < 2 OR is_uneven THEN
    RAISE EXCEPTION 'Ledger transaction % does not balance.', booked
      USING ERRCODE = 'check_violation';
  END IF;
END $$;

-- A closed month gets its balances once.
CREATE FUNCTION shop_month_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.balanced_at IS NULL AND NEW.balanced_at IS NOT NULL THEN
    OLD.balanced_at := NEW.balanced_at;
    IF OLD IS NOT DISTINCT FROM NEW THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION 'A closed month stays closed.' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER shop_month_stays BEFORE UPDATE OR DELETE ON shop_closedmonth
  FOR EACH ROW EXECUTE FUNCTION shop_month_stays();
CREATE TRIGGER shop_month_stays BEFORE UPDATE OR DELETE ON shop_closedbalance
  FOR EACH ROW EXECUTE FUNCTION shop_ledger_is_kept();

-- Nobody empties what is kept.
CREATE FUNCTION shop_is_not_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is kept: its rows are never deleted.', TG_TABLE_NAME
    USING ERRCODE = 'restrict_violation';
END $$;
"""
DROP = """
DROP TRIGGER shop_ledger_begins ON shop_ledgertransaction;
DROP FUNCTION shop_ledger_begins();
DROP TRIGGER shop_month_stays ON shop_closedbalance;
DROP TRIGGER shop_month_stays ON shop_closedmonth;
DROP FUNCTION shop_month_stays();
DROP FUNCTION shop_is_not_emptied() CASCADE;

CREATE OR REPLACE FUNCTION shop_ledger_check(booked bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  entries bigint;
  is_uneven boolean;
BEGIN
  SELECT coalesce(sum(n), 0), coalesce(bool_or(amount <> 0), false) INTO entries, is_uneven
  FROM (SELECT count(*) AS n, sum(amount) AS amount FROM shop_ledgerentry
        WHERE transaction_id = booked GROUP BY currency) AS by_currency;
  IF entries < 2 OR is_uneven THEN
    RAISE EXCEPTION 'Ledger transaction % does not balance.', booked
      USING ERRCODE = 'check_violation';
  END IF;
END $$;
"""
KEPT = (
    "ledgertransaction", "ledgerentry", "closedmonth", "closedbalance", "settlement",
    "settlementline", "payout", "document", "series",
)  # fmt: skip
NOT_EMPTIED = "".join(
    f"CREATE TRIGGER shop_is_not_emptied BEFORE TRUNCATE ON shop_{table}"
    " FOR EACH STATEMENT EXECUTE FUNCTION shop_is_not_emptied();\n"
    for table in KEPT
)


class Migration(migrations.Migration):
    dependencies = [("shop", "0106_months_and_words")]
    operations = [
        migrations.RunSQL(CREATE, DROP),
        migrations.RunSQL(NOT_EMPTIED, migrations.RunSQL.noop),
    ]
