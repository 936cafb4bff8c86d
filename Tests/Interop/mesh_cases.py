"""The MESH door by NHS England's own client (PyPI mesh-client), unmodified, on the running sandbox;
and by requests that the client would never make. Every verb, both directions between MESH and JSON.
"""
import gzip
import hmac
import http.client
import json
import os
import socket
import ssl
import threading
import time
import uuid
import warnings
from hashlib import sha256

from mesh_client import MeshClient, MeshError
from requests import HTTPError

import mesh_suites
from project import JSON_TYPE, SCHEMAS, XML_TYPE, examples

SCHOOL, ISS, CAMHS = "urn:gatehouse:850:4321", "urn:gatehouse:850:iss", "urn:gatehouse:850:ods-rw1"
V2 = "application/vnd.mesh.v2+json"
REFERRAL = SCHEMAS / "messages/medical-referral/v1"


def party(sandbox, urn):
    return next(each for each in sandbox.about["parties"] if each["urn"] == urn)


def mailbox(sandbox, urn):
    return party(sandbox, urn)["mesh"]["mailbox"]


def client(sandbox, urn, certificate=None, url=None, **options):
    """The official client as this party."""
    about, holder = party(sandbox, urn), party(sandbox, certificate or urn)
    # Set on some machines, it would be trusted beside the CA given.
    os.environ.pop("REQUESTS_CA_BUNDLE", None)
    return MeshClient(
        url or sandbox.about["api"], about["mesh"]["mailbox"],
        options.pop("password", about["mesh"]["password"]),
        shared_key=options.pop("shared_key", sandbox.about["meshSharedKey"]),
        cert=(sandbox.path(holder["certificate"]), sandbox.path(holder["key"])),
        verify=sandbox.path(sandbox.about["ca"]), timeout=60, **options)


def token(sandbox, urn, minutes=0, nonce=None, count=0):
    """An Authorization field as the MESH API describes it, made without the client."""
    about = party(sandbox, urn)["mesh"]
    stamp = time.strftime("%Y%m%d%H%M", time.gmtime(time.time() + 60 * minutes))
    name, nonce = about["mailbox"], nonce or str(uuid.uuid4())
    signed = f"{name}:{nonce}:{count}:{about['password']}:{stamp}".encode()
    code = hmac.new(sandbox.about["meshSharedKey"].encode(), signed, sha256).hexdigest()
    return f"NHSMESH {name}:{nonce}:{count}:{stamp}:{code}"


def call(sandbox, urn, verb, path, body=None, authorization=None, **fields):
    """One request below the party's mailbox, without the client."""
    fields.setdefault("Accept", V2)
    return sandbox.party(urn).call(
        verb, f"/messageexchange/{mailbox(sandbox, urn)}/{path}", body=body,
        Authorization=authorization or token(sandbox, urn), **fields)


def payload(ending=".valid.json"):
    return json.loads(examples(ending, REFERRAL)[0].read_bytes())["data"]


def drained(sandbox, urn):
    """A client whose inbox is empty."""
    mesh = client(sandbox, urn)
    for message in list(mesh.iterate_message_ids()):
        mesh.acknowledge_message(message)
    return mesh


def expect_http(status, function, *arguments, **named):
    try:
        function(*arguments, **named)
    except HTTPError as error:
        found = error.response.status_code
        assert found == status, f"{found}, not {status}: {error.response.text[:200]}"
        return error.response
    raise AssertionError(f"no error, expected {status}")


def expect_refused(words, function, *arguments, **named):
    try:
        function(*arguments, **named)
    except MeshError as error:
        assert words in str(error.args), f"{error.args} does not say {words}"
        return error.args
    raise AssertionError(f"no error, expected {words}")


# --- Every verb ----------------------------------------------------------------------------------

def liveness(sandbox):
    with client(sandbox, SCHOOL) as mesh:
        mesh.ping()
        assert mesh.handshake() == b"hello"


