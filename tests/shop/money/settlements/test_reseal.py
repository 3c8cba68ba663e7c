"""The secret that seals accounts of stores is changed: all is read before, meanwhile and after."""

import ast
from io import StringIO
from pathlib import Path

import pytest
from cryptography.fernet import InvalidToken
from django.core.management import CommandError, call_command
from django.db import connection

from config.production import wrong_database
from shop.core.forms.private_files import as_kept
from shop.core.keys.seal import seal_bytes
from shop.money.settlements import reseal as module
from shop.money.settlements.methods import add_method
from shop.money.settlements.models import PayoutBatch, PayoutMethod
from shop.money.settlements.payouts import file_of
from shop.money.settlements.reseal import reseal, sealed_under
from shop.money.settlements.seal import unseal
from shop.storefront.certifications.models import Certification, CertificationDocument
from tests import make
from tests.make import NOON
from tests.shop.money.settlements.earned import ACCOUNT

pytestmark = pytest.mark.django_db
FIRST, SECOND, THIRD = "the first secret", "the second secret", "the third secret"
SEALS = ("shop.money.settlements.seal", "shop.core.keys.seal")
ROOT = Path(__file__).parents[4]


@pytest.fixture
def kept(settings):
    """Seal five accounts and a file under the first secret; one account is gone already."""
    settings.PAYOUT_SECRET, settings.PAYOUT_SECRETS_BEFORE = FIRST, []
    for n in range(5):
        add_method(make.merchant(), ACCOUNT | {"account": f"01100927744{n:02}"}, rail="bank",
                   at=NOON, by=make.user())  # fmt: skip
    gone = add_method(make.merchant(), ACCOUNT, rail="bank", at=NOON, by=make.user())
    PayoutMethod.objects.filter(pk=gone.pk).update(sealed=b"")
    PayoutBatch.objects.create(
        profile="statement_csv", currency="USD", made_at=NOON, exported_at=NOON,
        content=seal_bytes(b"a file"),
    )  # fmt: skip
    PayoutBatch.objects.create(profile="statement_csv", currency="USD", made_at=NOON)
    settings.PAYOUT_SECRET, settings.PAYOUT_SECRETS_BEFORE = SECOND, [FIRST]
    return settings


def accounts():
    rows = PayoutMethod.objects.exclude(sealed=b"").order_by("pk")
    return [unseal(row.sealed)["account"] for row in rows]


def said(*words):
    out = StringIO()
    call_command("reseal", *words, stdout=out)
    return out.getvalue()


def counted():
    found = sealed_under()
    return found.newest, found.earlier, found.unknown


def test_all_is_sealed_anew_and_the_earlier_secret_can_go(kept):
    before = accounts()
    assert counted() == (0, 6, 0)
    assert "0 under PAYOUT_SECRET, 6 under an earlier." in said("--count")
    assert counted() == (0, 6, 0)

    told = said()

    assert "6 sealed anew." in told
    assert "6 under PAYOUT_SECRET, 0 under an earlier." in told
    assert "PAYOUT_SECRETS_BEFORE is needed no more." in told
    kept.PAYOUT_SECRETS_BEFORE = []
    assert accounts() == before
    assert file_of(PayoutBatch.objects.get(exported_at=NOON)) == b"a file"
    assert PayoutMethod.objects.filter(sealed=b"").count() == 1
    assert PayoutBatch.objects.filter(content=None).count() == 1


def test_a_second_time_changes_nothing(kept):
    reseal()
    before = list(PayoutMethod.objects.order_by("pk").values_list("sealed", flat=True))

    assert reseal() == 0
    assert list(PayoutMethod.objects.order_by("pk").values_list("sealed", flat=True)) == before


def test_what_was_broken_off_goes_on(kept, monkeypatch):
    monkeypatch.setattr(module, "AT_ONCE", 2)
    done = []

    def dies(content):
        if len(done) == 3:
            raise KeyboardInterrupt
        done.append(content)
        return seal_bytes(content)

    with monkeypatch.context() as patch:
        patch.setattr(module, "seal_bytes", dies)
        with pytest.raises(KeyboardInterrupt):
            reseal()
    assert counted() == (3, 3, 0)  # the file, and two accounts: a part is whole or not done
    before = accounts()

    assert reseal() == 3
    assert counted() == (6, 0, 0)
    assert accounts() == before


def test_what_no_secret_opens_is_left_and_said(kept):
    kept.PAYOUT_SECRET, kept.PAYOUT_SECRETS_BEFORE = THIRD, []
    assert counted() == (0, 0, 6)
    with pytest.raises(CommandError, match="6 cannot be read by any secret that is set"):
        said()
    [refusal] = [one for one in wrong_database(None) if one.id == "production.E035"]
    assert "6" in refusal.msg
    with pytest.raises(InvalidToken):
        accounts()

    kept.PAYOUT_SECRETS_BEFORE = [SECOND, FIRST]
    said()
    assert counted() == (6, 0, 0)
    assert len(accounts()) == 5


def raw_paper():
    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM shop_certificatepaper")
        return bytes(cursor.fetchone()[0])


def test_papers_from_before_are_read_and_sealed_by_the_command(kept):
    paper = certificate_paper(b"%PDF-1.7 from before")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE shop_certificatepaper SET content = %s", [b"%PDF-1.7 from before"])
    paper.refresh_from_db()
    assert paper.content == b"%PDF-1.7 from before"
    assert "1 are not sealed: run this without --count." in said("--count")

    assert "7 sealed anew." in said()

    assert raw_paper().startswith(b"gAAAA")
    paper.refresh_from_db()
    assert paper.content == b"%PDF-1.7 from before"
    assert "are not sealed" not in said("--count")
    assert "0 sealed anew." in said()


def test_papers_follow_a_new_secret_as_accounts_do(kept):
    paper = certificate_paper(b"%PDF-1.7 a paper")
    kept.PAYOUT_SECRET, kept.PAYOUT_SECRETS_BEFORE = THIRD, [SECOND, FIRST]
    said()
    kept.PAYOUT_SECRETS_BEFORE = []

    paper.refresh_from_db()
    assert paper.content == b"%PDF-1.7 a paper"
    kept.PAYOUT_SECRET = "lost"
    with pytest.raises(InvalidToken):
        paper.refresh_from_db()
    assert any(one.id == "production.E035" for one in wrong_database(None))


def certificate_paper(content):
    certificate = Certification.objects.create(
        merchant=make.merchant(), title="organic", sent_at=NOON, state="waiting"
    )
    return CertificationDocument.objects.create(
        certificate=certificate, added_at=NOON, **as_kept("a.pdf", content)
    )


def test_whatever_people_hand_in_is_sealed():
    found = {(model.__name__, name) for model, name in module.places()}

    assert found == {
        ("PayoutBatch", "content"),
        ("PayoutMethod", "sealed"),
        ("ApplicationDocument", "content"),
        ("CertificationDocument", "content"),
        ("EvidenceDocument", "content"),
        ("PayoutProof", "content"),
        ("IncomingFile", "content"),
    }


def test_nothing_else_is_sealed():
    """Whoever seals in another place has to name its column for the command."""
    users = set()
    for path in (ROOT / "shop").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module in SEALS:
                names = {one.name for one in node.names}
                if names & {"seal", "seal_bytes"}:
                    users.add(path.stem)

    assert users == {"methods", "payouts", "reseal", "seal"}
