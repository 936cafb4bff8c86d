"""The whole round trip with Python's standard library: send, wait, read, acknowledge, prove.

    round_trip.py URL CA SENDER_CERT SENDER_KEY RECIPIENT_CERT RECIPIENT_KEY ENVELOPE PROOF
"""
import http.client
import json
import ssl
import sys
from urllib.parse import urlsplit

url, ca, *files, envelope, proof = sys.argv[1:]
JSON = "application/cloudevents+json"

def party(certificate, key):
    context = ssl.create_default_context(cafile=ca)
    context.load_cert_chain(certificate, key)
    connection = http.client.HTTPSConnection(urlsplit(url).netloc, context=context, timeout=90)
    def call(verb, path, body=None, **fields):
        connection.request(verb, path, body, {k.replace("_", "-"): v for k, v in fields.items()})
        answer = connection.getresponse()
        content = answer.read()
        if answer.status >= 300:
            sys.exit(f"{verb} {path}: {answer.status} {content.decode()}")
        return content
    return call

sender, recipient = party(*files[:2]), party(*files[2:])
sent = json.loads(sender("POST", "/v1/messages", open(envelope, "rb").read(), content_type=JSON))
lease = json.loads(recipient("POST", "/v1/inbox/leases?limit=100&seconds=30&wait=60"))
assert sent["messageId"] in [message["messageId"] for message in lease["messages"]]
message = json.loads(recipient("GET", f"/v1/inbox/{sent['messageId']}", accept=JSON))
recipient("POST", f"/v1/inbox/{sent['messageId']}/acknowledgement", b'{"outcome":"taken"}',
          content_type="application/json")
state = json.loads(sender("GET", f"/v1/messages/{sent['messageId']}"))["state"]
open(proof, "wb").write(sender("GET", f"/v1/messages/{sent['messageId']}/receipt"))
print(message["type"], state)
