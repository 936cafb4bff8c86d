#!/usr/bin/env python3
"""Proves, without Gatehouse's code, that an entry is in its log.

    log_verify.py --vkey VKEY --entry ENTRY [--event EVENT --salt HEX] PROOF

PROOF   the receipt's .tlog-proof file (c2sp.org/tlog-proof)
VKEY    the log's public key, e.g. gatehouse.example/log+1a2b3c4d+AR... (c2sp.org/signed-note)
ENTRY   a file with the bytes of the leaf entry
EVENT   a file with the canonical bytes of the event behind the leaf; SALT is its 64 hex digits

Needs Python 3.9 and the package `cryptography`, for Ed25519 alone. Asks nobody: no network.
Exit codes: 0 proved, 2 usage, 4 not proved.
"""

import argparse
import base64
import hashlib
import json
import sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

DASH = "\u2014 ".encode()


class NotProved(Exception):
    """The reason why the proof does not hold."""


def require(condition, reason):
    if not condition:
        raise NotProved(reason)


def sha256(data):
    return hashlib.sha256(data).digest()


def unbase64(text):
    """Standard base64 with padding, in its one form."""
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        raise NotProved("a part is not base64") from None
    require(base64.b64encode(data) == text, "a part is not base64 in its one form")
    return data


def decimal(text):
    """ASCII digits without leading zeros."""
    require(text.isdigit() and len(text) < 20 and str(int(text)).encode() == text, "not a number")
    return int(text)


def read_vkey(vkey):
    """The name, key id and public key of a vkey, whose id must be its own."""
    parts = vkey.encode().split(b"+", 2)
    require(len(parts) == 3, "the vkey does not have three parts")
    name, key_id, material = parts[0], parts[1], unbase64(parts[2])
    require(len(material) == 33 and material[0] == 1, "the vkey is not an Ed25519 key")
    require(sha256(name + b"\n" + material)[:4].hex().encode() == key_id, "the vkey's id is wrong")
    return name, bytes.fromhex(key_id.decode()), material[1:]


def open_checkpoint(note, vkey):
    """The origin, size and root of a checkpoint that the log has signed."""
    name, key_id, public_key = read_vkey(vkey)
    note.decode("utf-8")
    require(all(byte >= 0x20 or byte == 0x0A for byte in note), "the note has control characters")
    split = note.rfind(b"\n\n")
    require(split >= 0 and note.endswith(b"\n"), "the checkpoint is not a signed note")
    text, lines = note[: split + 1], note[split + 2 : -1].split(b"\n")
    signed = False
    for line in lines:
        fields = line[len(DASH) :].split(b" ")
        require(line.startswith(DASH) and len(fields) == 2, "a signature line is malformed")
        signature = unbase64(fields[1])
        if fields[0] != name or signature[:4] != key_id:
            continue  # another's signature says nothing here
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature[4:], text)
        signed = True
    require(signed, "the log has not signed the checkpoint")
    body = text[:-1].split(b"\n")
    require(len(body) >= 3 and all(body), "the note's text is not a checkpoint")
    require(body[0] == name, "the checkpoint is of another log")
    root = unbase64(body[2])
    require(len(root) == 32, "the root is not a SHA-256")
    return body[0].decode(), decimal(body[1]), root


def read_proof(text):
    """The index, hashes and signed checkpoint of a tlog-proof."""
    head, gap, checkpoint = text.partition(b"\n\n")
    require(gap, "the proof has no empty line")
    lines = head.split(b"\n")
    require(lines.pop(0) == b"c2sp.org/tlog-proof@v1", "not a tlog-proof")
    if lines and lines[0].startswith(b"extra "):
        lines.pop(0)
    require(lines and lines[0].startswith(b"index "), "the proof has no index")
    index = decimal(lines.pop(0)[6:])
    hashes = [unbase64(line) for line in lines]
    require(all(len(value) == 32 for value in hashes), "a hash is not a SHA-256")
    return index, hashes, checkpoint


def root_of(leaf, index, size, hashes):
    """The root that an inclusion proof leads to (RFC 9162, section 2.1.3.2)."""
    require(0 <= index < size, "the index is outside of the tree")
    node, last, value = index, size - 1, leaf
    for sibling in hashes:
        require(last > 0, "the proof is too long")
        if node & 1 or node == last:
            value = sha256(b"\x01" + sibling + value)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            value = sha256(b"\x01" + value + sibling)
        node, last = node >> 1, last >> 1
    require(last == 0, "the proof is too short")
    return value


def verify(proof, vkey, entry, event=None, salt=None):
    """What is proved, as a sentence or two; raises NotProved or InvalidSignature."""
    index, hashes, checkpoint = read_proof(proof)
    origin, size, root = open_checkpoint(checkpoint, vkey)
    require(root_of(sha256(b"\x00" + entry), index, size, hashes) == root, "the roots differ")
    said = f"The entry is leaf {index} of the {size} in the log {origin}."
    if event is not None:
        commitment = "sha256:" + sha256(salt + event).hex()
        require(json.loads(entry)["commitment"] == commitment, "the leaf is of another event")
        said += " The event is the one that the leaf commits to."
    return said


def contents(path):
    with open(path, "rb") as file:
        return file.read()


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("proof", metavar="PROOF")
    parser.add_argument("--vkey", required=True)
    parser.add_argument("--entry", required=True)
    parser.add_argument("--event")
    parser.add_argument("--salt", type=bytes.fromhex)
    options = parser.parse_args()
    if (options.event is None) != (options.salt is None):
        parser.error("--event and --salt belong together")
    try:
        event = contents(options.event) if options.event else None
        proof, entry = contents(options.proof), contents(options.entry)
        print("PROVED.", verify(proof, options.vkey, entry, event, options.salt))
    except NotProved as reason:
        print(f"NOT PROVED: {reason}.", file=sys.stderr)
        return 4
    except InvalidSignature:
        print("NOT PROVED: the log's signature does not verify.", file=sys.stderr)
        return 4
    except OSError as error:
        parser.error(f"{error.filename}: {error.strerror}")
    except (ValueError, KeyError, TypeError):
        print("NOT PROVED: a part is malformed.", file=sys.stderr)
        return 4
    return 0


if __name__ == "__main__":
    sys.exit(main())
