"""A TCP proxy that is a bad line: slow, cut, half-closed, or swallowing the answers.

Never looks into what it carries, which is TLS.
"""
import asyncio


class Proxy:
    """Carries connections to the port of the moment of a gateway, or of an endpoint."""

    def __init__(self, box, random):
        self.box, self.random = box, random
        # Seconds that each piece waits, and the bytes of a piece.
        self.delay, self.piece = 0.0, 65536
        # Bytes after which a connection is cut, drawn anew for each: (least, most) or None.
        self.cut_up = self.cut_down = None
        # From now on answers are swallowed, and the connection is kept.
        self.swallows = False
        # The gateway is told that the sender has finished when this many bytes are through.
        self.half_close = None
        self.cuts = self.swallowed = 0
        self.open = set()

    async def start(self):
        self.server = await asyncio.start_server(self.carry, "127.0.0.1", 0)
        self.port = self.server.sockets[0].getsockname()[1]
        return self

    async def stop(self):
        self.server.close()
        self.cut_all()
        await asyncio.sleep(0)

    def cut_all(self):
        for writer in list(self.open):
            writer.transport.abort()

    async def carry(self, reader, writer):
        try:
            up_reader, up_writer = await asyncio.open_connection("127.0.0.1", self.box.port or 1)
        except OSError:
            return writer.transport.abort()
        ends = {writer, up_writer}
        self.open |= ends
        up = self.pump(reader, up_writer, self.draw(self.cut_up), is_up=True)
        down = self.pump(up_reader, writer, self.draw(self.cut_down), is_up=False)
        try:
            await asyncio.gather(up, down)
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            for end in ends:
                end.transport.abort()
            self.open -= ends

    def draw(self, span):
        return self.random.randrange(*span) if span else None

    async def pump(self, reader, writer, left, is_up):
        """Carries one way. A cut is a reset, not a close: what was under way is gone."""
        carried = 0
        while True:
            content = await reader.read(self.piece)
            if not content:
                if writer.can_write_eof():
                    writer.write_eof()
                return
            if self.delay:
                await asyncio.sleep(self.delay * self.random.uniform(0.5, 1.5))
            if not is_up and self.swallows:
                self.swallowed += 1
                continue
            if left is not None:
                writer.write(content[:left])
                left -= len(content)
                if left <= 0:
                    await asyncio.sleep(0.01)
                    self.cuts += 1
                    raise ConnectionResetError
            else:
                writer.write(content)
            await writer.drain()
            carried += len(content)
            if is_up and self.half_close is not None and carried >= self.half_close:
                writer.write_eof()
                self.cuts += 1
                return
