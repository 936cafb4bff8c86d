"""A gateway that pushes to endpoints (hook.py), and its clock, which can be moved on (faultfs.c),
so that pauses of minutes and hours pass at once.
"""
import asyncio
import time
from pathlib import Path

from book import Book, Load
from hook import Hook
from invariants import check
from kill_cases import summary

CHILDREN = 40
# Seconds that one push may take here, and a step that is longer than any pause.
PATIENCE = 2
STEP = 4100
DAY = 86_400
BAD, GOOD = "iss", "851-iss"


class Scene:
    """A gateway that pushes to two services, and its clock."""

    def __init__(self, stage, services=(BAD, GOOD), patience=PATIENCE):
        self.stage, self.box = stage, stage.box()
        self.book = Book(stage.seed, children=CHILDREN)
        self.box.settings(
            lambda settings: settings["delivery"].update(patienceSeconds=patience))
        self.clock, self.offsets = stage.folder / "clock", []
        self.move(0)
        self.hooks = {
            name: Hook(self.box, self.book, name, self.offsets) for name in services}
        self.load = None

    @property
    def bad(self):
        return self.hooks[BAD]

    @property
    def good(self):
        return self.hooks[GOOD]

    def move(self, seconds):
        """Moves the gateway's clock on."""
        self.offsets.append((self.offsets[-1] if self.offsets else 0) + seconds)
        part = Path(f"{self.clock}.part")
        part.write_text(str(self.offsets[-1]))
        part.rename(self.clock)

    async def start(self, must=True, **environment):
        return await self.box.start(
            {**self.stage.fault(clock=self.clock), **environment}, must=must)

    async def begin(self, senders=4, attach=0.0):
        """Endpoints, gateway, senders: all at work."""
        for hook in self.hooks.values():
            await hook.start()
            await hook.register()
        await self.start()
        return self.send(senders, attach)

    def send(self, senders=4, attach=0.0):
        self.load = Load(
            self.box, self.book, senders=senders, attach=attach, pause=0.04, receive=False).begin()
        return self

    def missing(self, source=None):
        """Those with a receipt that nobody was handed, of a sender or of all."""
        return [key for key in self.book.receipts if key not in self.book.handed
                and source in (None, key[0])]

    async def arrive(self, what, apart=lambda key: False, step=STEP, seconds=90):
        """Waits until all with a receipt was pushed, and lets the pauses pass."""
        end = time.monotonic() + seconds
        while True:
            left = [key for key in self.missing() if not apart(key)]
            if not left:
                return
            assert self.box.is_running, f"it ended: {self.box.talk()[-800:]}"
            assert time.monotonic() < end, (
                f"{what}: {len(left)} of {len(self.book.receipts)} were not pushed; "
                f"{left[0][1]} of {left[0][0]}; seed {self.book.seed}")
            if step:
                self.move(step)
            await asyncio.sleep(0.7)

    async def finish(self):
        """Stops the endpoints, and checks the whole."""
        for hook in self.hooks.values():
            await hook.stop()
        await check(self.box, self.book)

    def summary(self, what):
        kept = sum(hook.kept for hook in self.hooks.values())
        return summary(self.book, f"{what}; {kept} pushes kept")
