"""Parties that speak MESH: they send in chunks, list, retrieve and acknowledge, with a token of
their own for each request. Written from the API's description, with the standard library alone.
"""
import asyncio
import hashlib
import hmac
import json
import time
import uuid

from box import service_of, urn_of
from link import Broken, Link
from project import JSON_TYPE

V2 = "application/vnd.mesh.v2+json"
TYPED = "gatehouse.fifteen-day-absence-notification.v1"
OPAQUE = "TEST_WORKFLOW"
REFUSED = "refused"
PASSING = (429, 503, 507)


class Mailbox:
    """A party's mailbox, over one connection."""

    def __init__(self, box, party, port=None, seconds=30):
        settings = json.loads(box.config.read_text())["mesh"]
        secrets = json.loads((box.folder / settings["secrets"]).read_text())
        self.names = {each["party"]: each["mailbox"] for each in settings["mailboxes"]}
        self.party, self.name = party, self.names[urn_of(party)]
        self.password, self.key = secrets["mailboxes"][self.name], secrets["sharedKey"].encode()
        self.link = Link(box, party, port, seconds=seconds)

    def token(self):
        stamp = time.strftime("%Y%m%d%H%M", time.gmtime())
        nonce = str(uuid.uuid4())
        signed = f"{self.name}:{nonce}:0:{self.password}:{stamp}".encode()
        code = hmac.new(self.key, signed, hashlib.sha256).hexdigest()
        return f"NHSMESH {self.name}:{nonce}:0:{stamp}:{code}"

    async def call(self, verb, path, body=b"", **fields):
        return await self.link.call(
            verb, f"/messageexchange/{self.name}/{path}", body, Authorization=self.token(),
            Accept=V2, **fields)


class Letters:
    """The books of what went by MESH, beside those of the messages (book.py)."""

    def __init__(self, book):
        self.book = book
        # By source and id: the id by which MESH knows a message that was accepted.
        self.accepted = {}
        # By source and id: every MESH id under which it was retrieved.
        self.retrieved = {}
        # Bytes that nobody reads: by their nonce what was sent, its id when accepted, and the ids
        # under which it came.
        self.bulk, self.bulk_accepted, self.bulk_came = {}, {}, {}
        self.chunks = self.restarts = self.reports = 0

    def new_bulk(self):
        """Bytes of their own, sent in two chunks at least."""
        nonce = f"{self.book.random.getrandbits(128):032x}"
        self.bulk[nonce] = nonce.encode() * self.book.random.randrange(8, 3000)
        return nonce

    def accept(self, message, mesh_id):
        """The last chunk was answered 202."""
        earlier = self.accepted.setdefault(message.key, mesh_id)
        if earlier != mesh_id:
            self.book.fault(f"{message.key[1]} was accepted under two ids")

    def retrieve(self, fields, content, mesh_id):
        """Writes down what was retrieved, before it is acknowledged."""
        if fields.get("mex-messagetype") == "REPORT":
            self.reports += 1
        elif fields.get("mex-workflowid") == OPAQUE:
            nonce = content[:32].decode(errors="replace")
            if nonce not in self.bulk:
                return self.book.fault(f"{mesh_id}: bytes that nobody sent")
            if content != self.bulk[nonce]:
                self.book.fault(f"{nonce}: other bytes than were sent, {len(content)}")
            came = self.bulk_came.setdefault(nonce, {})
            came[mesh_id] = came.get(mesh_id, 0) + 1
        else:
            try:
                envelope = json.loads(content)
            except ValueError:
                return self.book.fault(f"{mesh_id}: what was retrieved is not JSON")
            key = (envelope.get("source"), envelope.get("id"))
            if key not in self.book.sent:
                if str(key[1]).startswith("f-"):
                    self.book.fault(f"{key[1]} was retrieved and never sent")
                return
            for name, value in self.book.sent[key].envelope.items():
                if envelope.get(name) != value:
                    self.book.fault(f"{key[1]}: `{name}` is not what was sent")
            came = self.retrieved.setdefault(key, {})
            came[mesh_id] = came.get(mesh_id, 0) + 1

    async def settle(self, box):
        """Turns what MESH promised into receipts, which the JSON API must give for the same bytes
        sent again; and what MESH handed over into messages handed over. Once, at the end."""
        book, links = self.book, {}
        for key, mesh_id in sorted(self.accepted.items()):
            message = book.sent[key]
            link = links.setdefault(message.school, Link(box, message.school))
            answer = await link.call(
                "POST", "/v1/messages", message.bytes, Content_Type=JSON_TYPE)
            if answer.status != 200:
                book.fault(f"{key[1]} was accepted by MESH as {mesh_id}; sent again: {answer}")
            else:
                book.keep(message, answer)
        for key, came in self.retrieved.items():
            receipt = book.receipts.get(key)
            own = json.loads(receipt)["messageId"] if receipt else None
            expected = self.accepted.get(key) or (own or "").replace("-", "").upper()
            for mesh_id, times in came.items():
                # One that was not promised yet is handed over under whatever id it has.
                known = own if own and mesh_id == expected else mesh_id
                handed = book.handed.setdefault(key, {})
                handed[known] = handed.get(known, 0) + times
        for nonce, mesh_id in self.bulk_accepted.items():
            came = set(self.bulk_came.get(nonce, {}))
            if came != {mesh_id}:
                book.fault(f"{nonce} was accepted as {mesh_id} and came as {sorted(came)}: "
                           + ("lost" if not came else "doubled"))
        for nonce, came in self.bulk_came.items():
            if len(came) > 1:
                book.fault(f"{nonce} came as {sorted(came)}: doubled")
        for link in links.values():
            link.drop()

    def text(self):
        opaque = sum(sum(came.values()) for came in self.bulk_came.values())
        return (f"{len(self.accepted)} messages and {len(self.bulk_accepted)} opaque transfers "
                f"accepted by MESH in {self.chunks} chunks ({self.restarts} begun anew), "
                f"{sum(map(len, self.retrieved.values()))} and {opaque} retrieved")