def mesh_to_json(sandbox):
    with client(sandbox, SCHOOL) as school, drained(sandbox, ISS):
        local = f"interop-{uuid.uuid4()}"
        data = json.dumps(payload()).encode()
        name = school.send_message(
            mailbox(sandbox, ISS), data, workflow_id="MEDICAL_REFERRAL", local_id=local)
        again = school.send_message(
            mailbox(sandbox, ISS), data, workflow_id="MEDICAL_REFERRAL", local_id=local)
        assert again == name, "sent twice it is two messages"
        iss = sandbox.party(ISS)
        listed = iss.get("/v1/inbox?limit=500").expect(200).json["messages"]
        assert len(listed) == 1, f"{len(listed)} messages"
        for accept in (JSON_TYPE, XML_TYPE):
            answer = iss.get(f"/v1/inbox/{listed[0]['messageId']}", Accept=accept).expect(200)
            assert local.encode() in answer.bytes, "another message"
        assert school.track_message(name)["status"] == "accepted"
        iss.post_json(
            f"/v1/inbox/{listed[0]['messageId']}/acknowledgement", {"outcome": "taken"}
        ).expect(200)
        tracked = school.track_message(name)
        assert tracked["status"] == "acknowledged" and tracked["local_id"] == local, tracked


def json_to_mesh(sandbox):
    with drained(sandbox, ISS) as iss:
        for ending, media_type in ((".valid.json", JSON_TYPE), (".valid.xml", XML_TYPE)):
            text = examples(ending, REFERRAL)[0].read_text()
            name = f"interop-{uuid.uuid4()}"
            old = text.split("<id>")[1].split("<")[0] if ending.endswith("xml") \
                else json.loads(text)["id"]
            receipt = sandbox.party(SCHOOL).call(
                "POST", "/v1/messages", text.replace(old, name, 1).encode(),
                content_type=media_type).expect(202).json
            expected = receipt["messageId"].replace("-", "").upper()
            assert iss.list_messages() == [expected]
            with iss.retrieve_message(expected) as message:
                assert message.sender == mailbox(sandbox, SCHOOL), message.sender
                assert message.recipient == mailbox(sandbox, ISS)
                assert message.workflow_id == "MEDICAL_REFERRAL", message.workflow_id
                assert message.local_id == name, message.local_id
                assert message.message_type == "DATA"
                assert message.content_type == media_type, message.content_type
                assert name.encode() in message.read()
            assert iss.list_messages() == []
            status = sandbox.party(SCHOOL).get(f"/v1/messages/{receipt['messageId']}").json
            assert status["state"] == "taken", status["state"]


def envelope_as_it_is(sandbox):
    with client(sandbox, SCHOOL) as school, drained(sandbox, ISS) as iss:
        for ending, media_type in ((".valid.json", JSON_TYPE), (".valid.xml", XML_TYPE)):
            text = examples(ending, REFERRAL)[0].read_text()
            name = f"interop-{uuid.uuid4()}"
            old = text.split("<id>")[1].split("<")[0] if ending.endswith("xml") \
                else json.loads(text)["id"]
            sent = school.send_message(
                mailbox(sandbox, ISS), text.replace(old, name, 1).encode(), content_type=media_type,
                workflow_id="gatehouse.medical-referral.v1", compress=True)
            assert iss.list_messages() == [sent]
            with iss.retrieve_message(sent) as message:
                assert name.encode() in message.read()


