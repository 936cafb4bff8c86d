"""The program's own commands, run as a stranger would run them."""
import json
import shlex
import subprocess
import sys
import tempfile

from project import INTEROP, command, examples, load, message_folders, program

JSONSCHEMA_PAIRS = 20_000


def schemas_are_fresh():
    done = command("schema", "generate", "--check")
    assert done.returncode == 0, (done.stdout + done.stderr).strip()


def every_type_is_listed():
    done = command("schema", "list", "--json")
    assert done.returncode == 0, done.stderr.strip()
    listed = {entry["type"] for entry in json.loads(done.stdout)}
    expected = {load(folder / "message.json")["type"] for folder in message_folders()}
    assert listed == expected, f"differ: {sorted(listed ^ expected)}"


def check_accepts_and_refuses():
    valid = [str(path) for ending in ("json", "xml") for path in examples(f".valid.{ending}")
             if "/messages/" in str(path)]
    done = command("schema", "check", *valid)
    assert done.returncode == 0, done.stdout[-600:] + done.stderr[-200:]
    invalid = [str(path) for ending in ("json", "xml") for path in examples(f".invalid.{ending}")]
    done = command("schema", "check", "--json", *invalid)
    assert done.returncode == 1, f"exit {done.returncode}"
    verdicts = [json.loads(line) for line in done.stdout.splitlines()]
    assert [each["file"] for each in verdicts] == invalid, "not one line a file"
    accepted = [each["file"] for each in verdicts if each["valid"]]
    assert not accepted, f"accepted: {accepted}"


def differential():
    done = subprocess.run(
        [sys.executable, str(INTEROP / "jsonschema_differential.py"), "--pairs",
         str(JSONSCHEMA_PAIRS), "--command", shlex.quote(program()) + " schema differential"],
        capture_output=True, text=True, timeout=900,
    )
    assert done.returncode == 0, (done.stdout[-600:] + done.stderr[-300:]).strip()


def story_ends_well():
    with tempfile.TemporaryDirectory(prefix="gatehouse-once-") as folder:
        done = command("sandbox", "--once", "--port", "0", "--directory", folder, timeout=180)
    assert done.returncode == 0, f"exit {done.returncode}: {done.stderr[-600:]}"


def wrong_use_is_usage():
    assert command("no-such-noun").returncode == 2, "an unknown noun does not exit with 2"
    assert command("schema", "check", "/no/such/file").returncode == 3, "a missing file: not 3"


def cases(_):
    yield "command: schema generate finds nothing stale", schemas_are_fresh
    yield "command: schema list names every message type", every_type_is_listed
    yield "command: schema check accepts and refuses the examples", check_accepts_and_refuses
    yield f"jsonschema: agrees with ours on {JSONSCHEMA_PAIRS} random pairs", differential
    yield "command: sandbox --once exits with 0", story_ends_well
    yield "command: exit codes of wrong use", wrong_use_is_usage
