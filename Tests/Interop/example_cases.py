"""Every example over the wire: valid ones are admitted, invalid ones refused as foretold."""
import json
import re

from api_cases import with_new_id
from project import JSON_TYPE, XML_TYPE, examples, issues_of, message_folders, relative


def source_of(text):
    found = re.search(r"<source>([^<]*)<", text) or re.search(r'"source"\s*:\s*"([^"]*)"', text)
    assert found, "the example has no source"
    return found[1]


def post(sandbox, example, envelope):
    media_type = XML_TYPE if example.suffix == ".xml" else JSON_TYPE
    sender = sandbox.party(source_of(envelope.decode()))
    return sender.call("POST", "/v1/messages", envelope, content_type=media_type)


# Rests on law that is enacted and not commenced: refused until a setting says that it is.
NOT_IN_FORCE = "not-to-share-decision"
# Claims a posting that is in no pool here.
NO_POSTING = "lost-pupil-claim"


def admitted(sandbox, example):
    descriptor = json.loads((example.parent.parent / "message.json").read_text())
    answer = post(sandbox, example, with_new_id(example.read_bytes()))
    if descriptor["slug"] == NOT_IN_FORCE:
        answer.expect(403)
        assert answer.json["code"] == "not-in-force", answer.json["code"]
    elif descriptor["slug"] == NO_POSTING:
        answer.expect(422)
        places = [error.get("pointer", error.get("xpath")) for error in answer.json["errors"]]
        assert len(places) == 1 and places[0].endswith("postingId"), places
    else:
        answer.expect(202)


def refused(sandbox, example):
    answer = post(sandbox, example, example.read_bytes())
    assert answer.status in (400, 422), f"status {answer.status}"
    assert answer.media_type == "application/problem+json", answer.media_type
    errors = answer.json["errors"]
    # One place may have several issues of a rule (two members missing): foretold once.
    named = {(error.get("pointer", error.get("xpath")), error["rule"]) for error in errors}
    expected = {(issue["place"], issue["rule"]) for issue in issues_of(example)}
    assert named == expected, f"named {sorted(named)}, expected {sorted(expected)}"
    assert all(error["detail"] for error in errors), "an error has no message"


def cases(sandbox):
    for folder in message_folders():
        for ending in ("json", "xml"):
            for example in examples(f".valid.{ending}", folder):
                yield f"wire: admits {relative(example)}", lambda e=example: admitted(sandbox, e)
            for example in examples(f".invalid.{ending}", folder):
                yield f"wire: refuses {relative(example)}", lambda e=example: refused(sandbox, e)
