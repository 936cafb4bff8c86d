"""The MESH door under load: chunks and acknowledgements that are cut off, a gateway that is killed
between them; from MESH to JSON, from JSON to MESH, and from MESH to MESH.
"""
import asyncio
import signal

from book import Book, Load
from box import service_of
from invariants import check
from kill_cases import summary
from mesh import Letters, Mailbox, MeshReceiver, MeshSender
from proxy import Proxy

# Messages go from a school to its service. Of 850 the sender speaks MESH and its service JSON, of
# 851 the other way round, and of 852 both speak MESH. Bytes go from a trust to a school.
BY_MESH, BY_JSON, BOTH = "4321", "851-4551", "852-4651"
TRUST, READER = "ods-rw1", "7021"


class Exchange:
    """Senders and receivers of both kinds at work."""

    def __init__(self, stage, box, book, port=None, seconds=30, opaque=2):
        self.box, self.book, self.letters = box, book, Letters(book)
        self.stop = asyncio.Event()

        def mailbox(party):
            return Mailbox(box, party, port, seconds)

        self.senders = [
            *(MeshSender(self.letters, mailbox(school)) for school in (BY_MESH, BY_MESH, BOTH)),
            *(MeshSender(self.letters, mailbox(TRUST), READER) for _ in range(opaque))]
        self.receivers = [
            MeshReceiver(self.letters, mailbox(party))
            for party in (service_of(BY_JSON), service_of(BOTH), READER)]
        # JSON on the other side: sends as BY_JSON, receives as the service of BY_MESH.
        self.json = Load(
            box, book, schools=(BY_JSON,), senders=2, port=port, receive=False, pause=0.03,
            seconds=seconds)
        self.reader = Load(
            box, book, schools=(BY_MESH,), senders=0, port=port, seconds=seconds)

    def begin(self):
        self.json.begin()
        self.reader.begin()
        self.tasks = [
            asyncio.create_task(worker.run(self.stop))
            for worker in (*self.senders, *self.receivers)]
        return self

    async def finish(self, patience=90):
        self.stop.set()
        try:
            async with asyncio.timeout(patience):
                await asyncio.gather(*self.tasks)
        except TimeoutError:
            self.book.fault(f"a MESH sender was not accepted in {patience} s")
        await self.json.finish()
        for receiver in self.receivers:
            await receiver.drain()
        await self.reader.finish()
        for worker in (*self.senders, *self.receivers):
            worker.mailbox.link.drop()

    async def check(self):
        assert not self.book.faults, "; ".join(self.book.faults[:4])
        await self.letters.settle(self.box)
        assert self.letters.accepted and self.letters.bulk_accepted, "no load by MESH"
        assert self.letters.retrieved and self.letters.bulk_came, "nothing was retrieved by MESH"
        await check(self.box, self.book)

    def summary(self, what):
        return summary(self.book, f"{what}; {self.letters.text()}")


async def begun(stage, **settings):
    box, book = stage.box(), Book(stage.seed, children=40)
    await box.start()
    return box, Exchange(stage, box, book, **settings).begin()


async def nothing_wrong(stage):
    box, exchange = await begun(stage)
    await asyncio.sleep(max(3, 8 * stage.run.rounds))
    await exchange.finish()
    await exchange.check()
    assert not exchange.letters.restarts, "a message was begun anew"
    return exchange.summary("five senders, four receivers, nothing done to them")


async def killed(stage):
    box, exchange = await begun(stage)
    rounds = stage.rounds(20)
    for _ in range(rounds):
        await asyncio.sleep(stage.random.uniform(0.05, 0.8))
        await box.kill()
        await box.start()
    await exchange.finish()
    await exchange.check()
    return exchange.summary(f"{rounds} kills")