def chunks(sandbox):
    with client(sandbox, CAMHS) as camhs, drained(sandbox, SCHOOL) as school:
        data = os.urandom(5_000_001)
        for compress in (False, True):
            name = camhs.send_message(
                mailbox(sandbox, SCHOOL), data, workflow_id="TEST_WORKFLOW",
                max_chunk_size=1_000_000, compress=compress, content_type="image/png",
                filename="scan.png", subject="A subject", encrypted=True, compressed=True,
                checksum="md5: abc", partner_id="p")
            with school.retrieve_message(name) as message:
                assert message.mex_header("chunk-range") == "1:6"
                assert message.content_type == "image/png" and message.filename == "scan.png"
                assert message.subject == "A subject" and message.encrypted is True
                assert message.partner_id == "p" and message.checksum == "md5: abc"
                assert message.read() == data, "other bytes"
            name = camhs.send_message(
                mailbox(sandbox, SCHOOL), b"chunk by chunk", workflow_id="TEST_WORKFLOW2",
                max_chunk_size=1, compress=compress)
            with school.retrieve_message(name) as message:
                assert message.read() == b"chunk by chunk"
                assert message.compressed is compress


def chunked_payload(sandbox):
    with client(sandbox, SCHOOL) as school, drained(sandbox, ISS) as iss:
        data = json.dumps(payload()).encode()
        name = school.send_message(
            mailbox(sandbox, ISS), data, workflow_id="MEDICAL_REFERRAL", max_chunk_size=500,
            compress=True, content_type="application/json")
        with iss.retrieve_message(name) as message:
            assert json.loads(message.read())["data"]["child"] == payload()["child"]


def pages(sandbox):
    with client(sandbox, CAMHS) as camhs, drained(sandbox, SCHOOL) as school:
        sent = [
            camhs.send_message(
                mailbox(sandbox, SCHOOL), b"x", workflow_id=f"TEST_WORKFLOW{'2' if n % 2 else ''}")
            for n in range(25)
        ]
        assert school.list_messages() == sent
        assert list(school.iterate_message_ids(batch_size=10)) == sent
        for words, expected in (
            ("TEST_WORKFLOW2", sent[1::2]), ("!TEST_WORKFLOW2", sent[::2]), ("TEST*", sent),
            ("*FLOW2*", sent[1::2]), ("!*FLOW*", []),
        ):
            assert list(school.iterate_message_ids(words, batch_size=10)) == expected, words
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            assert school.count_messages() == 25
        assert [message.id() for message in school.iterate_all_messages()] == sent
        for name in sent:
            school.acknowledge_message(name)
            school.acknowledge_message(name)
        assert school.list_messages() == []


def lookups(sandbox):
    with client(sandbox, SCHOOL) as school:
        found = school.lookup_endpoint("RW1", "TEST_WORKFLOW")["results"]
        assert [each["mailbox_id"] for each in found] == [mailbox(sandbox, CAMHS)], found
        assert school.lookup_endpoint("RW1", "NO_SUCH_WORKFLOW")["results"] == []
        expect_http(404, school.track_message, message_id=uuid.uuid4().hex)


# --- What must not work --------------------------------------------------------------------------

def wrong_secrets(sandbox):
    for options in ({"password": "wrong"}, {"shared_key": "BackBone"}):
        with client(sandbox, SCHOOL, **options) as mesh:
            answer = expect_http(403, mesh.handshake)
            assert "Invalid Authentication Token" in answer.text
            expect_refused(
                "Invalid Authentication Token", mesh.send_message, mailbox(sandbox, ISS), b"x",
                workflow_id="TEST_WORKFLOW")


def other_certificate(sandbox):
    with client(sandbox, SCHOOL, certificate=CAMHS) as mesh:
        answer = expect_http(403, mesh.list_messages)
        assert "not one of the party of this certificate" in answer.text


def no_certificate(sandbox):
    context = ssl.create_default_context(cafile=sandbox.path(sandbox.about["ca"]))
    connection = http.client.HTTPSConnection("localhost", sandbox.port, context=context, timeout=20)
    try:
        connection.request(
            "GET", f"/messageexchange/{mailbox(sandbox, SCHOOL)}/inbox",
            headers={"Authorization": token(sandbox, SCHOOL)})
        connection.getresponse()
    except (ssl.SSLError, ConnectionError, http.client.HTTPException):
        return
    finally:
        connection.close()
    raise AssertionError("answered without a certificate")


