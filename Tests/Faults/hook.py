"""A party's endpoint: takes pushes over TLS, believes none without its signature, writes down what
it keeps before it answers, and answers badly where the case says so.

    hook.py PORT FOLDER AUTHORITY SECRET FILE

As a program it is a receiver of its own, to be killed: what it keeps is a line of FILE.
"""
import asyncio
import base64
import hashlib
import hmac
import json
import os
import ssl
import subprocess
import sys
import time
from dataclasses import dataclass

OFF_BY = 300
KEEP, CLOSE, CUT = "keep", "close", "cut"
# What an end does to an asyncio stream, and a peer that is not what it says.
ENDS = (OSError, EOFError, ssl.SSLError, ValueError, asyncio.LimitOverrunError)


@dataclass
class Push:
    """One push as it came."""

    fields: dict
    bytes: bytes

    @property
    def id(self):
        return self.fields.get("webhook-id", "")

    @property
    def at(self):
        """Seconds since 1970 by the gateway's clock."""
        return int(self.fields.get("webhook-timestamp") or 0)

    @property
    def key(self):
        """Source and id of the message."""
        envelope = json.loads(self.bytes)
        return envelope.get("source"), envelope.get("id")


def signed(push, secret):
    """Whether one of its signatures holds (Standard Webhooks 1.0, symmetric)."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    text = f"{push.id}.{push.fields.get('webhook-timestamp')}.".encode() + push.bytes
    made = base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()
    parts = push.fields.get("webhook-signature", "").split(" ")
    return f"v1,{made}" in parts and any(part.startswith("v1a,") for part in parts)


async def read_push(reader):
    """The next request on a connection: its head, and a function that reads the rest."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    fields = {}
    for line in head[1:]:
        name, _, value = line.partition(":")
        fields[name.strip().lower()] = value.strip()

    async def rest():
        return Push(fields, await reader.readexactly(int(fields.get("content-length", "0"))))

    return rest


def tls(folder, authority):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(f"{folder}/server.pem", f"{folder}/server.key.pem")
    context.load_verify_locations(authority)
    context.verify_mode = ssl.CERT_REQUIRED
    return context


class Hook:
    """The endpoint of one party of a gateway."""

    def __init__(self, box, book, party, offsets=(0,)):
        """`offsets`: seconds by which the gateway's clock was off, the present one last."""
        self.box, self.book, self.party, self.offsets = box, book, party, offsets
        self.folder = box.folder / f"hook-{party}"
        self.port = self.server = self.secret = None
        # Chooses what to do with a push: gives a way (below). None: keep it and say so.
        self.choose = None
        self.reached = self.kept = 0
        self.done = {}
        self.open, self.tasks = set(), set()

    async def start(self, certificate=None):
        """Listens, on the same port each time; with another's certificate when one is given."""
        if not (self.folder / "server.pem").exists():
            self.make(self.folder, self.box.folder)
        context = tls(certificate or self.folder, self.box.folder / "ca.pem")
        self.server = await asyncio.start_server(
            self.serve, "127.0.0.1", self.port or 0, ssl=context, limit=1 << 20)
        self.port = self.server.sockets[0].getsockname()[1]
        return self

    @staticmethod
    def make(folder, authority):
        """A certificate for localhost, of an authority."""
        from project import command

        done = command(
            "certificate", "server", "--authority", str(authority), "--dns", "localhost",
            "--output", str(folder))
        assert done.returncode == 0, done.stderr

    async def stop(self):
        """Is down: listens no more, and cuts what is open."""
        if self.server is not None:
            self.server.close()
            self.server = None
        for writer in list(self.open):
            writer.transport.abort()
        for task in list(self.tasks):
            task.cancel()
        await asyncio.sleep(0)

    async def register(self, port=None):
        """Tells the gateway where to push; the secret is printed the first time alone."""
        from box import urn_of
        from project import command

        done = await asyncio.to_thread(
            command, "party", "endpoint", "set", "--config", str(self.box.config), "--url",
            f"https://localhost:{port or self.port}/in", "--certificate",
            str(self.folder / "server.pem"), urn_of(self.party))
        assert done.returncode == 0, done.stderr
        self.secret = done.stdout.strip() or self.secret
        return self

    async def serve(self, reader, writer):
        self.open.add(writer)
        self.tasks.add(asyncio.current_task())
        end = CUT
        try:
            while True:
                rest = await read_push(reader)
                self.reached += 1
                way = self.choose(self) if self.choose else take
                if way is cut_before_body:
                    self.note(way)
                    break
                push = await rest()
                self.look(push)
                self.note(way)
                end = await way(self, push, writer)
                if end != KEEP:
                    break
        except (*ENDS, asyncio.CancelledError):
            end = CUT
        finally:
            self.open.discard(writer)
            self.tasks.discard(asyncio.current_task())
            writer.close() if end == CLOSE else writer.transport.abort()

    def note(self, way):
        self.done[way.__name__] = self.done.get(way.__name__, 0) + 1

    def look(self, push):
        """What must hold of every push, whatever becomes of it."""
        if not signed(push, self.secret):
            self.book.fault(f"{push.id} was pushed without a signature that holds")
        # The clock may have been moved between the signature and here.
        off = min(abs(push.at - time.time() - offset) for offset in self.offsets[-3:])
        if off > OFF_BY:
            self.book.fault(f"{push.id} was pushed with a time that is {off:.0f} s off")

    def keep(self, push):
        self.kept += 1
        self.book.push(self.party, json.loads(push.bytes), push.id)


