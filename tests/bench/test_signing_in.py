"""The harness signs people in as the desks ask for it: with a second step in the session."""

import io
import json

import pytest

from tests import make
from tests.budgets import statements
from tests.cms.dashboard.people import grant
from tools.bench import desks
from tools.bench.choosing import Choice
from tools.bench.management.commands.sign_in_bench import Command

pytestmark = pytest.mark.django_db


@pytest.fixture
def requests(settings):
    """Return the requests for all lists, of people who took the second step."""
    settings.ORGANIZERS_NEED_MFA = True
    grant("organizer")
    for n in range(60):
        make.product(of=make.merchant(name=f"Mawu crafts {n}"), title=f"Coffee {n}")
    said = io.StringIO()
    Command(stdout=said).handle()
    people = desks.SignedIn(**json.loads(said.getvalue()))
    return list(desks.requests(people, Choice(1, [], ["mawu-crafts"], "", "KE", [], 1, None)))


def test_whoever_the_harness_signs_in_sees_all_lists_of_the_desks(client, requests):
    for name, (request,) in requests:
        client.cookies.load(request.cookie)
        assert client.get(request.path).status_code == 200, name


def test_a_list_takes_eight_statements_at_the_most_all_told(client, requests):
    for _name, (request,) in requests:
        client.cookies.load(request.cookie)
        client.get(request.path)
        with statements(most=8):
            client.get(request.path)
