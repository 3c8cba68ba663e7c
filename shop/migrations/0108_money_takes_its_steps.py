"""States of money go along their tables in the database as well, and what was sent stays.

The steps are those of ``NEXT`` of the models; ``tests/shop/settlements/test_steps.py`` compares, and says which
statement a migration needs when they differ.
"""

from django.db import migrations

CREATE = """
CREATE FUNCTION shop_state_steps() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT OLD.state || '>' || NEW.state = ANY (string_to_array(TG_ARGV[0], ' ')) THEN
    RAISE EXCEPTION '% %: there is no step from % to %.', TG_TABLE_NAME, OLD.id, OLD.state, NEW.state
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;

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
DROP = """
DROP TRIGGER payout_stays ON shop_payout;
DROP FUNCTION shop_payout_stays();
DROP TRIGGER settlement_line_of_draft ON shop_settlementline;
DROP FUNCTION shop_settlement_line_of_draft();
DROP FUNCTION shop_state_steps() CASCADE;
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
}  # fmt: skip
TAKE_STEPS = "".join(
    f"CREATE OR REPLACE TRIGGER takes_steps BEFORE UPDATE OF state ON shop_{table} FOR EACH ROW"
    f" WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION shop_state_steps('{steps}');\n"
    for table, steps in STEPS.items()
)


class Migration(migrations.Migration):
    dependencies = [("shop", "0107_months_close")]
    operations = [
        migrations.RunSQL(CREATE, DROP),
        migrations.RunSQL(TAKE_STEPS, migrations.RunSQL.noop),
    ]
