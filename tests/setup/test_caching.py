"""A cache that accepts and stays silent makes pages slower once, and breaks none."""

import time

import pytest

from config import caching
from config.caching import SECONDS, ForgivingCache
from tests.post import silent_server


@pytest.fixture(autouse=True)
def nothing_known(monkeypatch):
    monkeypatch.setattr(caching, "_silent_until", 0.0)


def test_a_silent_cache_has_nothing_and_is_not_asked_again_at_once(caplog):
    with silent_server() as port:
        cache = ForgivingCache(f"redis://127.0.0.1:{port}", {})
        begun = time.monotonic()

        found = [cache.get("page", "none"), cache.get_many(["page"]), cache.add("page", 1)]
        cache.set("page", 1)

        assert found == ["none", {}, True]
        assert time.monotonic() - begun < SECONDS * 4  # one question, not four
    assert "the cache does not answer" in caplog.text


def test_a_cache_that_refuses_is_one_that_has_nothing():
    cache = ForgivingCache("redis://127.0.0.1:1", {})

    assert cache.get("page") is None
    assert cache.delete("page") is False
