import csv
import json
import resource
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from django.core.management.base import BaseCommand, CommandParser
from openpyxl import Workbook

from shop.catalogue.models import Category
from shop.core import clock
from shop.merchant.imports import columns, receive
from shop.merchant.imports.models import CatalogueSheet
from shop.people.accounts.models import User
from shop.people.merchants.models import Membership, Merchant

SIZES = 5  # of a product
HEAD = ["product", "name", "description", "category", "option 1", "value 1", "sku", "price",
        "stock", "weight_g", "origin", "hs_code"]  # fmt: skip
WORDS = "Woven by hand from sisal, dyed with bark and leaves, lined with cotton. " * 6
State = CatalogueSheet.State


class Command(BaseCommand):
    """Brings a large sheet in, in one process, as the worker does."""

    help = "Bring a sheet of so many rows in, and print a line of JSON for each step."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the kind of the file, and how many rows it has."""
        parser.add_argument("kind", choices=["csv", "xlsx"])
        parser.add_argument("rows", type=int)

    def handle(self, *, kind: str, rows: int, **options: Any) -> None:
        """Read, check, bring in, and check again."""
        merchant, user = _store(kind)
        with tempfile.TemporaryFile() as file:
            (_write_csv if kind == "csv" else _write_xlsx)(file, kind, rows)
            size = file.tell()
            file.seek(0)
            _forget_peak()
            began = time.perf_counter()
            pieces = iter(lambda: file.read(1 << 20), b"")
            sheet = receive.receive(merchant, pieces, name=f"bench.{kind}", at=clock.now(), by=user)
        self._tell(f"{kind} of {size / 1e6:.1f} MB kept", began)
        self._step("read", sheet, State.RECEIVED)
        sheet.refresh_from_db()
        columns.match(sheet, sheet.fields, sheet.choices, at=clock.now())
        self._begin("checked", sheet, State.CHECKING)
        self._begin("brought in", sheet, State.WRITING)

    def _begin(self, name: str, sheet: CatalogueSheet, state: str) -> None:
        sheet.refresh_from_db()
        receive.begin(sheet, state, at=clock.now(), by=sheet.by)
        self._step(name, sheet, state)

    def _step(self, name: str, sheet: CatalogueSheet, state: str) -> None:
        _forget_peak()
        began = time.perf_counter()
        while CatalogueSheet.objects.filter(pk=sheet.pk, state=state).exists():
            receive.work_on.func(sheet.pk)
        self._tell(name, began)

    def _tell(self, name: str, began: float) -> None:
        child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
        said = {"name": name, "seconds": round(time.perf_counter() - began, 1),
                "peak MB": _peak(), "child MB": child}  # fmt: skip
        self.stdout.write(json.dumps(said))
        self.stdout.flush()


def _store(kind: str) -> tuple[Merchant, User]:
    user = User.objects.create_user(email=f"{kind}@example.org", password=None)
    at = clock.now()
    merchant = Merchant.objects.create(
        slug=f"bench-{kind}", name=f"Bench {kind}", kind="goods", state="approved", country="KE",
        city="Nairobi", ship_region="east", commission_bp=0,
        colours=["#2a2480", "#ffb81c", "#fff6df"], pattern="kanga", created_at=at,
    )  # fmt: skip
    Membership.objects.create(merchant=merchant, user=user, role="owner", joined_at=at)
    Category.objects.get_or_create(path="home", defaults={"name": "Home"})
    return merchant, user


def _rows(rows: int) -> Iterator[list[str]]:
    for n in range(rows):
        product, size = divmod(n, SIZES)
        yield [f"P{product}", f"Sisal basket {product}", WORDS, "home", "Size", f"Size {size}",
               f"P{product}-{size}", "48.00", "7", "420", "KE", "4602.19"]  # fmt: skip


def _write_csv(file: IO[bytes], _kind: str, rows: int) -> None:
    with tempfile.NamedTemporaryFile("w+", newline="", encoding="utf-8") as text:
        lines = csv.writer(text)
        lines.writerow(HEAD)
        lines.writerows(_rows(rows))
        text.flush()
        with Path(text.name).open("rb") as found:
            while piece := found.read(1 << 20):
                file.write(piece)


def _write_xlsx(file: IO[bytes], _kind: str, rows: int) -> None:
    book = Workbook(write_only=True)
    page = book.create_sheet("Products")
    page.append(HEAD)
    for row in _rows(rows):
        page.append(row)
    book.save(file)


def _forget_peak() -> None:
    """Let the most memory be that of what follows, where Linux can."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def _peak() -> int:
    """Return the most memory that this process had since ``_forget_peak``, in MB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) // 1024
