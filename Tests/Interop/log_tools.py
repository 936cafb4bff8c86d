"""The log judged by two programs of others: a verifier and a witness of C2SP logs.

They need Python 3.12 or later, which may be another than ours: looked for, and put into an
environment of its own. Without one the cases are skipped and say so.
"""
import hashlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from project import TOP, Skipped, command

PACKAGES = ["aics-tlog==0.2.1", "aics-witness==0.1.0"]


def interpreter():
    """A Python of 3.12 or later; GATEHOUSE_PYTHON may name one."""
    names = [os.environ.get("GATEHOUSE_PYTHON"), sys.executable]
    names += [shutil.which(f"python3.{minor}") for minor in range(20, 11, -1)]
    versions = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    names += [str(path) for path in sorted(versions.glob("3.*/bin/python3"), reverse=True)]
    probe = "import sys; sys.exit(sys.version_info < (3, 12))"
    for name in filter(None, names):
        done = subprocess.run([name, "-c", probe], capture_output=True)
        if done.returncode == 0:
            return name
    raise Skipped("no Python 3.12 or later here; set GATEHOUSE_PYTHON to one")


def tool(name):
    """The path of a program of the two packages, installed when it is not there."""
    folder = TOP / ".venv/log-tools"
    program = folder / "bin" / name
    if not program.is_file():
        subprocess.run([interpreter(), "-m", "venv", str(folder)], check=True)
        pip = [str(folder / "bin/python"), "-m", "pip", "install", "--quiet",
               "--disable-pip-version-check", *PACKAGES]
        done = subprocess.run(pip, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr[-400:]
    return str(program)


def run(name, *arguments):
    return subprocess.run([tool(name), *arguments], capture_output=True, text=True, timeout=120)


class ExportedLog:
    """The sandbox's log as a folder of tiles, and a smaller checkpoint of the same log."""

    def __init__(self, sandbox):
        self.sandbox = sandbox
        self.config = sandbox.path("gatehouse.json")
        self.vkey_file = sandbox.path("log.vkey")
        self.vkey = Path(self.vkey_file).read_text().strip()
        self.folder = Path(tempfile.mkdtemp(prefix="gatehouse-tiles-"))
        self.tiles = self.folder / "new"
        for name in ["old", "new"]:
            done = command("log", "export", "--config", self.config, "--tiles",
                           str(self.folder / name))
            assert done.returncode == 0, done.stderr[-400:]
        note = (self.tiles / "checkpoint").read_text()
        self.origin, size = note.split("\n")[:2]
        self.size = int(size)
        self.old_size = int((self.folder / "old/checkpoint").read_text().split("\n")[1])
        assert self.old_size < self.size, "exporting left no leaf"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder, ignore_errors=True)

    def verify(self, what, *arguments):
        return run("aics-tlog", what, "--vkey-file", self.vkey_file, "--origin", self.origin,
                   "--tiles", str(self.tiles), *arguments)

    def entry(self, index):
        """The bytes of an entry, from its bundle."""
        width = min(256, self.size - index // 256 * 256)
        name = f"tile/entries/{index // 256:03d}" + ("" if width == 256 else f".p/{width}")
        rest = (self.tiles / name).read_bytes()
        for _ in range(index % 256):
            rest = rest[2 + int.from_bytes(rest[:2], "big"):]
        return rest[2:2 + int.from_bytes(rest[:2], "big")]


def accepted(done):
    assert done.returncode == 0, (done.stdout + done.stderr)[-400:]


def refused(done, what):
    assert done.returncode != 0, f"{what} was accepted: {done.stdout[-200:]}"


def verifier_accepts(sandbox):
    with ExportedLog(sandbox) as log:
        accepted(log.verify("verify-checkpoint"))
        for index in {0, 1, log.size // 2, log.size - 1}:
            entry = log.folder / "entry"
            entry.write_bytes(log.entry(index))
            accepted(log.verify("verify-inclusion", "--index", str(index), "--leaf", str(entry)))
        accepted(log.verify("verify-consistency", "--old-checkpoint",
                            str(log.folder / "old/checkpoint")))


def verifier_refuses(sandbox):
    with ExportedLog(sandbox) as log:
        leaf = log.folder / "entry"
        leaf.write_bytes(log.entry(1))
        include = ["verify-inclusion", "--leaf", str(leaf), "--index"]
        accepted(log.verify(*include, "1"))
        refused(log.verify(*include, "0"), "an entry of another place")
        for path in sorted(path for path in log.tiles.rglob("*") if path.is_file()):
            place = path.relative_to(log.tiles).parts
            if place[:2] == ("tile", "0") and place[2:] != ("000",) and len(place) == 3:
                continue  # A full tile beside the way: the proof reads its hash a level up.
            good = path.read_bytes()
            # A hash or byte at the place of leaf 1, which the proof goes through.
            place = 40 if "entries" not in str(path) else len(good) - 1
            path.write_bytes(good[:place] + bytes([good[place] ^ 1]) + good[place + 1:])
            if path.name == "checkpoint":
                refused(log.verify("verify-checkpoint"), "an altered checkpoint")
            if "entries" not in str(path):
                refused(log.verify(*include, "1"), f"an altered {path.relative_to(log.tiles)}")
            path.write_bytes(good)
        leaf.write_bytes(leaf.read_bytes()[:-1] + b" ")
        refused(log.verify(*include, "1"), "an altered entry")
        other = log.folder / "other.vkey"
        other.write_text("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW\n")
        refused(run("aics-tlog", "verify-checkpoint", "--vkey-file", str(other), "--tiles",
                    str(log.tiles)), "another log's key")


class Witness:
    """The other program's witness, on a free port, for one log."""

    def __init__(self, log):
        self.folder = log.folder / "witness"
        self.folder.mkdir()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        config = ["--config", str(self.folder / "witness.json")]
        accepted(run("aics-witness", "init", *config, "--name", "witness.example/w1",
                     "--listen", f"127.0.0.1:{self.port}"))
        accepted(run("aics-witness", "add-log", *config, "--origin", log.origin,
                     "--vkey", log.vkey))
        status = run("aics-witness", "status", *config)
        accepted(status)
        words = status.stdout.replace('"', " ").replace(",", " ").split()
        self.vkey = next(word for word in words if word.startswith("witness.example/w1+"))
        self.process = subprocess.Popen([tool("aics-witness"), "serve", *config],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.1)
        raise AssertionError("the witness does not listen")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()

    def add(self, old, note):
        """The status and body of the answer to a checkpoint from size `old`, without a proof."""
        body = f"old {old}\n\n".encode() + note
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/add-checkpoint", body)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()


def witness_judges(sandbox):
    with ExportedLog(sandbox) as log, Witness(log) as witness:
        old = (log.folder / "old/checkpoint").read_bytes()
        new = (log.tiles / "checkpoint").read_bytes()
        status, answer = witness.add(0, old)
        assert status == 200, f"{status} {answer[:200]}"
        cosigned = log.folder / "cosigned"
        cosigned.write_bytes(old + answer)
        arguments = ["verify-checkpoint", "--note", str(cosigned), "--vkey-file", log.vkey_file,
                     "--witness-key", witness.vkey, "--quorum", "1"]
        accepted(run("aics-tlog", *arguments))
        status, answer = witness.add(0, new)
        assert (status, answer) == (409, f"{log.old_size}\n".encode()), f"{status} {answer}"
        assert witness.add(log.old_size, new)[0] == 422, "an extension without its proof"
        forged = bytearray(old)
        forged[-10] ^= 1
        assert witness.add(log.old_size, bytes(forged))[0] in (400, 403), "a forged signature"


def witness_cosigns_a_running_gateway(sandbox):
    """A gateway of ours has its log cosigned by the other program, over HTTP."""
    from project import program
    with ExportedLog(sandbox) as log, Witness(log) as witness:
        box = Path(log.config).parent
        copy = log.folder / "box"
        shutil.copytree(box, copy, ignore=shutil.ignore_patterns("data"))
        settings = json.loads((copy / "gatehouse.json").read_text())
        settings["log"] |= {"quorum": 1, "witnesses": [{
            "name": "w1", "url": f"http://127.0.0.1:{witness.port}", "vkey": witness.vkey}]}
        settings["listen"]["port"] = 0
        settings["data"] = str(copy / "data")
        config = copy / "gatehouse.json"
        config.write_text(json.dumps(settings))
        process = subprocess.Popen([program(), "serve", "--config", str(config)], cwd=TOP,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            for _ in range(300):
                assert process.poll() is None, "the gateway ended"
                done = command("log", "show", "--config", str(config), "--witnesses")
                if "1 of 1 needed" in done.stdout:
                    break
                time.sleep(0.2)
            else:
                raise AssertionError(f"never cosigned: {done.stdout} {done.stderr[-300:]}")
        finally:
            process.terminate()
            process.wait(60)
        name = hashlib.sha256(log.origin.encode()).hexdigest()
        done = command("log", "verify", "--config", str(config))
        assert done.returncode == 0, f"{name}: {done.stderr[-300:]}"


def cases(sandbox):
    yield "log: another's verifier accepts our tiles", lambda: verifier_accepts(sandbox)
    yield "log: another's verifier refuses each tampering", lambda: verifier_refuses(sandbox)
    yield "log: another's witness cosigns, and refuses", lambda: witness_judges(sandbox)
    yield ("log: another's witness cosigns a running gateway",
           lambda: witness_cosigns_a_running_gateway(sandbox))
