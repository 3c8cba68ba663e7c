"""What the database keeps itself, whoever writes: triggers, and indexes without a model.

``tests/shop/money/settlements/test_steps.py`` compares ``STEPS`` with ``NEXT`` of the models.
"""

# What the scheduler counts and prunes. Those of tasks stand on a table that is not ours.
INDEXES = """
CREATE INDEX tasks_running ON django_tasks_database_dbtaskresult (started_at)
  WHERE status = 'RUNNING';
CREATE INDEX tasks_failed ON django_tasks_database_dbtaskresult (finished_at)
  WHERE status = 'FAILED';
CREATE INDEX tasks_finished ON django_tasks_database_dbtaskresult (finished_at)
  WHERE finished_at IS NOT NULL;
CREATE INDEX tasks_alerts ON django_tasks_database_dbtaskresult (id)
  WHERE task_path = 'shop.payments.watch.send_alerts';
CREATE INDEX payment_review ON shop_payment (id) WHERE state = 'review';
CREATE INDEX operation_stuck ON shop_operation (run_after) WHERE state IN ('blocked', 'failed');
CREATE INDEX event_dead ON shop_gatewayevent (next_try_at) WHERE state = 'dead';
CREATE INDEX event_received ON shop_gatewayevent (received_at);
"""
NO_INDEXES = "DROP INDEX tasks_running, tasks_failed, tasks_finished, tasks_alerts"  # others go along

# The books keep themselves: nothing is changed or deleted, and every transaction sums to zero.
BOOKS = """
CREATE FUNCTION shop_ledger_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'The books are only added to: correct % by another entry.', TG_TABLE_NAME
    USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER shop_ledger_is_kept BEFORE UPDATE OR DELETE ON shop_ledgertransaction
  FOR EACH ROW EXECUTE FUNCTION shop_ledger_is_kept();

CREATE TRIGGER shop_ledger_is_kept BEFORE UPDATE OR DELETE ON shop_ledgerentry
  FOR EACH ROW EXECUTE FUNCTION shop_ledger_is_kept();

-- Entries are written together with what they belong to: a balanced pair comes not later either.
CREATE FUNCTION shop_ledger_check(booked bigint) RETURNS void LANGUAGE plpgsql AS $$
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

# The books close by months.
MONTHS = """
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
"""

# A final settlement keeps its sums, its lines and what it claims; its state may go on.
SETTLEMENTS = """
CREATE FUNCTION shop_settlement_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'A settlement is never deleted.' USING ERRCODE = 'restrict_violation';
  END IF;
  IF OLD.state IN ('final', 'paying', 'paid', 'carried') AND
     ((OLD.merchant_id, OLD.currency, OLD.n, OLD.cut_off, OLD.earned, OLD.netted, OLD.reserved,
       OLD.total, OLD.lines, OLD.commission, OLD.method_id, OLD.final_at)
      IS DISTINCT FROM
      (NEW.merchant_id, NEW.currency, NEW.n, NEW.cut_off, NEW.earned, NEW.netted, NEW.reserved,
       NEW.total, NEW.lines, NEW.commission, NEW.method_id, NEW.final_at)
      OR OLD.commission_paper_id IS NOT NULL
         AND NEW.commission_paper_id IS DISTINCT FROM OLD.commission_paper_id) THEN
    RAISE EXCEPTION 'A final settlement does not change.' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER settlement_stays BEFORE UPDATE OR DELETE ON shop_settlement
  FOR EACH ROW EXECUTE FUNCTION shop_settlement_stays();

CREATE FUNCTION shop_settlement_line_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' OR EXISTS (
    SELECT 1 FROM shop_settlement s WHERE s.id = OLD.settlement_id AND s.state <> 'draft') THEN
    RAISE EXCEPTION 'What a final settlement claims stays.' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN OLD;
END $$;

CREATE TRIGGER settlement_line_stays BEFORE UPDATE OR DELETE ON shop_settlementline
  FOR EACH ROW EXECUTE FUNCTION shop_settlement_line_stays();

