"""Words of the search as organizers keep them, and what shoppers find by them."""

from django.test import Client

from shop.festivals.models import ChangeLog
from shop.storefront.listings.models import Meaning, Synonym
from shop.storefront.listings.search_index import count_words
from shop.storefront.listings.words import every_word, words
from tests import make
from tests.make import NOON
from tests.shop.storefront.shelf import listed

MEANINGS, SYNONYMS = "/organize/desk_meanings/", "/organize/desk_synonyms/"


def thing(title, **facts):
    country = facts.pop("country", "KE")
    made = make.product(of=make.merchant(country=country), title=title, **facts)
    make.variant(of=made)
    make.listed(made)
    count_words(at=NOON)
    return made


def meaning(phrase="gift", targets=("tag:gift",), **facts):
    facts = {"language": "en", "kind": "wish"} | facts
    return Meaning.objects.create(
        phrase=phrase, folded=" ".join(every_word(phrase)), targets=list(targets), **facts
    )


def group(name, *terms, **facts):
    return [
        Synonym.objects.create(
            group=name, term=term, folded=" ".join(words(term)), language="en", **facts
        )
        for term in terms
    ]


def typed(**facts):
    return {"phrase": "Mbeya", "language": "en", "kind": "place", "targets": "country:TZ",
            "note": ""} | facts  # fmt: skip


def named(**facts):
    return {"term": "gele", "other": "head wrap", "language": "yo"} | facts


def found(text):
    return listed(words=text, sort="best")


def page_of(text):
    return Client().get("/products/", {"q": text}).text


def log_of(subject):
    rows = ChangeLog.objects.filter(subject=subject).order_by("pk")
    return [(row.action, row.by.email if row.by else "") for row in rows]
