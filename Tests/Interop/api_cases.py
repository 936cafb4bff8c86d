"""The main job by a stranger: a school sends in XML, the ISS reads in JSON, a receipt proves it.

Uses sandbox.json, Python's standard library and log_verify.py; nothing of ours besides.
"""
import base64
import json
import re
import ssl
import subprocess
import sys
import tempfile
import uuid
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree

from jsonschema_path import SchemaPath
from openapi_spec_validator import OpenAPIV31SpecValidator

from project import INTEROP, JSON_TYPE, SCHEMAS, XML_TYPE, examples, load

SCHOOL, ISS, CME = "urn:gatehouse:850:4321", "urn:gatehouse:850:iss", "urn:gatehouse:850:cme"
PAYLOAD = "{urn:gatehouse:message:medical-referral:v1}"
PATHS = [
    "/v1/messages", "/v1/messages/{messageId}", "/v1/messages/{messageId}/receipt", "/v1/inbox",
    "/v1/inbox/{messageId}", "/v1/inbox/{messageId}/acknowledgement", "/v1/attachments/{sha256}",
    "/v1/parties", "/v1/catalogue", "/v1/log/checkpoint", "/openapi.json",
]


def with_new_id(envelope):
    """An example's bytes under an id that was never used."""
    text = envelope.decode()
    new = f"interop-{uuid.uuid4()}"
    if text.lstrip().startswith("<"):
        changed, count = re.subn(r"(<id>)[^<]*(</id>)", rf"\g<1>{new}\g<2>", text, count=1)
    else:
        changed, count = re.subn(r'("id"\s*:\s*")[^"]*(")', rf"\g<1>{new}\g<2>", text, count=1)
    assert count == 1, "the example has no id"
    return changed.encode()


class Story:
    """The exchange, step by step; a step needs the ones before it."""

    def __init__(self, sandbox):
        self.sandbox = sandbox
        self.receipt = None

    def need(self):
        assert self.receipt, "nothing was admitted in an earlier step"
        return self.receipt["messageId"]

    def send(self):
        example = examples(".valid.xml", SCHEMAS / "messages/medical-referral/v1")[0]
        self.envelope = with_new_id(example.read_bytes())
        school = self.sandbox.party(SCHOOL)
        answer = school.call("POST", "/v1/messages", self.envelope, content_type=XML_TYPE)
        receipt = answer.expect(202).json
        missing = {"messageId", "source", "id", "admittedAt", "decision", "log"} - set(receipt)
        assert not missing, f"the receipt lacks {missing}"
        assert receipt["source"] == SCHOOL, receipt["source"]
        assert answer.headers.get("location") == "/v1/messages/" + receipt["messageId"]
        assert receipt["decision"]["verdict"] == "permit", receipt["decision"]["verdict"]
        assert receipt["decision"]["rules"], "the decision names no rule"
        self.receipt = receipt

    def send_twice(self):
        school = self.sandbox.party(SCHOOL)
        self.need()
        again = school.call("POST", "/v1/messages", self.envelope, content_type=XML_TYPE)
        assert again.expect(200).json == self.receipt, "the duplicate's receipt differs"
        other = self.envelope.replace(b"</surname>", b"son</surname>")
        assert other != self.envelope, "the example has no surname"
        conflict = school.call("POST", "/v1/messages", other, content_type=XML_TYPE)
        problem = conflict.expect(409).json
        assert problem["code"] == "duplicate-conflict", problem["code"]
        assert problem["retryable"] is False

    def list(self):
        iss, message = self.sandbox.party(ISS), self.need()
        after, pages = "", 0
        while pages < 100:
            page = iss.get(f"/v1/inbox?limit=2{after}").expect(200).json
            found = [entry for entry in page["messages"] if entry["messageId"] == message]
            if found:
                assert found[0]["type"] == "gatehouse.medical-referral.v1", found[0]["type"]
                assert found[0]["source"] == SCHOOL and found[0]["size"] > 0
                return
            assert page["next"], "the message is not in the inbox"
            after, pages = f"&after={page['next']}", pages + 1
        raise AssertionError("the inbox does not end")

    def read_as_json(self):
        iss, message = self.sandbox.party(ISS), self.need()
        answer = iss.get(f"/v1/inbox/{message}", accept=JSON_TYPE).expect(200)
        assert answer.media_type == JSON_TYPE, answer.media_type
        envelope = answer.json
        sent = ElementTree.fromstring(self.envelope)
        assert envelope["id"] == sent.find("{*}id").text
        assert envelope["lawfulbasis"] == "uk-gdpr:A6-1-e", "no lawful basis is stamped"
        child = sent.find(f".//{PAYLOAD}child")
        expected = {element.tag.removeprefix(PAYLOAD): element.text for element in child}
        assert expected and envelope["data"]["child"] == expected, "the child differs"

    def read_as_xml(self):
        iss, message = self.sandbox.party(ISS), self.need()
        answer = iss.get(f"/v1/inbox/{message}", accept=XML_TYPE).expect(200)
        assert answer.media_type == XML_TYPE, answer.media_type
        sent, got = ElementTree.fromstring(self.envelope), ElementTree.fromstring(answer.bytes)
        names = [[e.tag for e in root.iter() if e.tag.startswith(PAYLOAD)] for root in (sent, got)]
        texts = [[(e.text or "").strip() for e in root.iter() if e.tag.startswith(PAYLOAD)]
                 for root in (sent, got)]
        assert names[0] == names[1] and texts[0] == texts[1], "the payload differs"

    def strangers_see_nothing(self):
        cme, message = self.sandbox.party(CME), self.need()
        for path in (f"/v1/messages/{message}", f"/v1/messages/{message}/receipt",
                     f"/v1/inbox/{message}"):
            assert cme.get(path).expect(404).media_type == "application/problem+json"
        self.sandbox.party(SCHOOL).get(f"/v1/inbox/{message}").expect(404)

    def acknowledge(self):
        iss, message = self.sandbox.party(ISS), self.need()
        path = f"/v1/inbox/{message}/acknowledgement"
        iss.post_json(path, {"outcome": "taken"}).expect(200)
        iss.post_json(path, {"outcome": "taken"}).expect(200)
        status = self.sandbox.party(SCHOOL).get(f"/v1/messages/{message}").expect(200).json
        assert status["acknowledgement"]["outcome"] == "taken", status
        assert [entry["event"] for entry in status["timeline"]], "the timeline is empty"

    def prove(self):
        message = self.need()
        school = self.sandbox.party(SCHOOL)
        proof = school.get(f"/v1/messages/{message}/receipt").expect(200).bytes
        extra = re.search(rb"^extra (\S+)$", proof, re.MULTILINE)
        assert extra, "the proof does not carry its leaf entry"
        entry = base64.b64decode(extra[1], validate=True)
        assert json.loads(entry)["subject"] == message, "the leaf is of another message"
        vkey = Path(self.sandbox.path("log.vkey")).read_text().strip()
        assert verify(proof, entry, vkey) == 0, "log_verify.py does not accept the receipt"
        assert verify(proof, entry + b" ", vkey) == 4, "it accepts another entry as well"
        index = f"index {self.receipt['log']['index']}\n".encode()
        assert index in proof, "the receipt and its proof name different leaves"


