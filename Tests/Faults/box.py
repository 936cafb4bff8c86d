"""A gateway in a folder of its own: started, killed, asked to stop, looked into.

Made as a copy of one sandbox folder. Never ends a process that it did not start.
"""
import asyncio
import json
import os
import shutil
import signal
import sqlite3
import ssl
import subprocess
import time
from pathlib import Path

from project import SCHEMAS, TOP, program

FEW_TYPES = [
    "medical-referral", "fifteen-day-absence-notification", "referral-acknowledgement",
    "triage-outcome", "medical-evidence-request", "delivery-report", "opaque-transfer",
]
START_SECONDS = 90
STOP_SECONDS = 90
SCHOOLS = ["4321", "7021", "6021", "4322", "851-4551", "851-9901", "852-4651"]
SERVICES = {"850": "iss", "851": "851-iss", "852": "852-iss"}


def urn_of(party):
    """The URN of a sandbox party's folder."""
    authority, _, slug = party.rpartition("-") if party[:3] in ("851", "852") else ("", "", party)
    return f"urn:gatehouse:{authority or '850'}:{slug}"


def service_of(school):
    """The Inclusion Support Service that a school's messages go to."""
    return SERVICES[urn_of(school).split(":")[2]]


class Template:
    """A sandbox folder that every box is a copy of, and its few schemas, for a quick start."""

    def __init__(self, scratch):
        self.schemas = scratch / "schemas"
        (self.schemas / "messages").mkdir(parents=True)
        messages = [f"messages/{name}" for name in FEW_TYPES]
        for part in ["vocabulary.json", "common", "envelope", *messages]:
            source, target = SCHEMAS / part, self.schemas / part
            shutil.copytree(source, target) if source.is_dir() else shutil.copy(source, target)
        self.folder = scratch / "template"
        done = subprocess.run(
            [program(), "sandbox", "--directory", str(self.folder), "--port", "0", "--schemas",
             str(self.schemas), "--once"],
            cwd=TOP, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, f"the sandbox failed: {done.stderr[-2000:]}"
        shutil.rmtree(self.folder / "data" / "attachments" / "partial", ignore_errors=True)


class Box:
    """One gateway's folder and, while it runs, its process."""

    def __init__(self, template, folder):
        """`template` is None for a folder that is one already, as on a disk put back."""
        self.folder = Path(folder)
        self.config = self.folder / "gatehouse.json"
        if template is not None:
            shutil.copytree(template.folder, self.folder, dirs_exist_ok=True)
            self.settings(lambda settings: settings.update(schemas=str(template.schemas)))
        self.process = self.port = self.admin = None
        self.starts = []
        self.contexts = {}

    def settings(self, change):
        """Changes the settings file."""
        settings = json.loads(self.config.read_text())
        change(settings)
        self.config.write_text(json.dumps(settings))

    def tls(self, party):
        """The TLS context of a party, whose session tickets it keeps to itself."""
        if party not in self.contexts:
            context = ssl.create_default_context(cafile=self.folder / "ca.pem")
            place = self.folder / "parties" / party
            context.load_cert_chain(place / "certificate.pem", place / "key.pem")
            self.contexts[party] = context
        return self.contexts[party]

    async def start(self, environment=None, wrap=(), must=True):
        """Starts it and waits until it listens; False when it ends before (and may: not `must`).

        Seconds from the start to listening are added to `starts`.
        """
        assert self.process is None, "it runs already"
        began = time.monotonic()
        self.talk_path = self.folder / f"talk-{len(self.starts)}-{time.monotonic_ns()}.txt"
        with open(self.talk_path, "wb") as talk:
            self.process = subprocess.Popen(
                [*wrap, program(), "serve", "--config", str(self.config)], cwd=TOP,
                stdin=subprocess.DEVNULL, stdout=talk, stderr=talk,
                env={**os.environ, **(environment or {})})
        self.port = None
        while time.monotonic() - began < START_SECONDS:
            self.port = self.listening()
            if self.port or self.process.poll() is not None:
                break
            await asyncio.sleep(0.01)
        if self.port is None:
            code = self.process.poll()
            assert not must, f"it did not start ({code}): {self.talk()[-1500:]}"
            if code is None:
                await self.kill()
            self.process = None
            return False
        self.starts.append(time.monotonic() - began)
        return True

    def listening(self):
        for line in self.talk().split("\n"):
            if "gateway.started" in line:
                try:
                    return int(json.loads(line)["port"])
                except (ValueError, KeyError):
                    return None
        return None

    def talk(self):
        """What this start of it has said."""
        return self.talk_path.read_text(errors="replace")

    @property
    def is_running(self):
        return self.process is not None and self.process.poll() is None

    async def kill(self):
        """kill -9: what a crash of the process leaves."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        await self.ended()

    async def stop(self):
        """SIGTERM; raises when it does not end with 0."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        code = await self.ended()
        assert code == 0, f"it ended with {code} at SIGTERM: {self.talk()[-1500:]}"

    async def ended(self, seconds=STOP_SECONDS):
        """Waits for its end; gives the exit code, negative for a signal."""
        end = time.monotonic() + seconds
        while self.process.poll() is None:
            if time.monotonic() > end:
                self.process.kill()
                self.process.wait()
                raise AssertionError(f"not ended in {seconds} s: {self.talk()[-1500:]}")
            await asyncio.sleep(0.01)
        code, self.process = self.process.returncode, None
        return code

    def end(self):
        """For whatever happened: leaves no process behind."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def memory(self):
        """Resident bytes of the process."""
        for line in Path(f"/proc/{self.process.pid}/status").read_text().split("\n"):
            if line.startswith("VmRSS"):
                return int(line.split()[1]) * 1024
        return 0

    def verify(self):
        """`gatehouse log verify`: the exit code and what it said."""
        done = subprocess.run(
            [program(), "log", "verify", "--config", str(self.config)], cwd=TOP,
            capture_output=True, text=True, timeout=300)
        return done.returncode, (done.stdout + done.stderr)[-1500:]

    def database(self):
        """A connection to the database, for looking and for planting faults."""
        return sqlite3.connect(self.folder / "data" / "gatehouse.sqlite")
