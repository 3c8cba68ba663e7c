"""The long property tests: they run only where HYPOTHESIS_PROFILE is ``fuzz``."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

IS_ASKED_FOR = os.environ.get("HYPOTHESIS_PROFILE") == "fuzz"

settings.register_profile("fuzz", parent=settings.get_profile("ours"), max_examples=10_000)
if IS_ASKED_FOR:
    settings.load_profile("fuzz")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the long tests out of ordinary runs."""
    if IS_ASKED_FOR:
        return
    here = Path(__file__).parent
    long = [item for item in items if here in item.path.parents]
    config.hook.pytest_deselected(items=long)
    items[:] = [item for item in items if item not in long]
