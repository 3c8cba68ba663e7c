"""The harness signs people in as the desks ask for it: with a second step in the session."""

import io
import json

import pytest

from bench import desks
from bench.choosing import Choice
from bench.management.commands.sign_in_bench import Command
from tests import make
from tests.organizing.people import grant

pytestmark = pytest.mark.django_db


def test_whoever_the_harness_signs_in_sees_all_lists_of_the_desks(client, settings):
    settings.ORGANIZERS_NEED_MFA = True
    grant("organizer")
    make.product(of=make.merchant(name="Mawu crafts"), title="Kettle")
    said = io.StringIO()

    Command(stdout=said).handle()

    people = desks.SignedIn(**json.loads(said.getvalue()))
    choice = Choice(1, [], ["mawu-crafts"], "", "KE", [], 1, None)
    for name, (request,) in desks.requests(people, choice):
        client.cookies.load(request.cookie)
        assert client.get(request.path).status_code == 200, name
