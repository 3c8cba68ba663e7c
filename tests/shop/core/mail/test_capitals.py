"""Sentences of mails begin with a capital letter, after the greeting too, in every language."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.utils.translation import gettext, override

TEMPLATES = Path(settings.BASE_DIR) / "templates" / "mail"
TEXT = re.compile(
    r"{% blocktranslate\b[^%]*%}(.*?){% endblocktranslate %}|{% translate \"(.*?)\"", re.DOTALL
)


def texts():
    """Return the message of each text of a mail."""
    for file in TEMPLATES.iterdir():
        for block, plain in TEXT.findall(file.read_text("utf-8")):
            yield re.sub(r"{{ (\w+) }}", r"%(\1)s", block) or plain


@pytest.mark.parametrize("language", [code for code, _ in settings.LANGUAGES])
def test_each_text_of_a_mail_begins_with_a_capital(language):
    with override(language):
        written = {gettext(message) for message in texts()}

    assert len(written) > 300
    assert [text for text in written if text[:1].islower()] == []
