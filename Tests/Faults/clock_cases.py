"""Clocks that jump by days, forward and backward, while the gateway runs and between two starts."""
import asyncio
import json
from pathlib import Path

from book import Book, Load
from invariants import check
from kill_cases import summary

DAY = 86_400


async def jumps(stage):
    box, book = stage.box(), Book(stage.seed)
    file, days, made = stage.folder / "clock", 0, 0

    def jump(by):
        nonlocal days, made
        # The sandbox's certificates were issued today, for ninety days.
        days = min(80, max(0, days + by))
        part = Path(f"{file}.part")
        part.write_text(str(days * DAY))
        part.rename(file)
        made += 1

    jump(0)
    seen = set()
    for _ in range(stage.rounds(4)):
        await box.start(stage.fault(clock=file))
        load = Load(box, book, senders=4, attach=0.1).begin()
        for _ in range(3):
            await asyncio.sleep(stage.random.uniform(0.3, 1))
            jump(stage.random.choice((1, 2, 20, 40, -1, -3, -30)))
            receipts = len(book.receipts)
            await asyncio.sleep(1.2)
            assert len(book.receipts) > receipts, f"no receipt after a jump to day {days}"
        await box.kill()
        jump(stage.random.choice((10, -5, -40)))
        await box.start(stage.fault(clock=file))
        await load.finish()
        seen |= {json.loads(receipt)["admittedAt"][:10] for receipt in book.receipts.values()}
        await box.stop()
    assert len(seen) > 1, "the clock never jumped"
    ids = [json.loads(receipt)["messageId"] for receipt in book.receipts.values()]
    assert len(set(ids)) == len(ids), "a message id was given twice"
    await box.start()
    await check(box, book)
    return summary(book, f"{made} jumps, {len(seen)} days admitted on")


def cases():
    return [("clock: jumps of days", jumps)]
