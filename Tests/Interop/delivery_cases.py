"""Pushes as a stranger sees them: PyPI's standardwebhooks verifies a real push of the sandbox; and
the scripts of docs/examples do the whole round trip.
"""
import datetime
import json
import shutil
import ssl
import subprocess
import sys
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from queue import Queue

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from api_cases import ISS, SCHOOL, verify, with_new_id
from project import JSON_TYPE, SCHEMAS, TOP, Skipped, examples, program


def certificate(folder):
    """A self-signed certificate for localhost: the gateway pins its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.timezone.utc)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name)
        .public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1)).sign(key, hashes.SHA256())
    )
    Path(folder, "certificate.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    Path(folder, "key.pem").write_bytes(key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption()))


class Receiver:
    """An HTTPS server that asks for a certificate of the sandbox's authority."""

    def __init__(self, authority):
        self.pushes = Queue()
        self.folder = tempfile.TemporaryDirectory()
        certificate(self.folder.name)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(f"{self.folder.name}/certificate.pem",
                                f"{self.folder.name}/key.pem")
        context.load_verify_locations(authority)
        context.verify_mode = ssl.CERT_REQUIRED
        pushes = self.pushes

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                pushes.put((dict(self.headers.items()), body))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"https://localhost:{self.server.server_port}/push"

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.folder.cleanup()


def endpoint(sandbox, *words):
    done = subprocess.run(
        [program(), "party", "endpoint", words[0], "--config", sandbox.path("gatehouse.json"),
         *words[1:]], cwd=TOP, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def referral():
    return with_new_id(
        examples(".valid.json", SCHEMAS / "messages/medical-referral/v1")[0].read_bytes())


def push(sandbox):
    receiver = Receiver(sandbox.path(sandbox.about["ca"]))
    try:
        secret = endpoint(
            sandbox, "set", "--url", receiver.url, "--certificate",
            f"{receiver.folder.name}/certificate.pem", ISS)
        envelope = referral()
        receipt = sandbox.party(SCHOOL).call(
            "POST", "/v1/messages", envelope, content_type=JSON_TYPE).expect(202).json
        while True:
            fields, body = receiver.pushes.get(timeout=60)
            headers = {name.lower(): value for name, value in fields.items()}
            Webhook(secret).verify(body, headers)
            if headers["webhook-id"] == receipt["messageId"]:
                break
        assert json.loads(body)["id"] == json.loads(envelope)["id"], "another message came"
        kinds = [part.split(",")[0] for part in headers["webhook-signature"].split(" ")]
        assert sorted(set(kinds)) == ["v1", "v1a"], kinds
        try:
            Webhook(secret).verify(body + b" ", headers)
        except WebhookVerificationError:
            return
        raise AssertionError("a changed body is verified as well")
    finally:
        endpoint(sandbox, "retire", ISS)
        receiver.close()


def script(sandbox, command):
    if command[0] == "sh" and not shutil.which("curl"):
        raise Skipped("curl is not installed")
    parties = {party["urn"]: party for party in sandbox.about["parties"]}
    files = [sandbox.path(parties[urn][name])
             for urn in (SCHOOL, ISS) for name in ("certificate", "key")]
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "envelope.json").write_bytes(referral())
        done = subprocess.run(
            [*command, sandbox.about["api"], sandbox.path(sandbox.about["ca"]), *files,
             f"{folder}/envelope.json", f"{folder}/proof"],
            cwd=TOP, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stdout + done.stderr
        assert done.stdout.rstrip().endswith("taken"), done.stdout
        proof = Path(folder, "proof").read_bytes()
        check = subprocess.run(
            [program(), "log", "verify-proof", f"{folder}/proof", "--key",
             Path(sandbox.path("log.vkey")).read_text().strip()],
            capture_output=True, text=True)
        assert check.returncode == 0, check.stderr
    assert b"extra " in proof and verify(proof, b"{}", "x+1+AA==") != 0


def cases(sandbox):
    return [
        ("delivery: standardwebhooks verifies a push", lambda: push(sandbox)),
        ("delivery: the Python script of docs/examples",
         lambda: script(sandbox, [sys.executable, "docs/examples/round_trip.py"])),
        ("delivery: the curl script of docs/examples",
         lambda: script(sandbox, ["sh", "docs/examples/round_trip.sh"])),
    ]
