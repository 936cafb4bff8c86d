"""A party's side of the API with Python's standard library alone: ssl and http.client.

Never follows redirects and never trusts any CA but the one given.
"""
import http.client
import json
import ssl


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.bytes = response.read()

    @property
    def media_type(self):
        return self.headers.get("content-type", "").split(";")[0].strip()

    @property
    def json(self):
        return json.loads(self.bytes)

    def expect(self, status):
        """Itself, when the status is the one named; else says what came."""
        start = self.bytes[:400].decode(errors="replace")
        assert self.status == status, f"status {self.status}, expected {status}: {start}"
        return self


class Party:
    def __init__(self, port, authority, certificate=None, key=None):
        self.port = port
        self.context = ssl.create_default_context(cafile=authority)
        if certificate:
            self.context.load_cert_chain(certificate, key)

    def call(self, verb, path, body=None, timeout=90, **fields):
        """One request on a connection of its own; `content_type="…"` sets Content-Type."""
        headers = {name.replace("_", "-"): value for name, value in fields.items()}
        connection = http.client.HTTPSConnection(
            "localhost", self.port, context=self.context, timeout=timeout
        )
        try:
            connection.request(verb, path, body=body, headers=headers)
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def get(self, path, **fields):
        return self.call("GET", path, **fields)

    def post_json(self, path, value):
        return self.call("POST", path, json.dumps(value).encode(), content_type="application/json")