class MeshSender:
    """Sends one message after another, each until its last chunk was accepted."""

    def __init__(self, letters, mailbox, opaque_to=None):
        """`opaque_to`: a party that gets bytes; else messages to the school's service."""
        self.letters, self.mailbox, self.opaque_to = letters, mailbox, opaque_to
        self.book = letters.book

    async def run(self, stop):
        while not stop.is_set():
            await self.one()
            await asyncio.sleep(0.02)

    async def one(self):
        if self.opaque_to:
            nonce = self.letters.new_bulk()
            content, to = self.letters.bulk[nonce], self.opaque_to
            least, workflow, local, kind = 2, OPAQUE, nonce, "application/octet-stream"
        else:
            message = self.book.message(self.mailbox.party)
            content, to = message.bytes, service_of(self.mailbox.party)
            least, workflow, local, kind = 1, TYPED, message.key[1], JSON_TYPE
        first = {
            "Mex_To": self.mailbox.names[urn_of(to)], "Mex_WorkflowID": workflow,
            "Mex_LocalID": local, "Content_Type": kind}
        count = self.book.random.randrange(least, 6)
        size = -(-len(content) // count)
        parts = [content[at:at + size] for at in range(0, len(content), size)]
        while True:
            mesh_id = await self.send(parts, first)
            if mesh_id == REFUSED:
                return
            if mesh_id is not None:
                break
            self.letters.restarts += 1
        if self.opaque_to:
            self.letters.bulk_accepted[nonce] = mesh_id
        else:
            self.letters.accept(message, mesh_id)

    async def send(self, parts, first):
        """All chunks; gives the id, None when it has to begin anew, or REFUSED."""
        mesh_id, number = None, 1
        while number <= len(parts):
            path = "outbox" if number == 1 else f"outbox/{mesh_id}/{number}"
            fields = first if number == 1 else {"Content_Type": first["Content_Type"]}
            try:
                answer = await self.mailbox.call(
                    "POST", path, parts[number - 1], **fields,
                    Mex_Chunk_Range=f"{number}:{len(parts)}")
            except Broken:
                self.book.repeats += 1
                await asyncio.sleep(0.05)
                if number == 1:
                    return None
                continue
            self.book.count(answer.status)
            if answer.status == 202:
                if number == 1:
                    mesh_id = answer.json["message_id"]
                number += 1
                self.letters.chunks += 1
            elif answer.status in PASSING:
                if answer.retry_after is None:
                    self.book.fault(f"{answer.status} without Retry-After")
                self.book.repeats += 1
                await asyncio.sleep(0.2)
                if number == 1:
                    return None
            else:
                self.book.fault(
                    f"chunk {number} of {len(parts)} of {first['Mex_LocalID']}: {answer}")
                return REFUSED
        return mesh_id


class MeshReceiver:
    """Lists, retrieves chunk by chunk, writes down, and acknowledges."""

    def __init__(self, letters, mailbox):
        self.letters, self.mailbox, self.book = letters, mailbox, letters.book
        self.done = set()

    async def run(self, stop):
        while not stop.is_set():
            try:
                if not await self.take():
                    await asyncio.sleep(0.1)
            except Broken:
                await asyncio.sleep(0.05)

    async def drain(self):
        end = time.monotonic() + self.book.patience
        while True:
            try:
                if not await self.take():
                    return
            except Broken as error:
                if time.monotonic() > end:
                    return self.book.fault(f"the mailbox cannot be read: {error}")
                await asyncio.sleep(0.05)

    async def take(self):
        listed = await self.mailbox.call("GET", "inbox?max_results=50")
        if listed.status != 200:
            await asyncio.sleep(0.1)
            raise Broken(f"the mailbox answered {listed}")
        ids = [each for each in listed.json["messages"] if each not in self.done]
        for mesh_id in ids:
            await self.fetch(mesh_id)
        return len(ids)

    async def fetch(self, mesh_id):
        content, number, fields = b"", 1, {}
        while True:
            part = "" if number == 1 else f"/{number}"
            answer = await self.mailbox.call("GET", f"inbox/{mesh_id}{part}")
            if answer.status in PASSING:
                raise Broken(f"a message answered {answer}")
            if answer.status not in (200, 206):
                self.book.fault(f"{mesh_id} is listed and answers {answer}")
                break
            fields = fields or answer.fields
            content += answer.bytes
            if answer.status == 200:
                self.letters.retrieve(fields, content, mesh_id)
                break
            number += 1
        answer = await self.mailbox.call("PUT", f"inbox/{mesh_id}/status/acknowledged")
        if answer.status in PASSING:
            raise Broken(f"an acknowledgement answered {answer}")
        if answer.status != 200:
            self.book.fault(f"an acknowledgement was refused: {answer}")
        self.done.add(mesh_id)