-- A settlement claims entries while it is a draft, and not later.
CREATE FUNCTION shop_settlement_line_of_draft() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (
    SELECT FROM shop_settlement WHERE id = NEW.settlement_id AND state = 'draft') THEN
    RAISE EXCEPTION 'What a final settlement claims stays.' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER settlement_line_of_draft BEFORE INSERT ON shop_settlementline
  FOR EACH ROW EXECUTE FUNCTION shop_settlement_line_of_draft();
"""

PAYOUTS = """
-- A payout moves the total of a settlement that is final, and is as it was once it was sent.
CREATE FUNCTION shop_payout_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'A payout is never deleted.' USING ERRCODE = 'restrict_violation';
  END IF;
  IF TG_OP = 'INSERT' AND NOT EXISTS (
    SELECT FROM shop_settlement
    WHERE id = NEW.settlement_id AND state = 'final' AND total = NEW.amount) THEN
    RAISE EXCEPTION 'A payout is of the total of a final settlement.'
      USING ERRCODE = 'restrict_violation';
  END IF;
  IF TG_OP = 'UPDATE' AND
     (OLD.settlement_id, OLD.method_id, OLD.amount, OLD.reference, OLD.made_at)
     IS DISTINCT FROM
     (NEW.settlement_id, NEW.method_id, NEW.amount, NEW.reference, NEW.made_at) THEN
    RAISE EXCEPTION 'What a payout pays, and to whom, does not change.'
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER payout_stays BEFORE INSERT OR UPDATE OR DELETE ON shop_payout
  FOR EACH ROW EXECUTE FUNCTION shop_payout_stays();
"""

# Documents keep themselves: none changes, none goes, and none takes a number that is not the next.
DOCUMENTS = """
CREATE FUNCTION shop_paper_has_its_number() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  before bigint;
BEGIN
  SELECT coalesce(max(n), 0) INTO before FROM shop_document WHERE series_id = NEW.series_id;
  IF NEW.n <> before + 1 THEN
    RAISE EXCEPTION 'Paper % would not be number % of its series.', NEW.number, before + 1
      USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.digest <> encode(sha256(convert_to(NEW.frozen, 'UTF8')), 'hex') THEN
    RAISE EXCEPTION 'The digest of paper % is not of its facts.', NEW.number
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER shop_paper_has_its_number BEFORE INSERT ON shop_document
  FOR EACH ROW EXECUTE FUNCTION shop_paper_has_its_number();

-- A fiscal number is filled once; nothing else of a paper changes.
CREATE FUNCTION shop_papers_are_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.fiscal_number = '' AND NEW.fiscal_number <> '' THEN
    OLD.fiscal_number := NEW.fiscal_number;
    IF OLD IS NOT DISTINCT FROM NEW THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION 'Papers are only added to: correct one by a credit note.'
    USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER shop_papers_are_kept BEFORE UPDATE OR DELETE ON shop_document
  FOR EACH ROW EXECUTE FUNCTION shop_papers_are_kept();

-- A series counts one further, and is the same otherwise.
CREATE FUNCTION shop_series_counts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND NEW.next = OLD.next + 1 THEN
    OLD.next := NEW.next;
    IF OLD IS NOT DISTINCT FROM NEW THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION 'A series only counts one further.' USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER shop_papers_are_kept BEFORE UPDATE OR DELETE ON shop_series
  FOR EACH ROW EXECUTE FUNCTION shop_series_counts();
"""

# The store of a variant is the one of its product, whatever anybody writes.
VARIANTS = """
CREATE FUNCTION shop_variant_store() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  SELECT p.merchant_id INTO NEW.merchant_id FROM shop_product p WHERE p.id = NEW.product_id;
  RETURN NEW;
END $$;

