"""Which browser and system somebody uses, in words."""

from __future__ import annotations

from django.utils.translation import gettext

BROWSERS = {
    "Edg": "Edge",
    "OPR": "Opera",
    "SamsungBrowser": "Samsung Internet",
    "Firefox": "Firefox",
    "FxiOS": "Firefox",
    "Chrome": "Chrome",
    "CriOS": "Chrome",
    "Safari": "Safari",
}
SYSTEMS = {
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Windows": "Windows",
    "Mac OS X": "macOS",
    "CrOS": "ChromeOS",
    "Linux": "Linux",
}


def device_of(agent: str) -> str:
    """Return the browser and system that a user agent names, like "Firefox on Android"."""
    # Only names that we know are repeated: the rest is whatever a stranger cares to send.
    browser = next((name for mark, name in BROWSERS.items() if mark in agent), None)
    system = next((name for mark, name in SYSTEMS.items() if mark in agent), None)
    if not browser or not system:
        return gettext("an unknown device")
    return gettext("%(browser)s on %(system)s") % {"browser": browser, "system": system}