def stale_and_used_tokens(sandbox):
    for minutes in (-125, 125):
        answer = call(sandbox, SCHOOL, "GET", "inbox", authorization=token(
            sandbox, SCHOOL, minutes))
        assert answer.status == 403, f"{minutes} minutes: {answer.status}"
    for minutes in (-115, 115):
        call(sandbox, SCHOOL, "GET", "inbox", authorization=token(
            sandbox, SCHOOL, minutes)).expect(200)
    used = token(sandbox, SCHOOL)
    call(sandbox, SCHOOL, "GET", "inbox", authorization=used).expect(200)
    call(sandbox, SCHOOL, "GET", "count", authorization=used).expect(403)
    fields = {"Mex-To": mailbox(sandbox, CAMHS), "Mex-WorkflowID": "TEST_WORKFLOW"}
    used = token(sandbox, SCHOOL)
    call(sandbox, SCHOOL, "POST", "outbox", b"once", used, **fields).expect(202)
    again = call(sandbox, SCHOOL, "POST", "outbox", b"twice", used, **fields).expect(403)
    assert "Duplicated" in again.bytes.decode()


def gaps(sandbox):
    fields = {"Mex-To": mailbox(sandbox, SCHOOL), "Mex-WorkflowID": "TEST_WORKFLOW",
              "Mex-Chunk-Range": "1:3"}
    name = call(sandbox, CAMHS, "POST", "outbox", b"1", **fields).expect(202).json["message_id"]

    def chunk(number, body, count=3, urn=CAMHS):
        return call(sandbox, urn, "POST", f"outbox/{name}/{number}", body,
                    **{"Mex-Chunk-Range": f"{number}:{count}"})

    with client(sandbox, SCHOOL) as school:
        chunk(3, b"3").expect(417)
        chunk(2, b"2", urn=SCHOOL).expect(403)
        chunk(2, b"2").expect(202)
        assert name not in school.list_messages(), "listed before it is whole"
        expect_http(410, school.retrieve_message, name)
        chunk(3, b"3").expect(202)
        chunk(2, b"2").expect(423)
        with school.retrieve_message(name) as message:
            assert message.read() == b"123"
        expect_http(410, school.retrieve_message, name)


def refusals(sandbox):
    with client(sandbox, SCHOOL) as school:
        to = mailbox(sandbox, ISS)
        expect_refused("12", school.send_message, "NOBODY", b"x", workflow_id="TEST_WORKFLOW")
        expect_refused("17", school.send_message, to, b"x", workflow_id="NO_SUCH_WORKFLOW")
        expect_refused("02", school.send_message, to, b"", workflow_id="TEST_WORKFLOW")
        expect_refused("payload-invalid", school.send_message, to, b"{}",
                       workflow_id="MEDICAL_REFERRAL")
        expect_refused("malformed-envelope", school.send_message, to, b"no json",
                       workflow_id="MEDICAL_REFERRAL")
        expect_refused("16", school.send_message, mailbox(sandbox, CAMHS),
                       json.dumps(payload()).encode(), workflow_id="MEDICAL_REFERRAL")
        expect_refused("TooLarge", school.send_message, to, b" " * (2 << 20),
                       workflow_id="MEDICAL_REFERRAL")
        bomb = gzip.compress(b" " * (8 << 20))
        fields = {"Mex-To": to, "Mex-WorkflowID": "MEDICAL_REFERRAL", "Content-Encoding": "gzip"}
        call(sandbox, SCHOOL, "POST", "outbox", bomb, **fields).expect(413)


