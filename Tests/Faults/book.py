"""What was sent, what was promised, what was handed over: the senders' and receivers' books.

A sender writes a receipt down after it has the whole answer, and sends until it has one; a receiver
writes down what it was handed before it acknowledges. Never forgives: whatever does not fit is a
fault in `faults`.
"""
import asyncio
import copy
import hashlib
import json
import random
from dataclasses import dataclass, field

from box import service_of, urn_of
from link import Broken, Link
from project import JSON_TYPE, SCHEMAS

EXAMPLE = json.loads(
    (SCHEMAS / "messages/fifteen-day-absence-notification/v1/examples/on-and-off.valid.json")
    .read_text())
PASSING = (429, 503, 507)
TEXT = 4000
MOST_FAULTS = 2000
UPN_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"


def child_of(number):
    """One of many children, all invented: messages about another child are of another chain."""
    digits = f"850203924{100 + number:03}"
    place = sum(int(digit) * (at + 2) for at, digit in enumerate(digits)) % 23
    return {
        "upn": UPN_LETTERS[place] + digits, "surname": "Sampleson",
        "forename": "Ali" + chr(97 + number // 26) + chr(97 + number % 26),
        "dateOfBirth": f"2014-{1 + number % 12:02}-{1 + number % 28:02}", "sex": "M"}


@dataclass
class Message:
    """One message: everything in it that varies is made of its own nonce."""

    school: str
    envelope: dict
    bytes: bytes
    attachment: bytes | None

    @property
    def key(self):
        return self.envelope["source"], self.envelope["id"]


@dataclass
class Book:
    """The books of one case."""

    seed: int
    sent: dict = field(default_factory=dict)
    receipts: dict = field(default_factory=dict)
    # By source and id: how often each message id was handed over under it.
    handed: dict = field(default_factory=dict)
    faults: list = field(default_factory=list)
    repeats: int = 0
    answers: dict = field(default_factory=dict)
    unasked: int = 0
    # Seconds after which an inbox that cannot be read is a fault.
    patience: float = 60
    # How many children the messages are about.
    children: int = 1
    # What endpoints kept, by the party, in the order in which each was first kept.
    pushed: dict = field(default_factory=dict)
    # What a recipient refused, so that its state may say so.
    refused: set = field(default_factory=set)

    def __post_init__(self):
        self.random = random.Random(self.seed)

    def message(self, school, large=False, attach=False):
        """A new message of a school to its service."""
        nonce = f"{self.random.getrandbits(128):032x}"
        envelope = copy.deepcopy(EXAMPLE)
        envelope["id"] = f"f-{nonce}"
        envelope["source"] = urn_of(school)
        envelope["recipient"] = urn_of(service_of(school))
        data = envelope["data"]
        if self.children > 1:
            data["child"] = child_of(self.random.randrange(self.children))
        length = TEXT if large else self.random.randrange(40, 1200)
        data["provisionArranged"] = (f"{nonce} " * (length // 33 + 1))[:length].strip()
        data["provisionSuitableWhy"] = (f"{nonce}\n" * 40)[:self.random.randrange(33, 1200)].strip()
        data["reasonSummary"] = nonce
        attachment = None
        if attach:
            attachment = (nonce.encode() * (self.random.randrange(2, 4000)))
            data["attachments"] = [{
                "kind": "attendance-certificate", "mediaType": "text/plain",
                "sha256": hashlib.sha256(attachment).hexdigest(), "size": len(attachment),
                "name": "certificate.txt"}]
        message = Message(school, envelope, json.dumps(envelope).encode(), attachment)
        self.sent[message.key] = message
        return message

    def keep(self, message, answer):
        """Writes a receipt down; it must be this message's, and the same as any before."""
        receipt = answer.json
        if (receipt.get("source"), receipt.get("id")) != message.key:
            return self.fault(f"{message.key[1]} got the receipt of {receipt.get('id')}")
        earlier = self.receipts.setdefault(message.key, answer.bytes)
        if earlier != answer.bytes:
            self.fault(f"{message.key[1]} got a second, other receipt")

    def push(self, party, envelope, message_id):
        """Writes down what an endpoint kept."""
        key = (envelope.get("source"), envelope.get("id"))
        if key in self.sent and key not in self.handed:
            self.pushed.setdefault(party, []).append(key)
        self.hand(envelope, message_id)

    def hand(self, envelope, message_id):
        """Writes down what a receiver was handed."""
        key = (envelope.get("source"), envelope.get("id"))
        message = self.sent.get(key)
        if message is None:
            if not str(key[1]).startswith("f-"):
                self.unasked += 1
                return
            return self.fault(f"{key[1]} was handed over and never sent")
        for name, value in message.envelope.items():
            if envelope.get(name) != value:
                self.fault(f"{key[1]}: `{name}` is not what was sent")
        known = self.handed.setdefault(key, {})
        known[message_id] = known.get(message_id, 0) + 1

    def fault(self, text):
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(text)

    def count(self, status):
        self.answers[status] = self.answers.get(status, 0) + 1

    @property
    def handed_twice(self):
        """Handings over beyond the first: what a receiver's dedupe takes out."""
        return sum(sum(ids.values()) - 1 for ids in self.handed.values())


class Sender:
    """Sends one message after another, each until it has a receipt."""

    def __init__(self, book, link, attach=0.0, pause=0.0, large=False, limit=None):
        self.book, self.link, self.attach, self.pause = book, link, attach, pause
        self.large, self.limit = large, limit
        self.times = []

    async def run(self, stop):
        """Until `stop` is set; the message under way is finished, however long it takes."""
        count = 0
        while not stop.is_set() and (self.limit is None or count < self.limit):
            count += 1
            attach = self.book.random.random() < self.attach
            await self.send(self.book.message(self.link.party, self.large, attach))
            if self.pause:
                await asyncio.sleep(self.pause)

    async def send(self, message):
        """Sends a message until it is promised."""
        clock = asyncio.get_running_loop().time
        while True:
            try:
                if message.attachment is not None:
                    if not await self.upload(message):
                        continue
                began = clock()
                answer = await self.link.call(
                    "POST", "/v1/messages", message.bytes, Content_Type=JSON_TYPE)
            except Broken:
                self.book.repeats += 1
                await asyncio.sleep(0.05)
                continue
            self.book.count(answer.status)
            if answer.status in (200, 202):
                self.times.append(clock() - began)
                return self.book.keep(message, answer)
            if not await self.may_repeat(answer):
                return self.book.fault(f"{message.key[1]} was refused: {answer}")

    async def upload(self, message):
        digest = hashlib.sha256(message.attachment).hexdigest()
        answer = await self.link.call("PUT", f"/v1/attachments/{digest}", message.attachment)
        if answer.status in (200, 201):
            return True
        self.book.count(answer.status)
        if not await self.may_repeat(answer):
            self.book.fault(f"an upload was refused: {answer}")
            message.attachment = None
        return False

    async def may_repeat(self, answer):
        """Waits as a passing refusal asks; False when it is none. The wait is cut short: what is
        proved is that the answer names one."""
        if answer.status not in PASSING:
            return False
        if answer.retry_after is None:
            self.book.fault(f"{answer.status} without Retry-After")
        self.book.repeats += 1
        await asyncio.sleep(min(answer.retry_after or 0, 0.3))
        return True


class Receiver:
    """Takes what is in a party's inbox: fetches, writes down, acknowledges."""

    def __init__(self, book, link, acknowledges=True):
        self.book, self.link, self.acknowledges = book, link, acknowledges
        self.done = set()

    async def run(self, stop):
        while not stop.is_set():
            try:
                await self.take(wait=1)
            except Broken:
                await asyncio.sleep(0.05)

    async def drain(self):
        """Takes until the inbox is empty (or, for one that never acknowledges, seen through)."""
        clock = asyncio.get_running_loop().time
        end = clock() + self.book.patience
        while True:
            try:
                if await self.take(wait=0) == 0:
                    return
            except Broken as error:
                if clock() > end:
                    return self.book.fault(f"the inbox cannot be read: {error}")
                await asyncio.sleep(0.05)

    async def take(self, wait):
        """One page after another; gives the number of messages fetched."""
        fetched, after = 0, ""
        while True:
            page = await self.link.call("GET", f"/v1/inbox?limit=200&wait={wait}{after}")
            if page.status != 200:
                await asyncio.sleep(0.1)
                raise Broken(f"the inbox answered {page}")
            content = page.json
            for entry in content["messages"]:
                if entry["messageId"] in self.done:
                    continue
                await self.fetch(entry["messageId"])
                fetched += 1
            if not content.get("next"):
                return fetched
            after, wait = f"&after={content['next']}", 0

    async def fetch(self, message_id):
        answer = await self.link.call("GET", f"/v1/inbox/{message_id}", Accept=JSON_TYPE)
        if answer.status != 200:
            raise Broken(f"a message answered {answer}")
        envelope = answer.json
        self.book.hand(envelope, message_id)
        for attachment in envelope["data"].get("attachments", []):
            got = await self.link.call("GET", f"/v1/attachments/{attachment['sha256']}")
            if got.status in PASSING:
                raise Broken(f"an attachment answered {got}")
            if hashlib.sha256(got.bytes).hexdigest() != attachment["sha256"]:
                self.book.fault(f"{message_id}: an attachment is not what was uploaded")
        if self.acknowledges:
            answer = await self.link.call(
                "POST", f"/v1/inbox/{message_id}/acknowledgement", b'{"outcome":"taken"}',
                Content_Type="application/json")
            if answer.status in PASSING:
                raise Broken(f"an acknowledgement answered {answer}")
            if answer.status != 200:
                self.book.fault(f"an acknowledgement was refused: {answer}")
                return
        self.done.add(message_id)


class Load:
    """Senders and receivers at work while something goes wrong."""

    def __init__(self, box, book, schools=("4321", "851-4551"), senders=4, attach=0.0, pause=0.0,
                 acknowledges=True, port=None, receive=True, large=False, seconds=30):
        self.stop = asyncio.Event()
        self.book = book
        self.senders = [
            Sender(book, Link(box, schools[n % len(schools)], port, seconds=seconds), attach, pause,
                   large)
            for n in range(senders)]
        services = sorted({service_of(school) for school in schools}) if receive else []
        self.receivers = [
            Receiver(book, Link(box, name, port, seconds=seconds), acknowledges)
            for name in services]
        self.tasks = []

    def begin(self):
        workers = [*self.senders, *self.receivers]
        self.tasks = [asyncio.create_task(worker.run(self.stop)) for worker in workers]
        return self

    async def finish(self, patience=90):
        """Stops: what is under way gets its receipt, and the inboxes are emptied."""
        self.stop.set()
        try:
            async with asyncio.timeout(patience):
                await asyncio.gather(*self.tasks)
        except TimeoutError:
            self.book.fault(f"a sender got no receipt in {patience} s")
        for receiver in self.receivers:
            await receiver.drain()
        for worker in [*self.senders, *self.receivers]:
            worker.link.drop()

    async def abandon(self):
        """Stops at once, whatever is under way."""
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
