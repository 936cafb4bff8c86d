"""kill -9: at random moments under load, at every failpoint, of the gateway and of the folder
connector."""
import asyncio
import json
import os
import re
import signal
import subprocess

from book import Book, Load
from box import START_SECONDS, urn_of
from invariants import check, of_files, settle
from project import TOP, program

# How each failpoint is reached here: the highest count of hits to wait for, or None for those that
# sending and receiving do not pass; Tests/GatehouseTests/FailpointTests.swift names their tests.
POINTS = {
    "before-commit": 40, "after-commit": 40, "before-answer": 60, "checkpoint-before-row": 3,
    "checkpoint-before-anchor": 3, "anchor-before-rename": 3, "attachment-before-rename": 6,
    "attachment-before-row": 6,
}


def summary(book, what):
    """What a case says of itself when all held."""
    return (f"{what}; {len(book.receipts)} receipts, 0 lost, 0 doubled "
            f"({book.handed_twice} handed over again, {book.repeats} sent again)")


async def random_moments(stage):
    box, book = stage.box(), Book(stage.seed)
    await box.start()
    load = Load(box, book, senders=6, attach=0.1).begin()
    rounds = stage.rounds(25)
    for _ in range(rounds):
        await asyncio.sleep(stage.random.uniform(0.02, 0.7))
        await box.kill()
        await box.start()
    await load.finish()
    await check(box, book)
    starts = sorted(box.starts)
    return summary(
        book, f"{rounds} kills, median start {starts[len(starts) // 2]:.2f} s, "
        f"longest {starts[-1]:.2f} s")


async def while_starting(stage):
    """Killed again while it starts: what it does first must be repeatable."""
    box, book = stage.box(), Book(stage.seed)
    await box.start()
    load = Load(box, book, senders=4).begin()
    rounds = stage.rounds(10)
    for _ in range(rounds):
        await asyncio.sleep(stage.random.uniform(0.02, 0.3))
        await box.kill()
        for _ in range(2):
            starter = asyncio.create_task(box.start(must=False))
            await asyncio.sleep(stage.random.uniform(0.0, 0.5))
            if box.process is not None and box.process.poll() is None:
                box.process.send_signal(signal.SIGKILL)
            if await starter and box.process is not None:
                await box.kill()
        await box.start()
    await load.finish()
    await check(box, book)
    return summary(book, f"{rounds} kills under load, {2 * rounds} while starting")


def named_points():
    text = (TOP / "Sources/Storage/Failpoint.swift").read_text()
    return re.findall(r'^  case \w+ = "([a-z-]+)"', text, re.MULTILINE)


async def at_failpoints(stage):
    box, book = stage.box(), Book(stage.seed)
    anchor = str(stage.folder / "anchor")
    box.settings(lambda settings: settings["log"].update(anchorFile=anchor))
    deaths = {}
    for _ in range(stage.rounds(2)):
        for point in POINTS:
            assert point in named_points(), f"{point} is no failpoint any more"
            count = stage.random.randint(1, POINTS[point])
            armed = {"GATEHOUSE_FAILPOINT": f"{point}:{count}"}
            if not await box.start(armed, must=False):
                deaths[point] = deaths.get(point, 0) + 1
                await box.start()
            load = Load(box, book, senders=6, attach=0.3).begin()
            for _ in range(1000):
                if not box.is_running:
                    break
                await asyncio.sleep(0.02)
            if box.is_running:
                assert deaths.get(point), f"it was never killed at {point}:{count}"
            else:
                assert await box.ended() == -signal.SIGKILL, f"it died otherwise at {point}"
                deaths[point] = deaths.get(point, 0) + 1
                await box.start()
            await load.finish()
            await box.stop()
    await box.start()
    await check(box, book)
    return summary(book, f"{sum(deaths.values())} deaths at {len(deaths)} failpoints")


async def connector(stage):
    """The folder connector of a school and of its service, both killed at random."""
    box, book = stage.box(), Book(stage.seed)
    await box.start()
    folders = {name: stage.folder / f"folder-{name}" for name in ("4321", "iss")}
    running = {}

    def start(name):
        profile = box.folder / f"parties/{name}/client.json"
        content = json.loads(profile.read_text())
        content["url"] = f"https://localhost:{box.port}"
        profile.write_text(json.dumps(content))
        with open(stage.folder / f"{name}.txt", "ab") as talk:
            running[name] = subprocess.Popen(
                [program(), "connect", "--profile", str(profile), "--directory",
                 str(folders[name]), "--settle", "0"],
                cwd=TOP, stdin=subprocess.DEVNULL, stdout=talk, stderr=talk)

    def end(name, number=signal.SIGKILL):
        running[name].send_signal(number)
        return running[name].wait(30)

    try:
        for name in folders:
            start(name)
        while not (folders["4321"] / "outbox").is_dir():
            await asyncio.sleep(0.05)
        rounds, count = stage.rounds(20), 0
        for number in range(rounds):
            for _ in range(stage.random.randint(3, 12)):
                count += 1
                put(folders["4321"] / "outbox", f"m{count:05}.json", book.message("4321").bytes)
            await asyncio.sleep(stage.random.uniform(0.05, 0.9))
            if number % 5 == 4:
                await box.kill()
                await box.start()
                for name in folders:
                    end(name)
                    start(name)
            else:
                name = stage.random.choice(list(folders))
                end(name)
                start(name)
        await until_idle(folders, count)
        # One that was just started does not listen for signals yet.
        await asyncio.sleep(2)
        codes = [end(name, signal.SIGTERM) for name in folders]
        assert codes == [0, 0], f"the connectors ended with {codes}"
    finally:
        for process in running.values():
            if process.poll() is None:
                process.kill()
                process.wait()
    for path in (folders["iss"] / "inbox").glob("*.json"):
        book.hand(json.loads(path.read_text()), path.stem)
    promised = {}
    for path in (folders["4321"] / "sent").glob("*.receipt.json"):
        receipt = json.loads(path.read_text())
        promised[receipt["source"], receipt["id"]] = path.read_bytes()
    book.receipts = promised
    assert len(promised) == count, f"{count} files sent, {len(promised)} receipts"
    # A receipt's file need not be the gateway's bytes: its ids are compared, not its text.
    for key, receipt in promised.items():
        if json.loads(receipt)["messageId"] not in book.handed.get(key, {}):
            book.fault(f"{key[1]} is not in the folder of {urn_of('iss')}")
    await box.stop()
    of_files(box, book)
    settle(book)
    return summary(book, f"{rounds} kills of a connector, {rounds // 5} of the gateway")


def put(folder, name, content):
    part = folder / f"{name}.part"
    part.write_bytes(content)
    os.rename(part, folder / name)


async def until_idle(folders, count):
    """Waits until all that was put in has arrived."""
    for _ in range(START_SECONDS * 5):
        arrived = len(list((folders["iss"] / "inbox").glob("*.json")))
        waiting = list((folders["4321"] / "outbox").glob("*.json"))
        if not waiting and arrived >= count:
            return
        await asyncio.sleep(0.2)
    quarantined = len(list((folders["4321"] / "quarantine").glob("*.txt")))
    raise AssertionError(
        f"{len(waiting)} files wait, {arrived} of {count} arrived, {quarantined} quarantined")


def cases():
    return [
        ("kill: gateway at random moments", random_moments),
        ("kill: gateway while starting", while_starting),
        ("kill: gateway at every failpoint of a message's way", at_failpoints),
        ("kill: folder connectors at random moments", connector),
    ]
