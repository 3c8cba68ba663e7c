"""Finds modules under the names that they had in version 1.0, before the packages had floors.

Two things still use those names: migrations that have landed, and tasks in the queue. While two
versions run side by side, each must be able to do what the other one has queued, so tasks keep the
names that both understand. This module goes with version 1.2.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import ModuleType

NOW = {
    "shop.academy": "shop.merchant.academy",
    "shop.accounts": "shop.people.accounts",
    "shop.applications": "shop.merchant.applications",
    "shop.applications.papers": "shop.merchant.applications.documents",
    "shop.audit": "shop.reports.reconciliation",
    "shop.cart": "shop.orders.cart",
    "shop.certificates": "shop.storefront.certifications",
    "shop.clock": "shop.core.clock",
    "shop.composed": "shop.core.statements.composed",
    "shop.conditions": "shop.core.conditions",
    "shop.cookies": "shop.core.cookies",
    "shop.currencies": "shop.core.currencies",
    "shop.dates": "shop.core.dates",
    "shop.delivery": "shop.catalogue.delivery",
    "shop.demonstration": "shop.core.demonstration",
    "shop.errors": "shop.core.errors",
    "shop.feeds": "shop.storefront.feeds",
    "shop.forms": "shop.core.forms",
    "shop.formulas": "shop.core.spreadsheets.formulas",
    "shop.http": "shop.core.http",
    "shop.imports": "shop.merchant.imports",
    "shop.incidents": "shop.reports.incidents",
    "shop.isolation": "shop.core.isolation",
    "shop.keys": "shop.core.keys",
    "shop.languages": "shop.core.languages",
    "shop.ledger": "shop.money.ledger",
    "shop.listings": "shop.storefront.listings",
    "shop.locks": "shop.core.locks",
    "shop.mail": "shop.core.mail",
    "shop.merchants": "shop.people.merchants",
    "shop.moderation": "shop.merchant.moderation",
    "shop.money_desk": "shop.money.money_tasks",
    "shop.networks": "shop.core.networks",
    "shop.notices": "shop.merchant.content_reports",
    "shop.occasions": "shop.core.occasions",
    "shop.papers": "shop.orders.documents",
    "shop.payments": "shop.money.payments",
    "shop.pictures": "shop.core.images",
    "shop.prepared": "shop.core.statements.prepared",
    "shop.rate_limits": "shop.core.rate_limits",
    "shop.reminders": "shop.orders.reminders",
    "shop.replica": "shop.core.replica",
    "shop.retention": "shop.operations.retention",
    "shop.returns": "shop.money.returns",
    "shop.rounds": "shop.core.jobs",
    "shop.settlements": "shop.money.settlements",
    "shop.share_links": "shop.storefront.share_links",
    "shop.sharing": "shop.merchant.share_kits",
    "shop.sheet_files": "shop.core.spreadsheets.files",
    "shop.spreadsheets": "shop.core.spreadsheets.tables",
    "shop.states": "shop.core.states",
    "shop.stock": "shop.catalogue.stock",
    "shop.tasks": "shop.core.tasks",
    "shop.tickets": "shop.orders.tickets",
    "shop.waiting_room": "shop.storefront.waiting_room",
    "shop.workers": "shop.core.workers",
    "shop.workspace": "shop.merchant.dashboard",
    "shop.workspace.sheets": "shop.merchant.dashboard.spreadsheets",
    "cms.admin": "cms.dashboard",
}
"""The package or module that each name of version 1.0 stands for; ``shop.money`` is a floor now."""
BEFORE = {now: before for before, now in NOW.items()}


def of_today(path: str) -> str:
    """Return the name that a dotted path of version 1.0 has now."""
    return _renamed(path, NOW)


def of_version_1_0(path: str) -> str:
    """Return the name that a dotted path of today had in version 1.0."""
    return _renamed(path, BEFORE)


def _renamed(path: str, names: dict[str, str]) -> str:
    parts = path.split(".")
    for length in range(len(parts), 1, -1):
        begun = names.get(".".join(parts[:length]))
        if begun:
            return ".".join([begun, *parts[length:]])
    return path


class _Finder(MetaPathFinder, Loader):
    """Answers for a name of version 1.0 with the module of today."""

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return where a module of version 1.0 is now, or None if this was never a name."""
        today = of_today(name)
        try:
            is_known = today != name and find_spec(today) is not None
        except ModuleNotFoundError:  # a part of the path is a module, and holds no others
            return None
        return ModuleSpec(name, self, origin=today) if is_known else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Return the module itself: what it defines exists once."""
        module = import_module(str(spec.origin))
        spec.loader_state = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Leave the module as it is: it ran under its own name, which it keeps."""
        spec = module.__spec__
        module.__spec__ = spec and spec.loader_state


def install() -> None:
    """Let imports find modules by their earlier names.

    It comes first: a package found by its earlier name has the path of today's, on which Python
    would otherwise find the modules in it a second time.
    """
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())
