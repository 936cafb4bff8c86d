"""One connection of a party to the gateway: HTTP/1.1 over mutual TLS, with asyncio alone.

Never repeats a request by itself: whoever calls learns that the answer did not come.
"""
import asyncio
import json
import ssl


class Broken(Exception):
    """The connection ended, or went silent, before the answer was whole."""


class Answer:
    def __init__(self, status, fields, content):
        self.status, self.fields, self.bytes = status, fields, content

    @property
    def json(self):
        return json.loads(self.bytes)

    @property
    def retry_after(self):
        """Seconds that the gateway asks to wait; None when it does not."""
        text = self.fields.get("retry-after")
        return int(text) if text and text.isdigit() else None

    def __str__(self):
        return f"{self.status} {self.bytes[:300].decode(errors='replace')}"


class Link:
    """A keep-alive connection, opened at the first call and again after a break."""

    def __init__(self, box, party, port=None, host="127.0.0.1", seconds=30):
        """`port` gives the port at each opening (a proxy's, or the gateway's own)."""
        self.box, self.party, self.host, self.seconds = box, party, host, seconds
        self.port = port or (lambda: box.port)
        self.reader = self.writer = None

    async def call(self, verb, path, body=b"", seconds=None, **fields):
        """One request. Raises Broken when there is no whole answer in time."""
        try:
            async with asyncio.timeout(seconds or self.seconds):
                if self.writer is None:
                    await self.open()
                head = [f"{verb} {path} HTTP/1.1", "Host: localhost"]
                if body or verb in ("POST", "PUT"):
                    head.append(f"Content-Length: {len(body)}")
                head += [f"{name.replace('_', '-')}: {value}" for name, value in fields.items()]
                self.writer.write("\r\n".join([*head, "", ""]).encode() + body)
                await self.writer.drain()
                return await self.answer(verb)
        except (OSError, EOFError, ssl.SSLError, TimeoutError, ValueError) as error:
            self.drop()
            raise Broken(f"{type(error).__name__}: {error}") from error
        except asyncio.CancelledError:
            self.drop()
            raise

    async def open(self):
        self.reader, self.writer = await asyncio.open_connection(
            self.host, self.port(), ssl=self.box.tls(self.party), server_hostname="localhost",
            limit=1 << 20)

    async def answer(self, verb):
        while True:
            head = await self.reader.readuntil(b"\r\n\r\n")
            lines = head.decode("latin-1").split("\r\n")
            status = int(lines[0].split(" ")[1])
            if status >= 200:
                break
        fields = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            fields[name.strip().lower()] = value.strip()
        length = 0 if verb == "HEAD" or status == 204 else int(fields.get("content-length", "-1"))
        content = await self.reader.readexactly(length) if length >= 0 else await self.reader.read()
        if length < 0 or fields.get("connection", "").lower() == "close":
            self.drop()
        return Answer(status, fields, content)

    def drop(self):
        """Forgets the connection; the next call opens another."""
        if self.writer is not None:
            self.writer.transport.abort()
        self.reader = self.writer = None
