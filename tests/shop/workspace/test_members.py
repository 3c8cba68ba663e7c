"""The workspace is there for members of a merchant and for nobody else."""

import pytest

from tests import make

pytestmark = pytest.mark.django_db


def test_the_workspace_does_not_exist_for_those_without_a_merchant(client):
    client.force_login(make.user())

    assert client.get("/merchant/").status_code == 404


def test_a_member_finds_the_workspace_and_it_is_not_kept_by_anybody(client):
    client.force_login(make.member(make.merchant(name="Amani Kettles")))

    answer = client.get("/merchant/")

    assert answer.status_code == 200
    assert "no-store" in answer.headers["Cache-Control"]
