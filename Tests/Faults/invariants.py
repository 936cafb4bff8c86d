"""The invariants: what must hold after any fault. Never repairs, never looks away.

Every message with a receipt reached its recipient, or lies in its inbox, or is reported; nothing
was handed over under another id; after dedupe by source and id nothing came twice; bytes are equal;
what is pushed keeps the order of its chain; the receipt is given again; the database is whole; the
log verifies.
"""
import hashlib
import json

from box import service_of
from book import Receiver
from link import Broken, Link
from project import JSON_TYPE

REPORTED = ("undelivered", "held")
ASKED_AGAIN = 200


async def check(box, book, drain=True):
    """Checks the running gateway, stops it, and checks what it left. Raises with all faults."""
    await of_running(box, book, drain)
    await box.stop()
    of_files(box, book)
    settle(book)


def settle(book):
    assert not book.faults, f"seed {book.seed}: {len(book.faults)} faults: " + "; ".join(
        book.faults[:8])
    assert book.receipts, "the load was no load: no receipt"


async def of_running(box, book, drain=True):
    """What can be asked of a gateway: inboxes, receipts, states."""
    schools = {message.school for message in book.sent.values()}
    if drain:
        for service in sorted({service_of(school) for school in schools}):
            receiver = Receiver(book, Link(box, service), acknowledges=False)
            await receiver.drain()
            receiver.link.drop()
    links = {school: Link(box, school) for school in schools}
    for key in sorted(set(book.receipts) - set(book.handed)):
        message_id = json.loads(book.receipts[key])["messageId"]
        answer = await patient(links[book.sent[key].school], "GET", f"/v1/messages/{message_id}")
        state = answer.json.get("state") if answer.status == 200 else answer.status
        if state not in REPORTED and not (state == "refused" and key in book.refused):
            book.fault(f"{key[1]} has a receipt, was not handed over and is {state}: lost")
    for key, ids in book.handed.items():
        if len(ids) > 1:
            book.fault(f"{key[1]} was handed over under {len(ids)} message ids")
        promised = book.receipts.get(key)
        if promised and json.loads(promised)["messageId"] not in ids:
            book.fault(f"{key[1]} was handed over under an id that no receipt names")
    keys = sorted(book.receipts)
    for key in book.random.sample(keys, min(len(keys), ASKED_AGAIN)):
        message = book.sent[key]
        answer = await patient(
            links[message.school], "POST", "/v1/messages", message.bytes, Content_Type=JSON_TYPE)
        if answer.status != 200 or answer.bytes != book.receipts[key]:
            book.fault(f"{key[1]}: its receipt is not given again: {answer}")
    for link in links.values():
        link.drop()


async def patient(link, *arguments, **fields):
    """A call that may be repeated once, on a connection of its own."""
    try:
        return await link.call(*arguments, **fields)
    except Broken:
        return await link.call(*arguments, **fields)


def of_files(box, book):
    """What lies on the disk when no gateway runs: rows, bytes, the log."""
    code, talk = box.verify()
    if code != 0:
        book.fault(f"log verify ended with {code}: {talk}")
    database = box.database()
    try:
        whole = database.execute("PRAGMA integrity_check").fetchone()[0]
        if whole != "ok":
            book.fault(f"the database is damaged: {whole}")
        stored, places = {}, {}
        for source, source_id, message_id, received, sequence in database.execute(
                "SELECT source, source_id, message_id, received, sequence FROM message"):
            if not source_id.startswith("f-"):
                continue
            if (source, source_id) not in book.sent:
                book.fault(f"{source_id} is stored and was never sent")
            stored[source, source_id] = (message_id, bytes(received))
            places[source, source_id] = sequence
        in_order(book, places)
        for key, receipt in book.receipts.items():
            found = stored.get(key)
            if found is None:
                book.fault(f"{key[1]} has a receipt and is not on the disk: lost")
            elif found[0] != json.loads(receipt)["messageId"]:
                book.fault(f"{key[1]} is stored under another id than its receipt's")
            elif found[1] != book.sent[key].bytes:
                book.fault(f"{key[1]}: the bytes stored are not those sent")
            elif book.sent[key].attachment is not None:
                of_attachment(box, book, book.sent[key])
    finally:
        database.close()


def in_order(book, places):
    """Messages of one sender about one child reach an endpoint in the order of admission."""
    for party, keys in book.pushed.items():
        last = {}
        for key in keys:
            chain = (key[0], book.sent[key].envelope["data"]["child"]["upn"])
            if places.get(key, 0) < last.get(chain, 0):
                book.fault(f"{key[1]} was pushed to {party} after a later one of its chain")
            last[chain] = max(places.get(key, 0), last.get(chain, 0))


def of_attachment(box, book, message):
    digest = hashlib.sha256(message.attachment).hexdigest()
    path = box.folder / "data/attachments/whole" / digest[:2] / digest
    if not path.is_file() or path.read_bytes() != message.attachment:
        book.fault(f"{message.key[1]}: its attachment is not on the disk")
