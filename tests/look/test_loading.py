"""Every template can be read: each tag that it uses is known to it."""

from pathlib import Path

import pytest
from django.conf import settings
from django.template import engines

FOLDER = Path(settings.BASE_DIR) / "templates"
NAMES = sorted(
    str(path.relative_to(FOLDER))
    for path in FOLDER.rglob("*.*")
    if path.suffix in (".html", ".txt", ".xml")
)


@pytest.mark.parametrize("name", NAMES)
def test_a_template_can_be_read(name):
    assert engines["django"].engine.get_template(name)
