"""Receivers that are down, that crash between taking and acknowledging, that never acknowledge.

A receiver that acknowledges what it did not keep is out of the gateway's power: it has its word.
"""
import asyncio

from book import Book, Load, Receiver
from invariants import check
from kill_cases import summary
from link import Link


class Forgetful(Receiver):
    """Crashes before one acknowledgement in three, and has then forgotten what it fetched."""

    crashes = 0

    async def fetch(self, message_id):
        crashes = self.book.random.random() < 0.34
        self.acknowledges = not crashes
        await super().fetch(message_id)
        if crashes:
            self.crashes += 1
            self.done.clear()
            self.link.drop()


async def down(stage):
    """One service is down for the whole load; the other notices nothing, and both get all."""
    box, book = stage.box(), Book(stage.seed)
    await box.start()
    up = Load(box, book, schools=("4321",), senders=3).begin()
    away = Load(box, book, schools=("851-4551",), senders=3, receive=False).begin()
    await asyncio.sleep(max(3, 10 * stage.run.rounds))
    await away.finish()
    await up.finish()
    reached = {key[0] for key in book.handed}
    assert reached == {"urn:gatehouse:850:4321"}, f"handed over from {reached}"
    waiting = len(book.receipts) - len(book.handed)
    await box.kill()
    await box.start()
    late = Receiver(book, Link(box, "851-iss"))
    await late.drain()
    late.link.drop()
    assert len(book.handed) == len(book.receipts), "not all came when it was up again"
    await check(box, book)
    return summary(book, f"{waiting} messages waited for a service that was down")


async def forgetful(stage):
    box, book = stage.box(), Book(stage.seed)
    await box.start()
    load = Load(box, book, schools=("4321",), senders=3, receive=False)
    receiver = Forgetful(book, Link(box, "iss"))
    load.receivers = [receiver]
    load.begin()
    await asyncio.sleep(max(3, 10 * stage.run.rounds))
    await load.finish()
    assert book.handed_twice, "nothing came twice: it never crashed"
    await check(box, book)
    return summary(book, f"{receiver.crashes} crashes before the acknowledgement")


async def silent(stage):
    """Never acknowledges: all stays listed, and is handed over under the same id each time."""
    box, book = stage.box(), Book(stage.seed)
    await box.start()
    load = Load(box, book, schools=("4321",), senders=2, receive=False).begin()
    await asyncio.sleep(max(2, 4 * stage.run.rounds))
    await load.finish()
    for _ in range(3):
        again = Receiver(book, Link(box, "iss"), acknowledges=False)
        await again.drain()
        again.link.drop()
    assert book.handed_twice >= 2 * len(book.receipts), "what was not acknowledged was not listed"
    await check(box, book)
    return summary(book, "fetched three times and never acknowledged")


def cases():
    return [
        ("receiver: down", down),
        ("receiver: crashes before acknowledging", forgetful),
        ("receiver: never acknowledges", silent),
    ]
