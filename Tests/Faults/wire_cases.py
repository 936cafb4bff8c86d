"""Bad lines: slow, lossy, cut in the middle, half-closed, and receipts lost on the way."""
import asyncio
import json
import subprocess

from book import Book, Load
from invariants import check
from kill_cases import summary
from link import Broken, Link
from project import JSON_TYPE
from proxy import Proxy


async def behind(stage, change, duration, senders=6, **settings):
    """A load through a proxy that `change` makes bad, and then good again for the end."""
    box, book = stage.box(), Book(stage.seed)
    await box.start()
    proxy = await Proxy(box, stage.random).start()
    load = Load(
        box, book, senders=senders, attach=0.1, port=lambda: proxy.port, **settings).begin()
    change(proxy)
    for _ in range(round(max(2, duration * stage.run.rounds))):
        await asyncio.sleep(1)
        change(proxy)
    fresh = await Proxy(box, stage.random).start()
    for worker in [*load.senders, *load.receivers]:
        worker.link.port = lambda: fresh.port
    proxy.cut_all()
    await load.finish()
    await proxy.stop()
    await fresh.stop()
    await check(box, book)
    return proxy, book


async def cut_anywhere(stage):
    """Cut after a random number of bytes, in either direction, the handshake included."""
    def change(proxy):
        proxy.cut_up = stage.random.choice((None, (1, 4000), (2000, 40_000)))
        proxy.cut_down = stage.random.choice((None, (1, 4000), (2000, 40_000)))

    proxy, book = await behind(stage, change, 15)
    assert proxy.cuts > 10, f"only {proxy.cuts} cuts"
    return summary(book, f"{proxy.cuts} connections cut after 1 to 40,000 bytes")


async def half_closed(stage):
    def change(proxy):
        proxy.half_close = stage.random.randrange(3000, 12_000)

    proxy, book = await behind(stage, change, 8, seconds=5)
    assert proxy.cuts > 10, f"only {proxy.cuts} half-closes"
    return summary(book, f"{proxy.cuts} connections half-closed by the sender's side")


async def slow_line(stage):
    def change(proxy):
        proxy.delay, proxy.piece = stage.random.choice(((0.05, 65536), (0.02, 600), (0.2, 65536)))

    _, book = await behind(stage, change, 12, senders=20)
    return summary(book, "delays of 20 to 300 ms a piece, pieces of 600 bytes")


async def receipt_lost(stage):
    """The request arrives and the answer does not: the same message again gives its receipt."""
    box, book = stage.box(), Book(stage.seed)
    await box.start()
    rounds = stage.rounds(30)
    for number in range(rounds):
        proxy = await Proxy(box, stage.random).start()
        message = book.message("4321")
        swallowed = Link(box, "4321", lambda: proxy.port)
        await swallowed.call("GET", "/v1/inbox")
        proxy.swallows = True
        try:
            await swallowed.call(
                "POST", "/v1/messages", message.bytes, seconds=0.5, Content_Type=JSON_TYPE)
            raise AssertionError("the answer was not swallowed")
        except Broken:
            pass
        assert proxy.swallowed, "the gateway did not answer at all"
        if number % 3 == 0:
            await box.kill()
            await box.start()
        link = Link(box, "4321")
        answer = await link.call(
            "POST", "/v1/messages", message.bytes, Content_Type=JSON_TYPE)
        assert answer.status == 200, f"a repeat was not seen as one: {answer}"
        book.keep(message, answer)
        # And the other way of writing the same message, as a sender that is restarted may.
        again = await link.call(
            "POST", "/v1/messages", json.dumps(message.envelope, indent=1).encode(),
            Content_Type=JSON_TYPE)
        assert again.status == 200, f"the same message written otherwise: {again}"
        book.keep(message, again)
        # Another content under the same id is no repeat.
        other = {**message.envelope, "data": {**message.envelope["data"], "reasonSummary": "Other"}}
        conflict = await link.call(
            "POST", "/v1/messages", json.dumps(other).encode(), Content_Type=JSON_TYPE)
        assert conflict.status == 409, f"another content under the same id: {conflict}"
        link.drop()
        swallowed.drop()
        await proxy.stop()
    await check(box, book)
    return summary(book, f"{rounds} receipts lost, {(rounds + 2) // 3} with a crash behind them")


