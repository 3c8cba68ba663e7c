"""No example of a backup lets it lie in the clear."""

from configparser import ConfigParser
from pathlib import Path

import pytest

DEPLOY = Path(__file__).parents[2] / "deploy"
EXAMPLES = sorted(DEPLOY.rglob("pgbackrest.conf"))


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: str(file.relative_to(DEPLOY)))
def test_each_repository_of_a_backup_has_a_cipher(file):
    read = ConfigParser()
    read.read_string(file.read_text(encoding="utf-8"))

    told = read["global"]

    repositories = {name.partition("-")[0] for name in told if name.startswith("repo")}
    assert repositories
    for name in repositories:
        assert told[f"{name}-cipher-type"] == "aes-256-cbc"
        assert f"{name}-cipher-pass" in told


def test_there_are_examples_to_look_at():
    assert len(EXAMPLES) >= 2
