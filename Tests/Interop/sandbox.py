"""A running sandbox, started when the first check asks for it and stopped at the end.

Never ends a process that it did not start.
"""
import json
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from party import Party
from project import TOP, program

START_SECONDS = 120


class Sandbox:
    def __init__(self):
        self.process = self.folder = self.description = self.failure = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
        if self.folder:
            shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def about(self):
        """What sandbox.json says; starts the sandbox when it is not running yet."""
        if self.failure:
            raise AssertionError(self.failure)
        if self.description is None:
            try:
                self.start()
            except AssertionError as error:
                self.failure = str(error)
                raise
        return self.description

    def start(self):
        self.folder = Path(tempfile.mkdtemp(prefix="gatehouse-interop-"))
        with open(self.folder / "output.txt", "wb") as output:
            self.process = subprocess.Popen(
                [program(), "sandbox", "--directory", str(self.folder / "box"), "--port", "0"],
                cwd=TOP, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            )
        end = time.monotonic() + START_SECONDS
        ready = self.folder / "box/sandbox.json"
        while not ready.exists():
            code = self.process.poll()
            assert code is None, f"the sandbox ended with {code}: {self.last_words()}"
            assert time.monotonic() < end, f"no sandbox.json: {self.last_words()}"
            time.sleep(0.1)
        self.description = json.loads(ready.read_text())

    def last_words(self):
        text = (self.folder / "output.txt").read_text(errors="replace")
        return " / ".join(text.split("\n")[-6:])

    def path(self, name):
        """The path of a file that sandbox.json names."""
        self.about
        return str(self.folder / "box" / name)

    @property
    def port(self):
        return int(self.about["api"].rsplit(":", 1)[1])

    def party(self, urn):
        """A client that is this party."""
        for party in self.about["parties"]:
            if party["urn"] == urn:
                return Party(
                    self.port, self.path(self.about["ca"]), self.path(party["certificate"]),
                    self.path(party["key"]),
                )
        raise AssertionError(f"no party {urn} in sandbox.json")

    def stranger(self):
        """A client that trusts the CA and has no certificate."""
        return Party(self.port, self.path(self.about["ca"]))
