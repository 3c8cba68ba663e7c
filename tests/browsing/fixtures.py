"""Machinery of the tests that need a browser: one server and one browser for each process."""

from __future__ import annotations

import getpass
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from shop.money.payments.provider.stripe_gateway import gateway
from tests.browsing.server import Server, address_of, collect_statics, open_door
from tests.browsing.stage import Stage
from tests.browsing.watching import Watch
from tests.patience import IN_BROWSERS
from tools.sandbox.server import Options, start

# As root it runs without its own cage, and it should talk to nobody but the shop.
SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Each window prepares pages of its own for what is around a page, which takes longer than a page of
# the shop does. Nobody sees them.
AROUND = [
    "InitialWebUI",
    "PreloadTopChromeWebUI",
    "WebUILocationBar",
    "WebUIOmniboxAimPopup",
    "WebUIOmniboxPopup",
    "WebUIReloadButton",
]
# What Playwright turns off by the same switch, of which the last one counts.
OFF = [
    "AvoidCorsURLLoaderRestartOnRedirect",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "PreconnectToSearch",
    "ThirdPartyStoragePartitioning",
]
FEATURES = f"--disable-features={','.join(AROUND + OFF)}"
HEIGHTS = {390: 844, 1280: 900}
SCREENSHOTS = Path(tempfile.gettempdir(), f"baobab-screenshots-{getpass.getuser()}")
failed = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Remember that a test failed, for the screenshots."""
    report = yield
    if report.when == "call":
        item.stash[failed] = report.failed
    return report


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Start Chromium once."""
    # Playwright's loop lives in the thread of the test, where Django would refuse to ask the
    # database because of it. It stands still whenever the test runs.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        path = os.environ.get("CHROMIUM", "/usr/bin/chromium")
        expect.set_options(timeout=IN_BROWSERS)
        browser = playwright.chromium.launch(
            executable_path=path, args=[*SWITCHES, FEATURES], timeout=IN_BROWSERS
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def served(django_db_setup, django_db_blocker) -> Iterator[tuple[Server, Any]]:
    """Serve the test's database with the shop, and the provider that delivers to it."""
    door = open_door()
    webhook = f"{address_of(door)}/webhooks/stripe/"
    options = Options("sk_test_sandbox_tests", "whsec_sandbox_tests", webhook)
    provider = start(port=0, contract=True, options=options)
    collect_statics()
    with django_db_blocker.unblock():
        server = Server(door, stripe=provider.url)
    yield server, provider
    server.stop()
    provider.stop()


@pytest.fixture
def stage(transactional_db, served, settings) -> Iterator[Stage]:
    """Give an empty shop on the festival's third day, soon after noon."""
    server, provider = served
    settings.SITE_URL = server.url
    settings.STRIPE_BASE_URL = provider.url
    settings.MAILERS = {"default": {"BACKEND": "shop.core.mail.outbox.OutboxBackend"}}
    gateway.cache_clear()
    made = Stage(server, provider.sandbox)
    yield made
    made.leave()
    gateway.cache_clear()
    provider.sandbox.check_contract()
    log = server.news()
    if "Traceback" in log:
        pytest.fail(log, pytrace=False)


@pytest.fixture
def width() -> int:
    """Say how wide the window is, where a test does not."""
    return 1280


@pytest.fixture
def script() -> bool:
    """Say whether pages may run script, where a test does not."""
    return True


@pytest.fixture
def visitor(
    stage: Stage, chromium: Browser, request: pytest.FixtureRequest, width: int, script: bool
) -> Iterator[Callable[..., Page]]:
    """Give a way to let somebody in: each call opens a browser that knows nothing yet."""
    contexts = []

    def enter(**facts: Any) -> Page:
        context = chromium.new_context(
            base_url=stage.url,
            viewport={"width": width, "height": HEIGHTS[width]},
            java_script_enabled=script,
            reduced_motion="reduce",
            **facts,
        )
        context.set_default_timeout(IN_BROWSERS)
        contexts.append((context, Watch(context)))
        page = context.new_page()
        page.watch = contexts[-1][1]
        return page

    yield enter
    if request.node.stash.get(failed, False):
        _take_pictures([context for context, _ in contexts], request.node.name)
    for context, _ in contexts:
        context.close()
    if complaints := [complaint for _, watch in contexts for complaint in watch.complaints]:
        pytest.fail("\n".join(complaints), pytrace=False)


@pytest.fixture
def page(visitor: Callable[..., Page]) -> Page:
    """Give the first page of a visitor."""
    return visitor()


def _take_pictures(contexts: list[Any], name: str) -> None:
    SCREENSHOTS.mkdir(exist_ok=True)
    pages = [page for context in contexts for page in context.pages]
    for number, page in enumerate(pages, 1):
        place = SCREENSHOTS / f"{name.replace('/', '-')}-{number}.png"
        page.screenshot(path=place, full_page=True)
        print(f"{page.url}: see {place}")  # noqa: T201 (shown with the failure)
