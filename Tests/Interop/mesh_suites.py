"""NHS England's own tests of its client, from the client's source distribution on PyPI, run
against a gateway of ours whose mailboxes are those that the tests name.

The source distribution is fetched and checked by its digest; nothing of it is kept.
"""
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tarfile
import tempfile
import time
from hashlib import sha256
from pathlib import Path

from project import INTEROP, TOP, Skipped, program

VERSION = "5.0.2"
DIGEST = "b0ad1f2bc161ed3acfedfd7bc9b59de34d3cf3f688df8b7fd4eb0c4223bf917e"
MAILBOXES = {
    "ALICE": ("850-4321", "urn:gatehouse:850:4321", "TESTMB1", "X26"),
    "BOB": ("850-4322", "urn:gatehouse:850:4322", "TESTMB2", "X26"),
    "BARRY": ("850-1101", "urn:gatehouse:850:1101", "TESTMB3", "X27"),
}
START_SECONDS = 60
# The suites that are not run, each with its reason.
LEFT_OUT = {
    "mesh_endpoint_connectivity_tests.py": "asks the endpoints of the NHS, not ours",
    "mesh_retry_send_chunk_tests.py": "runs a server of its own; our case on retries is ours",
    "mesh_noretry_send_chunk_tests.py": "runs a server of its own",
    "io_helpers_tests.py": "tests the client's streams, no server",
    "ssl_context_adapter_tests.py": "tests the client's TLS context, no server",
    "NHSDigital/mesh-sandbox src/mesh_sandbox/tests": (
        "is no package, and calls its own application in process (FastAPI TestClient, file and "
        "canned stores); the calls that it makes are cases here and in Tests/GatewayTests/Mesh"),
}


class Gateway:
    """A gateway with the mailboxes of NHS England's tests, stopped at the end."""

    def __init__(self, folder, sandbox):
        self.folder, self.sandbox, self.process = Path(folder), sandbox, None

    def __enter__(self):
        box = self.folder / "box"
        done = subprocess.run(
            [program(), "sandbox", "--once", "--port", "0", "--directory", str(box)], cwd=TOP,
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=180)
        assert done.returncode == 0, done.stderr[-300:]
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        settings = json.loads((box / "gatehouse.json").read_text())
        settings["listen"]["port"] = self.port
        settings["admin"] = None
        settings["mesh"] = {
            "secrets": "suite.secrets.json",
            "mailboxes": [
                {"mailbox": name, "party": urn, "name": title, "ods": ods}
                for name, (_, urn, title, ods) in MAILBOXES.items()
            ],
            "workflows": [],
            "opaque": [
                {"workflow": "RESTRICTED_WORKFLOW", "senders": ["ALICE"], "receivers": ["BOB"],
                 "purpose": "healthcare-in-school"},
                {"workflow": "*", "senders": ["*"], "receivers": ["*"],
                 "purpose": "healthcare-in-school"},
            ],
        }
        (box / "suite.json").write_text(json.dumps(settings))
        secrets = {"sharedKey": "TestKey", "mailboxes": dict.fromkeys(MAILBOXES, "password")}
        path = box / "suite.secrets.json"
        path.touch(0o600)
        path.write_text(json.dumps(secrets))
        log = open(self.folder / "suite.log", "wb")
        self.process = subprocess.Popen(
            [program(), "serve", "--config", str(box / "suite.json")], cwd=TOP,
            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        end = time.monotonic() + START_SECONDS
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return self
            except OSError:
                assert self.process.poll() is None, (self.folder / "suite.log").read_text()[-300:]
                assert time.monotonic() < end, "the gateway does not listen"
                time.sleep(0.1)

    def __exit__(self, *_):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()

    def describe(self):
        """What mesh_suite_plugin.py needs to know."""
        box = self.folder / "box"
        parties = {each["urn"]: each for each in
                   json.loads((box / "sandbox.json").read_text())["parties"]}
        return json.dumps({
            "url": f"https://localhost:{self.port}", "ca": str(box / "ca.pem"),
            "certificates": {
                name: [str(box / parties[urn]["certificate"]), str(box / parties[urn]["key"])]
                for name, (_, urn, _, _) in MAILBOXES.items()
            },
        })


def fetch(folder):
    """The tests of the source distribution, in a folder of their own."""
    done = subprocess.run(
        [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:",
         "--disable-pip-version-check", "--dest", folder, f"mesh-client=={VERSION}"],
        capture_output=True, text=True, timeout=300)
    found = list(Path(folder).glob("mesh[_-]client-*.tar.gz"))
    if done.returncode != 0 or not found:
        raise Skipped("the source distribution of mesh-client cannot be fetched here")
    assert sha256(found[0].read_bytes()).hexdigest() == DIGEST, "another source distribution"
    with tarfile.open(found[0]) as archive:
        for member in archive.getmembers():
            parts = Path(member.name).parts
            if len(parts) == 3 and parts[1] == "tests" and member.isfile():
                target = Path(folder) / "suite" / "tests" / parts[2]
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(archive.extractfile(member).read())
    return Path(folder) / "suite"


def client_suite(sandbox):
    folder = tempfile.mkdtemp(prefix="gatehouse-mesh-")
    try:
        suite = fetch(folder)
        with Gateway(folder, sandbox) as gateway:
            environment = {
                name: value for name, value in os.environ.items() if name != "REQUESTS_CA_BUNDLE"}
            environment.update(PYTHONPATH=str(INTEROP), GATEHOUSE_MESH_SUITE=gateway.describe())
            done = subprocess.run(
                [sys.executable, "-m", "pytest", "-q", "-p", "mesh_suite_plugin", "-p",
                 "no:cacheprovider", "-rfE", "tests/mesh_sandbox_tests.py"],
                cwd=suite, env=environment, capture_output=True, text=True, timeout=300)
        summary = re.search(r"(\d+) passed", done.stdout)
        assert done.returncode == 0 and summary, done.stdout[-1500:] + done.stderr[-300:]
        assert int(summary.group(1)) >= 24, done.stdout[-200:]
        assert "skipped" not in done.stdout.splitlines()[-1], done.stdout[-300:]
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def skip(reason):
    raise Skipped(reason)


def cases(sandbox):
    yield (f"mesh: NHS England's tests of mesh-client {VERSION} (mesh_sandbox_tests.py)",
           lambda: client_suite(sandbox))
    for name, reason in LEFT_OUT.items():
        yield f"mesh: {name}", lambda reason=reason: skip(reason)
