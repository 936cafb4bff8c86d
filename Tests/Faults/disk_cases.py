"""Disks that are full, and disks that fail: refused for a retry while it passes, ended when nothing
more can be believed, never a receipt that does not hold."""
import asyncio
import errno
import hashlib
import os

from book import Book, Load, Sender
from invariants import check
from kill_cases import summary
from link import Link
from power_cases import do

# What fails: calls, part of the path, error, and whether the gateway must end at it.
FAULTS = [
    ("sync", "-wal", errno.EIO, True),
    ("sync", "-wal", errno.ENOSPC, True),
    ("write", "-wal", errno.EIO, True),
    ("write", "-wal", errno.ENOSPC, False),
    ("write", "-shm", errno.ENOSPC, False),
    ("sync", "gatehouse.sqlite", errno.EIO, True),
    ("write", "/attachments/", errno.ENOSPC, False),
    ("write", "/attachments/", errno.EIO, False),
    ("sync", "/attachments/", errno.EIO, False),
    ("rename", "/attachments/", errno.EIO, False),
    ("open", "/attachments/", errno.EMFILE, False),
]

# Descriptors that a gateway is given where they are to run out.
FEW = 520


def fill(folder, leave=0):
    """Takes what is free on a file system, but for some bytes."""
    path = folder / "ballast"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for size in (1 << 20, 1 << 12, 1):
        try:
            while True:
                os.write(descriptor, b"x" * size)
        except OSError as error:
            assert error.errno == errno.ENOSPC, error
    if leave:
        os.ftruncate(descriptor, max(0, os.fstat(descriptor).st_size - leave))
    os.close(descriptor)
    return path


async def full(stage, folder):
    box, book = stage.box(folder / "box"), Book(stage.seed)
    await box.start()
    process = box.process
    load = Load(box, book, senders=6, attach=0.2).begin()
    rounds, refused = stage.rounds(6), 0
    for number in range(rounds):
        await asyncio.sleep(stage.random.uniform(0.3, 0.8))
        before = book.answers.get(507, 0)
        ballast = fill(folder, leave=stage.random.choice((0, 0, 20_000, 200_000)))
        for _ in range(300):
            await asyncio.sleep(0.05)
            if book.answers.get(507, 0) >= before + 5:
                break
        else:
            raise AssertionError(f"a full disk was not told: {book.answers}")
        refused += book.answers[507] - before
        await asyncio.sleep(stage.random.uniform(0.2, 1.5))
        assert box.is_running, f"it ended on a full disk: {box.talk()[-1000:]}"
        ballast.unlink()
        receipts = len(book.receipts)
        for _ in range(300):
            await asyncio.sleep(0.05)
            if len(book.receipts) > receipts + 5:
                break
        else:
            raise AssertionError("it did not recover when the disk had room again")
    await load.finish()
    assert box.process is process, "it was started anew"
    await check(box, book)
    return summary(book, f"{rounds} times full, {refused} answers 507 with Retry-After, no restart")


async def full_tmpfs(stage):
    return await full(stage, stage.mount(
        stage.folder / "disk", "-t", "tmpfs", "-o", "size=64M", "tmpfs"))


async def full_ext4(stage):
    stage.need_root("loop devices")
    stage.need("mkfs.ext4", "losetup")
    image = stage.folder / "disk.img"
    do("truncate", "-s", "80M", image)
    do("mkfs.ext4", "-q", "-F", "-m", "0", image)
    return await full(stage, stage.mount(stage.folder / "disk", "-o", "loop", image))


async def failing(stage):
    """One failing call after the other; after a failed sync, no receipt more."""
    box, book = stage.box(), Book(stage.seed)
    lever, ended = stage.folder / "lever", 0
    for _ in range(stage.rounds(3)):
        for number, (calls, match, error, must_end) in enumerate(FAULTS):
            notes = stage.folder / f"notes{len(box.starts)}"
            # Sometimes once, and never again: a second sync that succeeds proves nothing.
            times = stage.random.choice((0, 1)) if calls == "sync" else 0
            await box.start(stage.fault(
                calls=calls, match=match, errno=error, switch=lever, notes=notes, times=times))
            load = Load(box, book, senders=5, attach=0.4).begin()
            await asyncio.sleep(stage.random.uniform(0.2, 0.6))
            lever.touch()
            await until(lambda: notes.exists(), f"{calls} on {match} was never called", box)
            await asyncio.sleep(0.1)
            receipts = len(book.receipts)
            if must_end:
                code = await box.ended()
                assert code > 0 and code != 4, f"{calls} {match}: it ended with {code}"
                assert len(book.receipts) == receipts, (
                    f"{len(book.receipts) - receipts} receipts after a failed {calls} of {match}")
                ended += 1
                lever.unlink()
                await box.start()
            else:
                await asyncio.sleep(stage.random.uniform(0.3, 1))
                assert box.is_running, f"{calls} {match}: it ended: {box.talk()[-800:]}"
                lever.unlink()
            await load.finish()
            assert not book.faults, (
                f"{calls} on {match}, {errno.errorcode[error]}: {book.faults[:4]}")
            await box.stop()
    await box.start()
    await check(box, book)
    kinds = ", ".join(str(count) + " answers " + str(status)
                      for status, count in sorted(book.answers.items()) if status >= 400)
    return summary(book, f"{len(FAULTS)} kinds of failure, {ended} ends of the process, {kinds}")


