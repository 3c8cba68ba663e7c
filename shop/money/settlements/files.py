"""The files in which a bank, or a mobile money operator, takes payouts.

The columns are ours but for pain.001 (ISO 20022, pain.001.001.09) and pawaPay's batch
(docs.pawapay.io/dashboard/other/batch_disbursements, read in 2026): compare the first file with
your own bank's, which may want it otherwise.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import StringIO
from typing import Any
from xml.etree import ElementTree as ET

from django.conf import settings

from shop.core.currencies import in_whole
from shop.core.errors import NotPossible
from shop.money.settlements.models import Payout, PayoutBatch, PayoutMethod
from shop.money.settlements.seal import unseal

Rail = PayoutMethod.Rail
NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
FORMULA = ("=", "+", "-", "@", "\t", "\r")
MOST_MOBILE = 1_000


@dataclass(frozen=True, slots=True)
class FileProfile:
    """One kind of file: its name, the rail that it is for, the most rows, and who writes it."""

    title: str
    rail: str
    extension: str
    write: Callable[[PayoutBatch, Sequence[Payout]], bytes]
    most: int = 10_000

    def check(self, rows: Sequence[Payout]) -> None:
        """Refuse payouts that the file cannot hold.

        Raises:
            NotPossible: they go another way, or are too many.
        """
        if any(row.method.rail != self.rail for row in rows):
            raise NotPossible(f"“{self.title}” takes {Rail(self.rail).label.lower()}s alone.")
        if len(rows) > self.most:
            raise NotPossible(f"“{self.title}” takes {self.most:,} payouts. Make two files.")


def content_of(batch: PayoutBatch, rows: Sequence[Payout]) -> bytes:
    """Return the bytes of a batch's file, which says when it was exported."""
    return PROFILES[batch.profile].write(batch, rows)


def _statement(batch: PayoutBatch, rows: Sequence[Payout]) -> bytes:
    table = [
        ("reference", "name", "bank", "account", "bic", "country", "currency", "amount", "purpose")
    ]
    for row in rows:
        facts = unseal(row.method.sealed)
        table.append((
            row.reference, facts["holder"], facts.get("bank", ""), facts["account"],
            facts.get("bic", ""), facts["country"], batch.currency, _amount(row, batch),
            row.settlement.number,
        ))  # fmt: skip
    return _csv(table)


def _pawapay(batch: PayoutBatch, rows: Sequence[Payout]) -> bytes:
    table = [("Country", "Telco", "Currency", "MSISDN", "Amount", "Description")]
    for row in rows:
        facts = unseal(row.method.sealed)
        number = facts["account"].removeprefix("+")
        reference = row.reference.replace("-", "")
        table.append((facts["country"], facts.get("operator", ""), batch.currency, number,
                      _amount(row, batch), reference))  # fmt: skip
    return _csv(table)


def _csv(table: Sequence[Sequence[str]]) -> bytes:
    """Return a table as CSV; a cell that a spreadsheet would take for a formula is inert."""
    file = StringIO()
    writer = csv.writer(file, lineterminator="\r\n", quoting=csv.QUOTE_ALL)
    writer.writerows([_inert(cell) for cell in row] for row in table)
    return file.getvalue().encode("utf-8-sig")


def _inert(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def _pain(batch: PayoutBatch, rows: Sequence[Payout]) -> bytes:
    ET.register_namespace("", NAMESPACE)
    document = ET.Element(_tag("Document"))
    body = _under(document, "CstmrCdtTrfInitn")
    total = str(in_whole(sum(row.amount for row in rows), batch.currency))
    head = _under(body, "GrpHdr")
    _under(head, "MsgId", batch.number)
    _under(head, "CreDtTm", f"{batch.exported_at:%Y-%m-%dT%H:%M:%S}")
    _under(head, "NbOfTxs", str(len(rows)))
    _under(head, "CtrlSum", total)
    _under(_under(head, "InitgPty"), "Nm", settings.OPERATOR_NAME[:70])
    block = _under(body, "PmtInf")
    _under(block, "PmtInfId", batch.number)
    _under(block, "PmtMtd", "TRF")
    _under(block, "NbOfTxs", str(len(rows)))
    _under(block, "CtrlSum", total)
    _under(_under(block, "ReqdExctnDt"), "Dt", f"{batch.exported_at:%Y-%m-%d}")
    _under(_under(block, "Dbtr"), "Nm", settings.OPERATOR_NAME[:70])
    _under(_under(_under(_under(block, "DbtrAcct"), "Id"), "Othr"), "Id", "NOTPROVIDED")
    agent = _under(_under(_under(block, "DbtrAgt"), "FinInstnId"), "Othr")
    _under(agent, "Id", "NOTPROVIDED")
    _under(block, "ChrgBr", "SHAR")
    for row in rows:
        _transfer(block, row, batch)
    ET.indent(document)
    return ET.tostring(document, encoding="utf-8", xml_declaration=True)


def _transfer(block: Any, row: Payout, batch: PayoutBatch) -> None:
    facts = unseal(row.method.sealed)
    one = _under(block, "CdtTrfTxInf")
    _under(_under(one, "PmtId"), "EndToEndId", row.reference)
    amount = _under(_under(one, "Amt"), "InstdAmt", _amount(row, batch))
    amount.set("Ccy", batch.currency)
    bank = _under(_under(one, "CdtrAgt"), "FinInstnId")
    if facts.get("bic"):
        _under(bank, "BICFI", facts["bic"])
    _under(bank, "Nm", facts.get("bank", "")[:140])
    payee = _under(one, "Cdtr")
    _under(payee, "Nm", facts["holder"][:140])
    _under(_under(payee, "PstlAdr"), "Ctry", facts["country"])
    account = _under(_under(one, "CdtrAcct"), "Id")
    if facts["account"][:2].isalpha():
        _under(account, "IBAN", facts["account"])
    else:
        _under(_under(account, "Othr"), "Id", facts["account"])
    _under(_under(one, "RmtInf"), "Ustrd", row.settlement.number[:140])


def _tag(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"


def _under(parent: Any, name: str, text: str = "") -> Any:
    child = ET.SubElement(parent, _tag(name))
    if text:
        child.text = "".join(sign for sign in text if sign.isprintable())
    return child


def _amount(row: Payout, batch: PayoutBatch) -> str:
    return str(in_whole(row.amount, batch.currency))


PROFILES: dict[str, FileProfile] = {
    "statement_csv": FileProfile("A list, CSV", Rail.BANK, "csv", _statement),
    "pain.001": FileProfile("ISO 20022, pain.001.001.09", Rail.BANK, "xml", _pain),
    "pawapay_batch": FileProfile("pawaPay batch, CSV", Rail.MOBILE, "csv", _pawapay, MOST_MOBILE),
}
