"""Power cuts: the disk as it is at one instant, put back into another gateway.

The data lies on ext4 in an image file, and that file on XFS, which can copy it whole at an instant
(reflink). The copy has what reached the block device; what was written and not synced is in the
page cache above and is not in it. That is a power cut, but for the device's own cache.
"""
import asyncio
import copy
import subprocess

from book import Book, Load
from invariants import check

HOST_BYTES, DISK_BYTES = "900M", {"ext4": "160M", "xfs": "320M"}
# Without ext4's kindness of writing out by itself what a careless program forgets to sync.
OPTIONS = {"ext4": "loop,noauto_da_alloc", "xfs": "loop,nouuid"}


def do(*command):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    assert done.returncode == 0, f"{command[0]}: {done.stderr.strip()[-300:]}"


class Disk:
    """A disk that can be copied at an instant."""

    def __init__(self, stage, kind):
        stage.need_root("loop devices")
        stage.need("mkfs.xfs", "mkfs.ext4", "losetup")
        self.stage, self.options = stage, OPTIONS[kind]
        self.count = 0
        image = stage.folder / "host.img"
        do("truncate", "-s", HOST_BYTES, image)
        do("mkfs.xfs", "-q", "-m", "reflink=1", image)
        self.host = stage.mount(stage.folder / "host", "-o", "loop", image)
        self.image = self.host / "disk.img"
        do("truncate", "-s", DISK_BYTES[kind], self.image)
        do(*(["mkfs.ext4", "-q", "-F"] if kind == "ext4" else ["mkfs.xfs", "-q"]), self.image)
        self.folder = stage.mount(stage.folder / "disk", "-o", self.options, self.image)

    async def copied(self):
        """The disk as it is now, mounted as after a power cut."""
        self.count += 1
        image = self.host / f"copy{self.count}.img"
        copying = await asyncio.create_subprocess_exec(
            "cp", "--reflink=always", str(self.image), str(image))
        assert await copying.wait() == 0, "the disk cannot be copied"
        return image, self.stage.folder / f"copy{self.count}"

    def settled(self):
        """Makes sure that what was put there to begin with is on the device."""
        do("sync", "-f", self.folder)


async def cuts(stage, environment, attach=0.2, rounds=12, kind="ext4"):
    """Copies of the disk under load, each with the book as it stood before the copy."""
    disk = Disk(stage, kind)
    box, book = stage.box(disk.folder / "box"), Book(stage.seed)
    disk.settled()
    await box.start(environment)
    load = Load(box, book, senders=4, attach=attach, pause=0.02).begin()
    found = []
    for _ in range(rounds):
        await asyncio.sleep(stage.random.uniform(0.4, 1.2))
        promised = dict(book.receipts)
        handed = copy.deepcopy(book.handed)
        image, folder = await disk.copied()
        then = Book(book.random.getrandbits(48), sent=book.sent, receipts=promised, handed=handed)
        found.append((image, folder, disk.options, then))
    await load.finish()
    await box.stop()
    return found, book


async def restored(stage, image, folder, options, book):
    """Starts a gateway on a copy and checks all that had been promised."""
    stage.mount(folder, "-o", options, image)
    book.sent = dict(book.sent)
    box = stage.box_of(folder / "box")
    await box.start()
    await check(box, book)


async def power_cut(stage, kind):
    found, _ = await cuts(stage, None, rounds=stage.rounds(12), kind=kind)
    receipts = 0
    for *disk, then in found:
        await restored(stage, *disk, then)
        receipts += len(then.receipts)
    return f"{len(found)} cuts; {receipts} receipts looked for after them, 0 lost, 0 doubled"


async def on_ext4(stage):
    return await power_cut(stage, "ext4")


async def on_xfs(stage):
    return await power_cut(stage, "xfs")


async def seen(stage, environment, attach=0.2):
    """What the checker says when syncs are left out: it must see it after every cut."""
    found, _ = await cuts(stage, environment, attach, rounds=2)
    told = []
    for *disk, then in found:
        then.patience = 2
        try:
            await restored(stage, *disk, then)
        except (AssertionError, OSError, ValueError) as error:
            told.append(f"{error} {then.faults}")
        for box in stage.boxes:
            box.end()
    assert len(told) == len(found), (
        f"syncs were left out, and the checker saw it in {len(told)} of {len(found)} cuts")
    return told


async def no_sync_seen(stage):
    told = await seen(stage, stage.fault(calls="sync", errno=0))
    return f"{len(told)} cuts without any sync, the loss seen in each"


async def no_attachment_sync_seen(stage):
    told = await seen(stage, stage.fault(calls="sync", errno=0, match="/attachments/"), attach=0.8)
    assert all("attachment" in text for text in told), f"other faults than attachments': {told}"
    return f"{len(told)} cuts without a sync of attachments, the loss seen in each"


def cases():
    return [
        ("power cut: ext4, copied under load", on_ext4),
        ("power cut: XFS, copied under load", on_xfs),
        ("power cut: checker sees that no sync was made", no_sync_seen),
        ("power cut: checker sees that attachments were not synced", no_attachment_sync_seen),
    ]
