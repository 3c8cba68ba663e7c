import pytest
import stripe

from tests.sandbox import make
from tools.sandbox.errors import Refused


def test_there_are_no_disputes_until_a_bank_opens_one(api):
    assert api.v1.disputes.list().data == []


def test_a_dispute_takes_the_money_and_a_fee(api, sandbox):
    charge = make.charge(api, sandbox, 100_00)

    dispute = sandbox.dispute(charge)

    found = api.v1.disputes.retrieve(dispute["id"])
    assert (found.status, found.amount, found.charge) == ("needs_response", 100_00, charge)
    assert api.v1.charges.retrieve(charge).disputed
    assert api.v1.balance.retrieve().available[0].amount == -115_00
    assert [event["type"] for event in sandbox.events()][-2:] == [
        "charge.dispute.created",
        "charge.dispute.funds_withdrawn",
    ]


def test_a_disputed_charge_cannot_be_refunded(api, sandbox):
    charge = make.charge(api, sandbox)
    sandbox.dispute(charge)

    with pytest.raises(stripe.InvalidRequestError) as refusal:
        api.v1.refunds.create({"charge": charge})

    assert refusal.value.code == "charge_disputed"
    assert api.v1.refunds.list().data == []


@pytest.mark.parametrize(
    ("won", "status", "balance"), [(True, "won", -15_00), (False, "lost", -115_00)]
)
def test_a_dispute_is_decided_once(api, sandbox, won, status, balance):
    charge = make.charge(api, sandbox, 100_00)
    dispute = sandbox.dispute(charge)["id"]

    sandbox.close_dispute(dispute, won=won)

    assert api.v1.disputes.list({"charge": charge}).data[0].status == status
    assert api.v1.balance.retrieve().available[0].amount == balance
    assert sandbox.events()[-1]["type"] == "charge.dispute.closed"
    assert len(sandbox.events("charge.dispute.funds_reinstated")) == won
    with pytest.raises(Refused):
        sandbox.close_dispute(dispute, won=won)


def test_a_charge_is_disputed_once(api, sandbox):
    charge = make.charge(api, sandbox)
    sandbox.dispute(charge)

    with pytest.raises(Refused):
        sandbox.dispute(charge)

    assert len(api.v1.disputes.list().data) == 1


def test_evidence_is_kept_or_sent(api, sandbox):
    dispute = sandbox.dispute(make.charge(api, sandbox))["id"]

    kept = api.v1.disputes.update(
        dispute, {"evidence": {"uncategorized_text": "sent by post"}, "submit": False}
    )
    assert (kept.status, kept.evidence_details.has_evidence) == ("needs_response", True)
    sent = api.v1.disputes.update(dispute, {"evidence": {"shipping_tracking_number": "7"}})

    assert (sent.status, sent.evidence_details.submission_count) == ("under_review", 1)
    assert sent.evidence.uncategorized_text == "sent by post"
    assert sandbox.events()[-1]["type"] == "charge.dispute.updated"


def test_evidence_is_sent_once(api, sandbox):
    dispute = sandbox.dispute(make.charge(api, sandbox))["id"]
    api.v1.disputes.update(dispute, {"evidence": {"uncategorized_text": "sent"}})

    with pytest.raises(stripe.InvalidRequestError, match="under_review"):
        api.v1.disputes.update(dispute, {"evidence": {"uncategorized_text": "more"}})

    found = api.v1.disputes.retrieve(dispute)
    assert (found.evidence.uncategorized_text, found.evidence_details.submission_count) == (
        "sent",
        1,
    )


def test_evidence_after_the_last_day_is_refused(api, sandbox):
    dispute = sandbox.dispute(make.charge(api, sandbox))["id"]
    sandbox.advance(8 * 24 * 60 * 60)

    with pytest.raises(stripe.InvalidRequestError, match="past due"):
        api.v1.disputes.update(dispute, {"evidence": {"uncategorized_text": "late"}})


@pytest.mark.parametrize(
    "evidence",
    [
        {"uncategorized_text": "x" * 20_001},
        {"shipping_carrier": "x" * 5_001},
        {"receipt": "file_of_nobody"},
    ],
)
def test_evidence_beyond_the_limits_is_refused(api, sandbox, evidence):
    dispute = sandbox.dispute(make.charge(api, sandbox))["id"]

    with pytest.raises(stripe.InvalidRequestError):
        api.v1.disputes.update(dispute, {"evidence": evidence})

    assert not api.v1.disputes.retrieve(dispute).evidence_details.has_evidence


def test_files_of_more_than_4_5_mb_together_are_refused(api, sandbox):
    dispute = sandbox.dispute(make.charge(api, sandbox))["id"]
    files = [make.file(api, b"%PDF-" + bytes(2_300_000)).id for _n in range(2)]
    evidence = dict(zip(("receipt", "uncategorized_file"), files, strict=True))

    with pytest.raises(stripe.InvalidRequestError, match=r"4\.5 MB"):
        api.v1.disputes.update(dispute, {"evidence": evidence})


@pytest.mark.parametrize("content", [b"MZ", b"%PDF-" + bytes(5 * 1024 * 1024)])
def test_a_file_that_is_no_evidence_is_refused(api, content):
    with pytest.raises(stripe.InvalidRequestError):
        make.file(api, content)
