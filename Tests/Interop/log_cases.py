"""The message log of the sandbox after all that the other cases did to it."""
import base64
import hashlib
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import log_tools
from project import INTEROP, command

# The example key of the signed-note format, of another log.
FOREIGN_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"


def holds(sandbox):
    config = sandbox.path("gatehouse.json")
    done = command("log", "verify", "--config", config)
    assert done.returncode == 0, f"exit {done.returncode}: {(done.stdout + done.stderr)[-600:]}"
    done = command("log", "verify", "--config", config, "--vkey", FOREIGN_KEY)
    assert done.returncode == 4, f"exit {done.returncode} with another log's key"


def verify(folder, vkey):
    """The exit code of log_verify.py, which has nothing of ours."""
    done = subprocess.run(
        [sys.executable, str(INTEROP / "log_verify.py"), "--vkey", vkey, "--entry",
         str(folder / "entry"), str(folder / "proof")], capture_output=True, text=True)
    return done.returncode


def flipped(data, place):
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1:]


def stranger_proves(sandbox):
    """Python, the log's public key and a proof: each altered line or entry is refused."""
    config = sandbox.path("gatehouse.json")
    vkey = Path(sandbox.path("log.vkey")).read_text().split("\n")[0]
    shown = command("log", "show", "--config", config, "--kind", "admitted", "--json")
    record = json.loads(shown.stdout.split("\n")[0])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        done = command("log", "prove", "--config", config, record["subject"], "--output",
                       str(folder / "proof"))
        assert done.returncode == 0, done.stderr[-300:]
        proof = (folder / "proof").read_bytes()
        extra = next(line for line in proof.split(b"\n") if line.startswith(b"extra "))
        entry = base64.b64decode(extra[6:])
        assert json.loads(entry)["subject"] == record["subject"]
        (folder / "entry").write_bytes(entry)
        assert verify(folder, vkey) == 0, "the proof is not accepted"
        assert verify(folder, FOREIGN_KEY) == 4, "accepted under another log's key"
        end = proof.index(b"\n\xe2\x80\x94 ")
        for place in list(range(0, end, 7)) + [end + 60, len(proof) - 12]:
            inside = len(b"c2sp.org/tlog-proof@v1\n")
            if inside <= place < inside + len(extra):
                continue  # What goes along; the entry is given beside it.
            (folder / "proof").write_bytes(flipped(proof, place))
            assert verify(folder, vkey) != 0, f"a flipped bit at {place} is accepted"
        (folder / "proof").write_bytes(proof)
        for place in range(0, len(entry), 11):
            (folder / "entry").write_bytes(flipped(entry, place))
            assert verify(folder, vkey) == 4, f"an altered entry is accepted, byte {place}"


def tree_hash(leaves):
    """RFC 6962, section 2.1, as it is written there."""
    if len(leaves) == 1:
        return leaves[0]
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    pair = b"\x01" + tree_hash(leaves[:half]) + tree_hash(leaves[half:])
    return hashlib.sha256(pair).digest()


def recomputed(tiles):
    """The size and the root of the entry bundles of a folder, and whether the tiles agree."""
    _, size, root = (tiles / "checkpoint").read_text().split("\n")[:3]
    leaves, agree = [], True
    for number in range((int(size) + 255) // 256):
        width = min(256, int(size) - number * 256)
        name = f"{number:03d}" + ("" if width == 256 else f".p/{width}")
        rest, hashes = (tiles / "tile/entries" / name).read_bytes(), b""
        while rest:
            length = int.from_bytes(rest[:2], "big")
            hashes += hashlib.sha256(b"\x00" + rest[2:2 + length]).digest()
            rest = rest[2 + length:]
        agree = agree and (tiles / "tile/0" / name).read_bytes() == hashes
        leaves += [hashes[place:place + 32] for place in range(0, len(hashes), 32)]
    return agree and len(leaves) == int(size) and tree_hash(leaves) == base64.b64decode(root)


def stranger_recomputes(sandbox):
    """The whole tree from the entry bundles, in Python's own library; each damage is seen."""
    with tempfile.TemporaryDirectory() as name:
        tiles = Path(name) / "tiles"
        done = command("log", "export", "--config", sandbox.path("gatehouse.json"), "--tiles",
                       str(tiles))
        assert done.returncode == 0, done.stderr[-300:]
        assert recomputed(tiles), "the bundles do not make the root that is signed"
        files = [path for folder in ["tile/entries", "tile/0"]
                 for path in (tiles / folder).rglob("*") if path.is_file()]
        for path in files:
            good = path.read_bytes()
            path.write_bytes(flipped(good, len(good) - 1))
            assert not recomputed(tiles), f"an altered {path.relative_to(tiles)} is not seen"
            path.write_bytes(good)
        assert recomputed(tiles)


def cases(sandbox):
    yield "log: gatehouse log verify holds, and not under another key", lambda: holds(sandbox)
    yield ("log: a stranger proves an admission, and no altered one",
           lambda: stranger_proves(sandbox))
    yield ("log: a stranger recomputes the tree from its bundles",
           lambda: stranger_recomputes(sandbox))
    yield from log_tools.cases(sandbox)
