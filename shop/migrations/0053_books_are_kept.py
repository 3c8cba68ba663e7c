"""The books keep themselves: nothing is changed or deleted, and every transaction sums to zero."""

from django.db import migrations

CREATE = """
CREATE FUNCTION shop_ledger_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'The books are only added to: correct % by another entry.', TG_TABLE_NAME
    USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER shop_ledger_is_kept BEFORE UPDATE OR DELETE ON shop_ledgertransaction
  FOR EACH ROW EXECUTE FUNCTION shop_ledger_is_kept();
CREATE TRIGGER shop_ledger_is_kept BEFORE UPDATE OR DELETE ON shop_ledgerentry
  FOR EACH ROW EXECUTE FUNCTION shop_ledger_is_kept();

CREATE FUNCTION shop_ledger_check(booked bigint) RETURNS void LANGUAGE plpgsql AS $$
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

CREATE FUNCTION shop_ledger_has_entries() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM shop_ledger_check(NEW.id);
  RETURN NULL;
END $$;

CREATE FUNCTION shop_ledger_balances() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM shop_ledger_check(NEW.transaction_id);
  RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER shop_ledger_has_entries AFTER INSERT ON shop_ledgertransaction
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION shop_ledger_has_entries();
CREATE CONSTRAINT TRIGGER shop_ledger_balances AFTER INSERT ON shop_ledgerentry
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION shop_ledger_balances();
"""
DROP = """
DROP TRIGGER shop_ledger_has_entries ON shop_ledgertransaction;
DROP TRIGGER shop_ledger_balances ON shop_ledgerentry;
DROP TRIGGER shop_ledger_is_kept ON shop_ledgertransaction;
DROP TRIGGER shop_ledger_is_kept ON shop_ledgerentry;
DROP FUNCTION shop_ledger_balances();
DROP FUNCTION shop_ledger_has_entries();
DROP FUNCTION shop_ledger_check(bigint);
DROP FUNCTION shop_ledger_is_kept();
"""


class Migration(migrations.Migration):
    dependencies = [("shop", "0052_books_by_party")]
    operations = [migrations.RunSQL(CREATE, DROP)]