async def failed_upload(stage):
    """After a failed sync nothing of an upload is left to build upon: a second sync would succeed
    and prove nothing."""
    box, book = stage.box(), Book(stage.seed)
    await box.start(stage.fault(calls="sync", match="/partial/", errno=errno.EIO, times=1))
    message = book.message("4321", attach=True)
    path = f"/v1/attachments/{hashlib.sha256(message.attachment).hexdigest()}"
    link = Link(box, "4321")
    refused = await link.call("PUT", path, message.attachment)
    assert refused.status == 503 and refused.retry_after, str(refused)
    left = await link.call("HEAD", path)
    assert left.status == 404, f"{left.fields.get('upload-offset')} bytes are still offered"
    await Sender(book, link).send(message)
    link.drop()
    await check(box, book)
    return summary(book, "an upload whose sync failed starts anew")


async def until(condition, what, box, seconds=20):
    for _ in range(seconds * 100):
        if condition():
            return
        assert box.is_running, f"{what}, and it ended: {box.talk()[-800:]}"
        await asyncio.sleep(0.01)
    raise AssertionError(what)


async def slow_disk(stage):
    """Each sync takes a tenth of a second longer: slow, and right."""
    box, book = stage.box(), Book(stage.seed)
    await box.start(stage.fault(calls="sync", match="-wal", errno=-100))
    load = Load(box, book, senders=12).begin()
    await asyncio.sleep(4 * min(1, stage.run.rounds) + 2)
    await load.finish()
    await check(box, book)
    return summary(book, "every sync of the journal took 100 ms longer")


async def descriptors(stage):
    """Few descriptors, and strangers who take all they can get."""
    stage.need("prlimit")
    box, book = stage.box(), Book(stage.seed)
    assert not await box.start(wrap=("prlimit", "--nofile=500"), must=False)
    assert "this process may open 500 files" in box.talk(), box.talk()
    await box.start(wrap=("prlimit", f"--nofile={FEW}"))
    load = Load(box, book, senders=4).begin()
    uploads = Load(box, book, senders=3, attach=1, receive=False).begin()
    rounds, most, given = stage.rounds(5), 0, 0
    for _ in range(rounds):
        await asyncio.sleep(0.5)
        crowd = [asyncio.create_task(stranger(box)) for _ in range(1000)]
        for _ in range(20):
            await asyncio.sleep(0.1)
            assert box.is_running, f"it ended without descriptors: {box.talk()[-800:]}"
            most = max(most, len(os.listdir(f"/proc/{box.process.pid}/fd")))
        receipts = len(book.receipts)
        await asyncio.sleep(2)
        given += len(book.receipts) - receipts
        assert len(book.receipts) > receipts, "who was connected before got no receipt more"
        for task in crowd:
            task.cancel()
        await asyncio.gather(*crowd, return_exceptions=True)
    assert most > FEW // 4, f"the crowd was no crowd: {most} open"
    assert most < FEW - 20, f"{most} of {FEW} open: none left for the store"
    await uploads.finish()
    await load.finish()
    await check(box, book)
    return summary(book, f"{rounds} times 1000 strangers at {FEW} descriptors, at most {most} "
                   f"open, {given} receipts meanwhile")


async def stranger(box):
    """Holds a connection for as long as it is let, and comes again."""
    while True:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", box.port)
            try:
                await reader.read()
            finally:
                writer.transport.abort()
        except OSError:
            pass
        await asyncio.sleep(0.05)


def cases():
    return [
        ("disk: full, tmpfs", full_tmpfs),
        ("disk: full, ext4", full_ext4),
        ("disk: writes, syncs, renames fail", failing),
        ("disk: sync of an upload fails", failed_upload),
        ("disk: slow", slow_disk),
        ("descriptors: exhausted", descriptors),
    ]