class Cutter:
    """Forwards connections to the gateway; when told so, once, loses the answer and hangs up."""

    def __init__(self, port):
        self.target, self.losing = port, False
        self.lost = 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", self.target))
            threading.Thread(target=self.copy, args=(near, far, False), daemon=True).start()
            threading.Thread(target=self.copy, args=(far, near, True), daemon=True).start()

    def copy(self, source, target, is_answer):
        try:
            while data := source.recv(65536):
                if is_answer and self.losing:
                    self.losing = False
                    self.lost += 1
                    break
                target.sendall(data)
        except OSError:
            pass
        for end in (source, target):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


def own_retries(sandbox):
    """The client shows the same token again when an answer was lost; that must not be a replay."""
    cutter = Cutter(sandbox.port)
    url = f"https://localhost:{cutter.port}"
    with client(sandbox, CAMHS, url=url, retry_backoff_factor=0.01) as camhs, \
            drained(sandbox, SCHOOL) as school:
        camhs.handshake()
        cutter.losing = True
        camhs.list_messages()
        assert cutter.lost == 1, "no answer was lost"
        for number in (2, 3):
            first = camhs.send_chunk(mailbox(sandbox, SCHOOL), b"1", 1, 3,
                                     workflow_id="TEST_WORKFLOW").json()["message_id"]
            for each in (2, 3):
                cutter.losing = each == number
                camhs.send_chunk(mailbox(sandbox, SCHOOL), str(each).encode(), each, 3,
                                 message_id=first)
            with school.retrieve_message(first) as message:
                assert message.read() == b"123", f"lost the answer to chunk {number}"
        assert cutter.lost == 3, f"{cutter.lost} answers were lost"
        assert school.list_messages() == [], "a chunk's retry made a second message"
    cutter.listener.close()


def report_of_a_refusal(sandbox):
    """What a recipient's system refuses comes back as MESH's own report."""
    with drained(sandbox, SCHOOL) as school:
        to = mailbox(sandbox, "urn:gatehouse:850:refuse-not-ours")
        local = f"interop-{uuid.uuid4()}"
        name = school.send_message(to, b"x", workflow_id="TEST_WORKFLOW", local_id=local)
        listed = []
        for _ in range(100):
            listed = list(school.iterate_message_ids(workflow_filter="TEST_WORKFLOW"))
            if listed:
                break
            time.sleep(0.2)
        assert len(listed) == 1, f"{len(listed)} reports of the workflow"
        with school.retrieve_message(listed[0]) as report:
            assert report.read() == b"" and report.message_type == "REPORT", report.message_type
            assert report.local_id == local, report.local_id
            assert report.workflow_id == "TEST_WORKFLOW", report.workflow_id
            linked = dict(report.mex_headers())["linkedmsgid"]
            assert linked == name, linked
        assert not list(school.iterate_message_ids(workflow_filter="TEST_WORKFLOW"))
        tracked = school.track_message(name)
        assert tracked["status"] == "error" and tracked["status_code"] == "not-ours", tracked


def cases(sandbox):
    for name, function in (
        ("the official client pings and shakes hands", liveness),
        ("a bare payload by MESH is read by JSON and XML", mesh_to_json),
        ("a message by JSON or XML shows in the mailbox", json_to_mesh),
        ("a whole envelope is taken as it is", envelope_as_it_is),
        ("chunks, compressed and not, come back as they went", chunks),
        ("a payload in compressed chunks is one message", chunked_payload),
        ("pages, filters, count and acknowledgement", pages),
        ("look-up and tracking", lookups),
        ("wrong password and wrong shared key", wrong_secrets),
        ("another mailbox's certificate", other_certificate),
        ("no certificate", no_certificate),
        ("stale and used tokens", stale_and_used_tokens),
        ("chunk gaps, strangers' chunks, chunks too late", gaps),
        ("what is refused is refused at once, in MESH's words", refusals),
        ("a report of a refusal, in the sender's inbox", report_of_a_refusal),
        ("the client's own retries are no replays", own_retries),
    ):
        yield f"mesh: {name}", lambda function=function: function(sandbox)
    yield from mesh_suites.cases(sandbox)
