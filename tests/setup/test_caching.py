"""A cache that accepts and stays silent makes pages slower once, and breaks none."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

from config import cache as config_cache
from config.cache import ForgivingCache
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
