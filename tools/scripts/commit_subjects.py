"""Checks what commits are called: ``area: Imperative verb and object``.

``make setup`` installs it as the hook ``commit-msg``. Continuous integration runs it without
arguments over all commits since the rule exists.
"""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LONGEST = 72
SHAPE = re.compile(r"(?P<area>[a-z][a-z0-9_. /-]*): (?P<verb>[A-Z][A-Za-z-]*) \S")
NO_VERBS = {
    "A", "All", "An", "And", "Each", "Every", "For", "From", "How", "If", "In", "It", "New", "No",
    "Not", "Now", "Of", "On", "One", "Some", "That", "The", "These", "This", "Two", "Three", "We",
    "What", "When", "Where", "Which", "Who", "Whoever", "Whose", "Why", "With",
}  # fmt: skip
THIRD_PERSON = re.compile(r"(?:[^su]s|ed|ing)$")
"""How a word ends that is no command: *adds*, *added*, *adding*; not *pass* or *focus*."""
COMMANDS = {
    "Bring",
    "Embed",
    "Exceed",
    "Feed",
    "Need",
    "Proceed",
    "Seed",
    "Shed",
    "Speed",
    "String",
}
MADE_BY_GIT = ("Merge ", "Revert ", "fixup! ", "squash! ", "amend! ")


def problem(subject: str) -> str | None:
    """Return what is wrong with a subject as a sentence, or None."""
    if subject.startswith(MADE_BY_GIT):
        return None
    if len(subject) > LONGEST:
        return f"It has {len(subject)} characters, {LONGEST} are allowed."
    if ";" in subject:
        return "It has a semicolon. Make two commits."
    if subject.endswith("."):
        return "It ends with a full stop."
    if shape := SHAPE.match(subject):
        return _not_a_command(shape["verb"])
    return "Write it as “area: Imperative verb and object”, like “cart: Show the delivery date”."


def _not_a_command(verb: str) -> str | None:
    if verb in NO_VERBS or (THIRD_PERSON.search(verb) and verb not in COMMANDS):
        return f"“{verb}” is no command. It has to complete “If applied, this commit will …”."
    return None


def problems_since_the_rule() -> list[str]:
    """Return a sentence for each commit since this file exists whose subject is wrong."""
    own = str(Path(__file__).relative_to(ROOT))
    begun = _git("log", "--diff-filter=A", "--format=%H", "--", own).split()
    if not begun:  # a copy without history, or not committed yet
        return []
    lines = _git("log", "--format=%h %s", f"{begun[-1]}..HEAD").splitlines()
    commits = [line.partition(" ") for line in lines]
    return [f"{name} {said}: {wrong}" for name, _, said in commits if (wrong := problem(said))]


def _git(*arguments: str) -> str:
    command = ["git", *arguments]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return ran.stdout


def main(arguments: list[str]) -> int:
    """Check the message in the file that git hands to the hook, or all commits."""
    if arguments:
        lines = Path(arguments[0]).read_text("utf-8").splitlines()
        wrong = problem(lines[0] if lines else "")
        found = [f"{lines[0] if lines else 'No subject'}: {wrong}"] if wrong else []
    else:
        found = problems_since_the_rule()
    sys.stderr.write("".join(f"{sentence}\n" for sentence in found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