def verify(proof, entry, vkey):
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "proof").write_bytes(proof)
        Path(folder, "entry").write_bytes(entry)
        script = [sys.executable, str(INTEROP / "log_verify.py"), "--vkey", vkey]
        return subprocess.run(
            [*script, "--entry", f"{folder}/entry", f"{folder}/proof"], capture_output=True
        ).returncode


def openapi(sandbox):
    """The description is valid, and what it refers to is served beside it."""
    school = sandbox.party(SCHOOL)
    document = school.get("/openapi.json").expect(200).json
    assert document["openapi"].startswith("3.1"), document["openapi"]

    def served(uri):
        # A schema's own $id is below https://gatehouse.example/schemas/; it is served here.
        path = urlsplit(uri).path
        return school.get(path if path.startswith("/v1/") else "/v1" + path).expect(200).json

    OpenAPIV31SpecValidator(
        SchemaPath.from_dict(
            document, base_uri=f"{sandbox.about['api']}/openapi.json", handlers={"https": served}
        )
    ).validate()
    missing = [path for path in PATHS if path not in document["paths"]]
    assert not missing, f"not described: {missing}"


def catalogue(sandbox):
    school = sandbox.party(SCHOOL)
    types = school.get("/v1/catalogue").expect(200).json["messageTypes"]
    assert types, "the catalogue is empty"
    for entry in types:
        for name, media_type in (("jsonSchema", "application/schema+json"),
                                 ("xmlSchema", "application/xml")):
            answer = school.get(entry[name]).expect(200)
            assert answer.media_type == media_type, f"{entry[name]}: {answer.media_type}"
    slug = types[0]["jsonSchema"].removeprefix("/v1/schemas/")
    assert school.get(types[0]["jsonSchema"]).json == load(SCHEMAS / slug), "another schema"


def borrowed_name(sandbox):
    example = examples(".valid.xml", SCHEMAS / "messages/medical-referral/v1")[0]
    envelope = with_new_id(example.read_bytes())
    answer = sandbox.party(CME).call("POST", "/v1/messages", envelope, content_type=XML_TYPE)
    problem = answer.expect(403).json
    assert problem["code"] == "sender-mismatch", problem["code"]


def no_certificate(sandbox):
    try:
        answer = sandbox.stranger().get("/v1/inbox")
    except (ssl.SSLError, ConnectionError):
        return
    assert answer.status in (401, 403), f"status {answer.status} without a certificate"


def cases(sandbox):
    story = Story(sandbox)
    yield "api: a school sends a medical referral in XML", story.send
    yield "api: sent twice it has one receipt, changed it is refused", story.send_twice
    yield "api: the ISS finds it in its inbox, page by page", story.list
    yield "api: the ISS reads it in JSON", story.read_as_json
    yield "api: the ISS reads it in XML", story.read_as_xml
    yield "api: nobody else sees it", story.strangers_see_nothing
    yield "api: the ISS takes it, and the school learns so", story.acknowledge
    yield "api: log_verify.py proves the receipt", story.prove
    yield "api: openapi-spec-validator takes /openapi.json", lambda: openapi(sandbox)
    yield "api: the catalogue leads to every schema", lambda: catalogue(sandbox)
    yield "api: nobody sends under another's name", lambda: borrowed_name(sandbox)
    yield "api: nobody comes in without a certificate", lambda: no_certificate(sandbox)