async def at_failpoints(stage):
    box, book = stage.box(), Book(stage.seed, children=40)
    deaths, exchange = 0, None
    for _ in range(stage.rounds(2)):
        for point in ("mesh-chunk-before-row", "mesh-before-admission", "mesh-before-end"):
            count = stage.random.randint(1, 20)
            await box.start({"GATEHOUSE_FAILPOINT": f"{point}:{count}"})
            if exchange is None:
                exchange = Exchange(stage, box, book).begin()
            for _ in range(1500):
                if not box.is_running:
                    break
                await asyncio.sleep(0.02)
            assert not box.is_running, f"it was never killed at {point}:{count}"
            assert await box.ended() == -signal.SIGKILL, f"it died otherwise at {point}"
            deaths += 1
            # On for a while, so that what was under way is finished before the next death.
            await box.start()
            await asyncio.sleep(0.5)
            await box.kill()
    await box.start()
    await exchange.finish()
    await exchange.check()
    return exchange.summary(f"{deaths} deaths at 3 failpoints")


async def cut(stage):
    """Connections cut after any number of bytes: mid-chunk, mid-answer, mid-acknowledgement."""
    box, book = stage.box(), Book(stage.seed, children=40)
    await box.start()
    proxy = await Proxy(box, stage.random).start()
    exchange = Exchange(stage, box, book, port=lambda: proxy.port, seconds=8).begin()
    for number in range(60):
        if number >= 15 * stage.run.rounds and proxy.cuts > 20 and proxy.swallowed:
            break
        proxy.cut_up = stage.random.choice((None, (1, 6000), (3000, 40_000)))
        proxy.cut_down = stage.random.choice((None, (1, 6000), (3000, 40_000)))
        proxy.swallows = stage.random.random() < 0.15
        await asyncio.sleep(0.7)
        if proxy.swallows or number % 4 == 3:
            proxy.cut_all()
    proxy.cut_up = proxy.cut_down = None
    proxy.swallows = False
    proxy.cut_all()
    await exchange.finish()
    await proxy.stop()
    assert proxy.cuts > 10, f"only {proxy.cuts} cuts"
    await exchange.check()
    return exchange.summary(f"{proxy.cuts} connections cut, {proxy.swallowed} pieces swallowed")


async def told(exchange):
    try:
        await exchange.check()
    except AssertionError as error:
        return str(error)
    raise AssertionError("the checker saw nothing")


async def lost_in_mesh(stage):
    """A message that the door accepted and nobody admitted; bytes that were not handed over."""
    box, exchange = await begun(stage)
    await asyncio.sleep(2)
    await exchange.finish()
    book, letters = exchange.book, exchange.letters
    message = book.message(BY_MESH)
    letters.accept(message, "0" * 32)
    nonce = letters.new_bulk()
    letters.bulk_accepted[nonce] = "1" * 32
    doubled = next(iter(letters.bulk_came))
    letters.bulk_came[doubled]["2" * 32] = 1
    await told(exchange)
    text = "".join(book.faults)
    assert f"{message.key[1]} was accepted by MESH as" in text, text
    assert f"{nonce} was accepted as {'1' * 32} and came as []: lost" in text, text
    assert f"{doubled} came as" in text and "doubled" in text, text
    return "a message and a transfer that were accepted and lost, one doubled: each told"


async def changed_in_mesh(stage):
    """Chunks of two transfers that were mixed, and an envelope that was changed."""
    box, exchange = await begun(stage)
    book, letters = exchange.book, exchange.letters
    await asyncio.sleep(1.5)
    await exchange.finish()
    one, two = letters.new_bulk(), letters.new_bulk()
    letters.retrieve(
        {"mex-workflowid": "TEST_WORKFLOW"}, letters.bulk[one] + letters.bulk[two], "3" * 32)
    message = book.message(BOTH)
    letters.retrieve({}, message.bytes.replace(b"Sampleson", b"Simpleson"), "4" * 32)
    await told(exchange)
    text = "".join(book.faults)
    assert f"{one}: other bytes than were sent" in text, text
    assert f"{message.key[1]}: `data` is not what was sent" in text, text
    return "chunks of another transfer, a letter changed: each told"


def cases():
    return [
        ("checker: lost and doubled in MESH", lost_in_mesh),
        ("checker: changed in MESH", changed_in_mesh),
        ("mesh: nothing wrong", nothing_wrong),
        ("mesh: gateway killed", killed),
        ("mesh: gateway killed at every failpoint of an upload", at_failpoints),
        ("mesh: connections cut", cut),
    ]