CREATE TRIGGER shop_variant_store BEFORE INSERT OR UPDATE OF product_id, merchant_id
  ON shop_variant FOR EACH ROW EXECUTE FUNCTION shop_variant_store();
"""

# States of money take the steps of their models.
STATES = """
CREATE FUNCTION shop_state_steps() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT OLD.state || '>' || NEW.state = ANY (string_to_array(TG_ARGV[0], ' ')) THEN
    RAISE EXCEPTION '% %: there is no step from % to %.', TG_TABLE_NAME, OLD.id, OLD.state, NEW.state
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
"""

STEPS = {
    "settlement":
        "draft>carried draft>final draft>void final>paying paying>final paying>paid paid>final",
    "payout":
        "queued>exported queued>sending queued>void exported>done exported>failed sending>blocked"
        " sending>sent sent>done sent>failed sent>void blocked>sending blocked>sent blocked>void"
        " done>returned",
    "payoutbatch": "open>exported open>void exported>closed closed>exported",
    "payment":
        "creating>expired creating>failed creating>open creating>paid creating>processing"
        " creating>refunding creating>review creating>superseded open>expired open>failed open>paid"
        " open>processing open>refunding open>review open>superseded processing>failed"
        " processing>paid processing>refunding processing>review paid>refunding expired>paid"
        " expired>refunding expired>review superseded>failed superseded>paid superseded>processing"
        " superseded>refunding superseded>review failed>paid failed>refunding failed>review"
        " refunding>refunded review>paid review>refunded review>refunding",
    "operation":
        "queued>done queued>failed queued>pending queued>sending queued>void sending>blocked"
        " sending>done sending>failed sending>pending sending>queued sending>sending pending>done"
        " pending>failed pending>void done>failed done>void failed>done failed>queued failed>void"
        " blocked>done blocked>failed blocked>pending blocked>queued blocked>void",
    "dispute":
        "inquiry>accepted inquiry>answered inquiry>closed inquiry>lost inquiry>open inquiry>won"
        " open>accepted open>answered open>closed open>lost open>won answered>accepted"
        " answered>closed answered>lost answered>open answered>won accepted>closed accepted>lost"
        " accepted>open accepted>won won>lost lost>won closed>lost closed>open closed>won",
}
TAKE_STEPS = "".join(
    f"CREATE TRIGGER takes_steps BEFORE UPDATE OF state ON shop_{table} FOR EACH ROW"
    f" WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION shop_state_steps('{steps}');\n"
    for table, steps in STEPS.items()
)

EMPTIED = """
-- Nobody empties what is kept.
CREATE FUNCTION shop_is_not_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is kept: its rows are never deleted.', TG_TABLE_NAME
    USING ERRCODE = 'restrict_violation';
END $$;
"""

KEPT = (
    "ledgertransaction", "ledgerentry", "closedmonth", "closedbalance", "settlement",
    "settlementline", "payout", "document", "series",
)
NOT_EMPTIED = "".join(
    f"CREATE TRIGGER shop_is_not_emptied BEFORE TRUNCATE ON shop_{table}"
    " FOR EACH STATEMENT EXECUTE FUNCTION shop_is_not_emptied();\n"
    for table in KEPT
)

GUARDS = "".join((
    BOOKS, MONTHS, SETTLEMENTS, PAYOUTS, DOCUMENTS, VARIANTS, STATES, TAKE_STEPS, EMPTIED, NOT_EMPTIED,
))
# Their triggers go with them.
UNGUARDED = """
DROP FUNCTION
  shop_ledger_is_kept,
  shop_ledger_check,
  shop_ledger_has_entries,
  shop_ledger_balances,
  shop_ledger_begins,
  shop_month_stays,
  shop_settlement_stays,
  shop_settlement_line_stays,
  shop_settlement_line_of_draft,
  shop_payout_stays,
  shop_paper_has_its_number,
  shop_papers_are_kept,
  shop_series_counts,
  shop_variant_store,
  shop_state_steps,
  shop_is_not_emptied
CASCADE
"""
