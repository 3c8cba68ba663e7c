"""What mails promise is said there, and the page at which it is kept exists."""

import re
from importlib import import_module
from pathlib import Path

from shop.core.mail.notifications import PROMISES
from tests.sample.test_promises_kept import addresses

MAILS = Path(__file__).parents[2] / "templates" / "mail"
ROOT = MAILS.parents[1]
INCLUDED = re.compile(r'{% (?:include|extends) "mail/([\w-]+)\.txt"')
DECLARED = re.compile(r"^@(?:notification|to_members)\(", re.MULTILINE)
for file in [*ROOT.glob("shop/**/*.py"), *ROOT.glob("cms/**/*.py")]:
    if DECLARED.search(file.read_text(encoding="utf-8")):
        import_module(".".join(file.relative_to(ROOT).with_suffix("").parts))


def template(key: str) -> str:
    return (MAILS / f"{key}.txt").read_text(encoding="utf-8")


def said(key: str) -> str:
    """Return the English words of a mail, and of what it includes, on one line."""
    text = template(key).replace("{% translate ", "")
    plain = " ".join(re.sub(r"{[%{].*?[}%]}", " ", text).split())
    return " ".join([plain, *map(said, INCLUDED.findall(template(key)))])


def test_each_promise_of_a_mail_is_said_and_has_a_page():
    pages = addresses() | {""}

    words = {id(promises): "" for promises in PROMISES.values()}
    for key, promises in PROMISES.items():
        words[id(promises)] += said(key)
    wrong = [
        (key, sentence)
        for key, promises in PROMISES.items()
        for sentence, page in promises.items()
        if sentence not in words[id(promises)] or page not in pages
    ]

    assert len(PROMISES) > 80
    assert wrong == []


def test_each_mail_is_declared():
    parts = {name for file in MAILS.glob("*.txt") for name in INCLUDED.findall(template(file.stem))}

    assert set(PROMISES) | parts == {file.stem for file in MAILS.glob("*.txt")}
