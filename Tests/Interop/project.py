"""Where the project's things are: the program, the schemas, the examples and their expected issues.

Never reads an XML payload through anything but Python's expat, on files of our own.
"""
import json
import os
import subprocess
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
SCHEMAS = TOP / "schemas"
INTEROP = Path(__file__).resolve().parent
JSON_TYPE = "application/cloudevents+json"
XML_TYPE = "application/cloudevents+xml"


class Skipped(Exception):
    """A case that cannot run on this machine, with the reason: told by name, never in silence."""


def program():
    """The path of the gatehouse program."""
    path = Path(os.environ.get("GATEHOUSE") or TOP / ".build/debug/gatehouse").resolve()
    assert path.is_file(), f"{path} is not there: run `make interop`, or set GATEHOUSE"
    return str(path)


def command(*arguments, timeout=600):
    """Runs gatehouse in the project's folder; returns the completed process."""
    return subprocess.run(
        [program(), *arguments], cwd=TOP, capture_output=True, text=True, timeout=timeout
    )


def relative(path):
    return str(Path(path).relative_to(TOP))


def load(path):
    return json.loads(Path(path).read_text(encoding="utf-8"))


def message_folders():
    """schemas/messages/<slug>/v<N>, each holding a message.json."""
    return sorted(path.parent for path in SCHEMAS.glob("messages/*/v*/message.json"))


def examples(ending, folder=None):
    """The examples of a message type (or of all, and of the envelope) whose name ends so."""
    folders = [folder] if folder else [*message_folders(), SCHEMAS / "envelope/v1"]
    return sorted(path for each in folders for path in each.glob(f"examples/*{ending}"))


def issues_of(example):
    """The issues expected of an invalid example: a list of {place, rule}."""
    return load(f"{example}.issues.json")