class Lane:
    """A network of its own for the senders, with a line to the gateway that can be made bad."""

    def __init__(self, stage):
        stage.need_root("network namespaces")
        stage.need("ip", "nft")
        self.name = f"gh-{stage.seed % 100_000}"
        self.stage = stage
        near, far = f"{self.name}a", f"{self.name}b"
        for command in (
            f"ip netns add {self.name}", f"ip link add {near} type veth peer name {far}",
            f"ip link set {far} netns {self.name}", f"ip addr add 10.213.77.1/24 dev {near}",
            f"ip link set {near} up", f"ip -n {self.name} addr add 10.213.77.2/24 dev {far}",
            f"ip -n {self.name} link set {far} up", f"ip -n {self.name} link set lo up",
        ):
            done = subprocess.run(command.split(), capture_output=True, text=True)
            if command.startswith("ip netns add"):
                assert done.returncode == 0, done.stderr
                stage.finally_do("ip", "netns", "del", self.name)
                stage.finally_do("ip", "link", "del", near)
            assert done.returncode == 0, f"{command}: {done.stderr}"

    def rules(self, text):
        """The packet rules inside; an empty text takes them all away."""
        script = "flush ruleset\n" + (
            f"table inet bad {{\nchain in {{\ntype filter hook input priority 0;\n{text}\n}}\n}}\n"
            if text else "")
        done = subprocess.run(
            ["ip", "netns", "exec", self.name, "nft", "-f", "-"], input=script, text=True,
            capture_output=True)
        assert done.returncode == 0, done.stderr

    def relay(self):
        """A relay of bytes that listens outside and connects from inside. Only its far side
        crosses the bad line."""
        return RELAY.format(host="10.213.77.1")


# Run inside the namespace: the near side comes by a socket file, the far side crosses the line.
RELAY = '''
import asyncio, sys
async def pump(reader, writer):
    try:
        while content := await reader.read(65536):
            writer.write(content)
            await writer.drain()
    except OSError:
        pass
    writer.transport.abort()
async def carry(reader, writer):
    try:
        far = await asyncio.open_connection("{host}", int(open(sys.argv[2]).read()))
    except (OSError, ValueError):
        return writer.transport.abort()
    await asyncio.gather(pump(reader, far[1]), pump(far[0], writer))
async def main():
    server = await asyncio.start_unix_server(carry, sys.argv[1])
    print("ready", flush=True)
    await server.serve_forever()
asyncio.run(main())
'''


class UnixLink(Link):
    """A link whose bytes cross the lane."""

    def __init__(self, box, party, path, seconds):
        super().__init__(box, party, seconds=seconds)
        self.path = path

    async def open(self):
        self.reader, self.writer = await asyncio.open_unix_connection(
            self.path, ssl=self.box.tls(self.party), server_hostname="localhost", limit=1 << 20)


async def lossy(stage):
    lane = Lane(stage)
    box, book = stage.box(), Book(stage.seed)
    box.settings(lambda settings: settings["listen"].update(host="0.0.0.0"))
    await box.start()
    port = stage.folder / "port"
    port.write_text(str(box.port))
    path = str(stage.folder / "relay")
    relay = await asyncio.create_subprocess_exec(
        "ip", "netns", "exec", lane.name, "python3", "-c", lane.relay(), path, str(port),
        stdout=asyncio.subprocess.PIPE)
    try:
        await relay.stdout.readline()
        load = Load(box, book, senders=8, attach=0.1)
        for worker in [*load.senders, *load.receivers]:
            worker.link = UnixLink(box, worker.link.party, path, seconds=8)
        load.begin()
        bad = [
            "numgen random mod 100 < 30 drop;", "numgen random mod 100 < 10 drop;",
            "meta l4proto tcp numgen random mod 100 < 5 reject with tcp reset;", "drop;", "",
        ]
        rounds = stage.rounds(10)
        for _ in range(rounds):
            lane.rules(stage.random.choice(bad))
            await asyncio.sleep(stage.random.uniform(0.5, 2.5))
        lane.rules("")
        await load.finish()
    finally:
        relay.terminate()
        await relay.wait()
    await check(box, book)
    return summary(book, f"{rounds} spells of loss (10, 30, 100 %) and resets (5 %)")


def cases():
    return [
        ("wire: cut after any number of bytes", cut_anywhere),
        ("wire: half-closed", half_closed),
        ("wire: slow", slow_line),
        ("wire: receipt lost", receipt_lost),
        ("wire: packets lost and reset", lossy),
    ]
