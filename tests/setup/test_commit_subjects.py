"""Subjects of commits are commands that fit on a line."""

import subprocess
import sys

import pytest

from tools.scripts.commit_subjects import ROOT, problem


@pytest.mark.parametrize(
    "subject",
    [
        "cart: Show the delivery date",
        "money_tasks: Pass over closed ones",
        "docs: Bring the tables up to date",
        "Merge branch 'main' of ../shop",
    ],
)
def test_a_command_is_a_subject(subject):
    assert problem(subject) is None


@pytest.mark.parametrize(
    ("subject", "why"),
    [
        ("wip", "area: Imperative"),
        ("Show the delivery date", "area: Imperative"),
        ("cart: show the delivery date", "area: Imperative"),
        ("cart: Shows the delivery date", "no command"),
        ("cart: Added the delivery date", "no command"),
        ("cart: The delivery date is shown", "no command"),
        ("cart: Show the delivery date.", "full stop"),
        ("cart: Show the date; count again", "semicolon"),
        (f"cart: Show {'x' * 70}", "characters"),
    ],
)
def test_what_is_no_command_is_refused_with_a_reason(subject, why):
    assert why in problem(subject)


def test_the_hook_refuses_a_message(tmp_path):
    message = tmp_path / "message"
    message.write_text("cart: Fixed it\n\nBody\n")

    command = [sys.executable, ROOT / "tools/scripts/commit_subjects.py", message]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)

    assert ran.returncode == 1
    assert "cart: Fixed it" in ran.stderr
