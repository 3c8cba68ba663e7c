"""Which tests a process of a run gets: whole modules, since their tests share what they look at.

Tests in browsers share nothing and take long, so they are dealt out one by one. ``xdist_group``
would be the usual way; it does nothing, as pytest 9.2 does not ask the field any more in which
pytest-xdist 3.8 writes a group.
"""

from typing import Any

from xdist.scheduler import LoadScopeScheduling

from tests.waiting import IN_BROWSERS


class ByModule(LoadScopeScheduling):
    """Deals out modules in the order of the collection.

    There, tests that commit come after all that may need what migrations wrote, in a part of their
    module that is dealt out on its own.
    """

    def __init__(self, config: Any, log: Any) -> None:
        """Keep the order, which others would sort by the number of tests."""
        super().__init__(config, log)
        config.option.loadscopereorder = False
        self._parts: dict[str, str] = {}

    def _split_scope(self, nodeid: str) -> str:
        if not self._parts:
            self._parts = parts(self.collection)
        return self._parts[nodeid]


def parts(nodeids: list[str]) -> dict[str, str]:
    """Return to which part of a module each test belongs: those beside each other to the same."""
    found, before, number = {}, "", 0
    for nodeid in nodeids:
        module = nodeid if nodeid.startswith(IN_BROWSERS) else nodeid.partition("::")[0]
        number += module != before
        found[nodeid], before = f"{module} {number}", module
    return found