# Ways to deal with a push. Each says what becomes of the connection.

async def take(hook, push, writer):
    hook.keep(push)
    return await status(writer, 204)


async def status(writer, code, fields="", content=b""):
    length = "" if code == 204 else f"Content-Length: {len(content)}\r\n"
    writer.write(f"HTTP/1.1 {code} X\r\n{fields}{length}\r\n".encode() + content)
    await writer.drain()
    return KEEP


def answers(code, fields=""):
    """Keeps nothing and says so with a status."""
    async def way(hook, push, writer):
        return await status(writer, code, fields)

    way.__name__ = f"status-{code}"
    return way


async def cut_before_body(hook, push, writer):
    """Never called: the connection is cut when the head has come."""


async def cut_unkept(hook, push, writer):
    return CUT


async def cut_kept(hook, push, writer):
    """Its answer is lost as a whole."""
    hook.keep(push)
    return CUT


async def cut_in_head(hook, push, writer):
    hook.keep(push)
    writer.write(b"HTTP/1.1 204 No Con")
    await writer.drain()
    await asyncio.sleep(0.02)
    return CUT


async def cut_in_body(hook, push, writer):
    hook.keep(push)
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
    await writer.drain()
    await asyncio.sleep(0.02)
    return CUT


async def silent(hook, push, writer):
    """A black hole: takes it all in, keeps nothing, never answers."""
    await asyncio.sleep(60)
    return CUT


async def silent_kept(hook, push, writer):
    hook.keep(push)
    await asyncio.sleep(60)
    return CUT


async def garbage(hook, push, writer):
    writer.write(hashlib.sha256(push.bytes).digest() * 40)
    await writer.drain()
    return CLOSE


async def huge_head(hook, push, writer):
    writer.write(b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * (4 << 20) + b"\r\n\r\n")
    await writer.drain()
    return CLOSE


async def endless_head(hook, push, writer):
    writer.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        writer.write(b"X: y\r\n")
        await writer.drain()
        await asyncio.sleep(0.05)


async def endless_body(hook, push, writer):
    """Has kept it; what it says then does not end."""
    hook.keep(push)
    writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        writer.write(b"4000\r\n" + b" " * 0x4000 + b"\r\n")
        await writer.drain()
        await asyncio.sleep(0.002)


async def two_answers(hook, push, writer):
    """The second is nobody's, and must not count for the next push."""
    hook.keep(push)
    writer.write(b"HTTP/1.1 204 X\r\n\r\nHTTP/1.1 204 X\r\n\r\n")
    await writer.drain()
    return KEEP


async def too_long_a_body(hook, push, writer):
    hook.keep(push)
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}HTTP/1.1 204 X\r\n\r\n")
    await writer.drain()
    return KEEP


async def only_continue(hook, push, writer):
    while True:
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n" * 100)
        await writer.drain()
        await asyncio.sleep(0.01)


async def other_protocol(hook, push, writer):
    writer.write(b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\nx")
    await writer.drain()
    return CLOSE


class Killable:
    """A hook in a process of its own, which a case kills and starts again."""

    def __init__(self, hook):
        """`hook` is registered, and does not listen itself."""
        self.hook, self.process = hook, None
        self.file = hook.folder / "kept.jsonl"

    async def start(self):
        self.process = subprocess.Popen(
            [sys.executable, __file__, str(self.hook.port), str(self.hook.folder),
             str(self.hook.box.folder / "ca.pem"), self.hook.secret, str(self.file)],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        await asyncio.to_thread(self.process.stdout.readline)
        return self

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def hand_over(self):
        """Enters what it kept into the book. A line that the kill cut off was never answered."""
        book, seen = self.hook.book, 0
        for line in self.file.read_text().split("\n"):
            try:
                kept = json.loads(line)
            except ValueError:
                continue
            seen += 1
            if not kept["signed"]:
                book.fault(f"{kept['id']} was pushed without a signature that holds")
            book.push(self.hook.party, kept["envelope"], kept["id"])
        return seen


async def main(port, folder, authority, secret, path):
    """The receiver that can be killed."""
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    # A line that a kill cut off stays by itself.
    os.write(file, b"\n")

    async def serve(reader, writer):
        try:
            while True:
                push = await (await read_push(reader))()
                line = {"id": push.id, "signed": signed(push, secret),
                        "envelope": json.loads(push.bytes)}
                os.write(file, json.dumps(line).encode() + b"\n")
                await status(writer, 204)
        except ENDS:
            writer.transport.abort()

    server = await asyncio.start_server(
        serve, "127.0.0.1", int(port), ssl=tls(folder, authority), limit=1 << 20)
    print("ready", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
