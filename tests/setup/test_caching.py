"""A cache that accepts and stays silent makes pages slower once, and breaks none."""

import os
import pickle
import subprocess
import sys
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.core.cache.backends.redis import RedisSerializer

from config import cache as config_cache
from config.cache import ForgivingCache, SealedSerializer
from tests.patience import PATIENCE
from tests.silence import silent_server


@pytest.fixture(autouse=True)
def nothing_known(monkeypatch):
    monkeypatch.setattr(config_cache, "_silent_until", 0.0)
    monkeypatch.setattr(config_cache, "PAUSE", PATIENCE)


def test_a_silent_cache_has_nothing_and_is_not_asked_again_at_once(caplog):
    with silent_server() as silent:
        cache = ForgivingCache(f"redis://127.0.0.1:{silent.port}", {})

        found = [cache.get("page", "none"), cache.get_many(["page"]), cache.add("page", 1)]
        cache.set("page", 1)

        assert found == ["none", {}, True]
        assert silent.callers == 1  # one question, not four
    assert "the cache does not answer" in caplog.text


def test_what_other_code_has_kept_is_not_looked_at(tmp_path):
    (tmp_path / "page.py").write_text("class Page: ...")
    before = config_cache.mark_of(tmp_path)
    (tmp_path / "page.py").write_text("class Page: at = None")

    assert config_cache.mark_of(tmp_path) != before
    assert config_cache.mark_of(tmp_path) == config_cache.mark_of(tmp_path)
    assert config_cache.release() in config_cache.key_of("page", "", 1)
    assert config_cache.release() == config_cache.mark_of(
        settings.BASE_DIR / "shop", settings.BASE_DIR / "cms"
    )


def test_the_shared_cache_keeps_by_the_code():
    asked = "from config.settings import CACHES; print(CACHES['default'].get('KEY_FUNCTION'))"
    facts = os.environ | {"REDIS_URL": "redis://127.0.0.1:1"}
    said = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, text=True, env=facts, check=True
    )

    assert said.stdout.strip() == "config.cache.key_of"


def test_a_cache_that_refuses_is_one_that_has_nothing():
    cache = ForgivingCache("redis://127.0.0.1:1", {})

    assert cache.get("page") is None
    assert cache.delete("page") is False


class Harm:
    """What a pickle can be: a command that runs when somebody reads it."""

    def __reduce__(self):
        return pytest.fail, ("it was run",)


def test_what_somebody_else_put_into_the_cache_is_not_run():
    sealed = SealedSerializer()
    known = sealed.dumps({"page": 1})

    assert sealed.loads(known) == {"page": 1}
    assert sealed.loads(sealed.dumps(7)) == 7
    for planted in (
        RedisSerializer().dumps(Harm()),
        bytes(32) + pickle.dumps(Harm()),
        b"",
        known[:-1],
    ):
        with pytest.raises(config_cache.Foreign):
            sealed.loads(planted)


def test_a_value_that_was_kept_under_another_key_is_not_taken(monkeypatch, caplog):
    cache = ForgivingCache("redis://127.0.0.1:1", {})
    kept = {}
    server = SimpleNamespace(
        get=kept.get, mget=lambda keys: [kept.get(key) for key in keys],
        set=lambda key, value, **_more: kept.update({key: value}),
    )  # fmt: skip
    monkeypatch.setattr(cache._cache, "get_client", lambda *_a, **_f: server)
    cache.set("cart-of-lin", {"items": 3})
    cache.set("count", 7)
    [lin, _count] = kept

    assert cache.get("cart-of-lin") == {"items": 3}
    assert cache.get_many(["cart-of-lin", "count"]) == {"cart-of-lin": {"items": 3}, "count": 7}
    kept[lin.replace("lin", "eve")] = kept[lin]  # somebody beside the shop moves it

    assert cache.get("cart-of-eve", "none") == "none"
    assert cache.get_many(["cart-of-eve"]) == {}
    assert "not ours" in caplog.text


def test_a_value_of_somebody_else_is_a_page_that_is_not_kept(monkeypatch, caplog):
    cache = ForgivingCache("redis://127.0.0.1:1", {})
    client = cache._cache
    planted = pickle.dumps(Harm())
    monkeypatch.setattr(client, "get_client", lambda *_a, **_f: SimpleNamespace(
        get=lambda _key: planted, mget=lambda _keys: [planted]))  # fmt: skip

    assert cache.get("page", "none") == "none"
    assert cache.get_many(["page"]) == {}
    assert "not ours" in caplog.text
    assert config_cache._silent_until == 0.0  # the cache is asked again at once
