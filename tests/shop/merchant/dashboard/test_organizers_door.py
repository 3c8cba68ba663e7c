"""The organizers' desk: behind the shop's own sign-in, and not there for anybody else."""

import pytest

from tests import make
from tests.cms.dashboard.people import organizer

pytestmark = pytest.mark.django_db
ADDRESSES = ["/organize/", "/organize/account/", "/organize/images/", "/organize/no-such-page/"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_guest_is_asked_to_sign_in_at_the_shop(client, address):
    answer = client.get(address, follow=True)

    assert answer.redirect_chain[-1][0].startswith("/account/login/?next=")
    assert answer.status_code == 200


@pytest.mark.parametrize("address", [*ADDRESSES, "/organize/login/"])
@pytest.mark.parametrize("who", ["shopper", "merchant"])
def test_for_everybody_else_there_is_no_such_page(client, address, who):
    client.force_login(make.user() if who == "shopper" else make.member(make.merchant()))

    answer = client.get(address, follow=True)

    assert answer.status_code == 404


def test_an_organizer_gets_in_and_changes_no_password_there(client):
    client.force_login(organizer())

    assert client.get("/organize/").status_code == 200
    assert client.get("/organize/login/").headers["Location"] == "/organize/"
    account = client.get("/organize/account/").text
    assert 'name="password-' not in account
    assert 'name="name_email-email"' not in account
