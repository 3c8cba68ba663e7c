"""Which tests a process of a run gets: whole modules, since their tests share what they look at.

Tests in browsers share nothing and take long, so they are dealt out one by one, and last: then no
process waits long for the others. ``xdist_group`` would be the usual way; it does nothing, as
pytest 9.2 does not ask the field any more in which pytest-xdist 3.8 writes a group.
"""

from xdist.scheduler import LoadScopeScheduling

ONE_BY_ONE = ("tests/access/", "tests/journeys/")


class ByModule(LoadScopeScheduling):
    """Deals out modules, those with most tests first."""

    def _split_scope(self, nodeid: str) -> str:
        return nodeid if nodeid.startswith(ONE_BY_ONE) else nodeid.partition("::")[0]
