"""The checker is checked: a fault is planted behind the gateway's back, and it must be told.

Nothing here is a fault of the gateway: these cases fail when the checker is blind.
"""
import asyncio
import json

from book import Book, Load
from invariants import check, of_files, of_running, settle


async def exchanged(stage, acknowledges=True):
    """A gateway that ran under load, was stopped, and its books."""
    box, book = stage.box(), Book(stage.seed)
    await box.start()
    load = Load(box, book, senders=3, acknowledges=acknowledges, receive=acknowledges).begin()
    await asyncio.sleep(1)
    await load.finish()
    await box.stop()
    return box, book


def change(box, *statements):
    """Does to the database what a fault of the gateway could have done."""
    database = box.database()
    database.execute("PRAGMA foreign_keys = OFF")
    for statement, arguments in statements:
        database.execute(statement, arguments)
    database.commit()
    database.close()


async def verdict(box, book, running=True):
    """What the checker says after the planting; fails when it says nothing."""
    if running:
        await box.start()
        book.patience = 2
    try:
        if running:
            await check(box, book)
        else:
            of_files(box, book)
            settle(book)
    except AssertionError as error:
        return str(error)
    raise AssertionError("the checker saw nothing")


def some(book):
    key = sorted(book.receipts)[len(book.receipts) // 2]
    return key, json.loads(book.receipts[key])["messageId"]


async def message_gone(stage):
    box, book = await exchanged(stage, acknowledges=False)
    key, message_id = some(book)
    rows = "(SELECT sequence FROM message WHERE message_id = ?)"
    change(
        box, (f"DELETE FROM inbox WHERE message = {rows}", [message_id]),
        ("DELETE FROM message WHERE message_id = ?", [message_id]))
    told = await verdict(box, book)
    assert f"{key[1]} has a receipt" in told and "lost" in told, told
    assert "log verify ended with 4" in "".join(book.faults), told
    return "a message taken out of the tables: lost, and exit 4 of log verify"


async def never_listed(stage):
    box, book = await exchanged(stage, acknowledges=False)
    key, message_id = some(book)
    change(box, (
        "DELETE FROM inbox WHERE message = (SELECT sequence FROM message WHERE message_id = ?)",
        [message_id]))
    told = await verdict(box, book)
    assert f"{key[1]} has a receipt, was not handed over" in told, told
    return "a message that no inbox lists: lost"


async def twice(stage):
    box, book = await exchanged(stage, acknowledges=False)
    key, message_id = some(book)
    columns = [row[1] for row in rows_of(box, "PRAGMA table_info(message)")]
    other = "00000000-0000-7000-8000-000000000000"
    new = {"sequence": "1000000", "message_id": f"'{other}'", "source_id": "source_id || '+'"}
    chosen = ", ".join(new.get(column, column) for column in columns)
    listed = [row[1] for row in rows_of(box, "PRAGMA table_info(inbox)")]
    values = ", ".join({"message": "1000000"}.get(column, column) for column in listed)
    change(
        box, (f"INSERT INTO message SELECT {chosen} FROM message WHERE message_id = ?",
              [message_id]),
        (f"INSERT INTO inbox SELECT {values} FROM inbox WHERE message = "
         "(SELECT sequence FROM message WHERE message_id = ?)", [message_id]))
    told = await verdict(box, book)
    assert f"{key[1]} was handed over under 2 message ids" in "".join(book.faults), told
    return "a message kept again under a new id: seen at the receiver"


def rows_of(box, statement):
    database = box.database()
    rows = database.execute(statement).fetchall()
    database.close()
    return rows


async def bytes_changed(stage):
    box, book = await exchanged(stage, acknowledges=False)
    key, message_id = some(book)
    received = next(
        row[0] for row in rows_of(
            box, f"SELECT received FROM message WHERE message_id = '{message_id}'"))
    changed = bytes(received).replace(b"Sampleson", b"Simpleson")
    change(box, ("UPDATE message SET received = ? WHERE message_id = ?", [changed, message_id]))
    told = await verdict(box, book)
    all_faults = "".join(book.faults)
    assert "`data` is not what was sent" in all_faults, told
    assert f"{key[1]}: the bytes stored are not those sent" in all_faults, told
    return "one letter changed in the tables: seen at the receiver and on the disk"


async def receipt_not_kept(stage):
    """A receipt for what was never committed, as a gateway that answers too early would give."""
    box, book = await exchanged(stage)
    message = book.message("4321")
    receipt = json.loads(next(iter(book.receipts.values())))
    receipt.update(
        source=message.key[0], id=message.key[1],
        messageId="01a1ff4d-0000-7000-8000-000000000000")
    book.receipts[message.key] = json.dumps(receipt).encode()
    told = await verdict(box, book)
    assert f"{message.key[1]} has a receipt, was not handed over and is 404: lost" in told, told
    return "a receipt for what was not committed: lost"


async def mixed_up(stage):
    """Two messages whose contents changed places on the way."""
    box, book = await exchanged(stage)
    one, two = book.message("4321"), book.message("4321")
    book.hand({**one.envelope, "data": two.envelope["data"]}, "x")
    assert "`data` is not what was sent" in book.faults[0], book.faults
    book.faults.clear()

    class Given:
        json = {"source": two.key[0], "id": two.key[1]}
        bytes = b"{}"

    book.keep(one, Given)
    assert f"{one.key[1]} got the receipt of" in book.faults[0], book.faults
    book.faults.clear()
    book.hand({**one.envelope, "id": "f-never"}, "y")
    assert "never sent" in book.faults[0], book.faults
    return "a content, a receipt, a message of another: each told"


async def nothing_wrong(stage):
    """And it says nothing when nothing is wrong."""
    box, book = await exchanged(stage)
    await box.start()
    await of_running(box, book)
    await box.stop()
    of_files(box, book)
    settle(book)
    return f"{len(book.receipts)} receipts, nothing planted, nothing told"


def cases():
    return [
        ("checker: nothing planted", nothing_wrong),
        ("checker: message removed", message_gone),
        ("checker: message in no inbox", never_listed),
        ("checker: message under a new id", twice),
        ("checker: content changed", bytes_changed),
        ("checker: receipt without a commit", receipt_not_kept),
        ("checker: contents mixed up", mixed_up),
    ]
