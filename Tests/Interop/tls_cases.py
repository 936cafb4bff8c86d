"""sslyze on the API's port: Mozilla's intermediate profile, but for the private CA."""
import re
import subprocess
import sys

SCHOOL = "urn:gatehouse:850:4321"
# The sandbox's CA is its own, as a deployment's may be; sslyze knows public CAs only.
EXPECTED = {"certificate_path_validation"}


def complaints(output):
    """The names of what sslyze finds not compliant; nothing when it gave no verdict."""
    if re.search(r"^\s*\S+:\d+: OK - Compliant", output, re.MULTILINE):
        return set()
    found = re.search(r"^\s*\S+:\d+: FAILED - Not compliant\.\n(.*)", output, re.MULTILINE | re.S)
    assert found, f"sslyze gave no verdict: {output[-600:]}"
    return set(re.findall(r"^\s*\* ([a-z_]+):", found[1], re.MULTILINE))


def profile(sandbox):
    school = next(party for party in sandbox.about["parties"] if party["urn"] == SCHOOL)
    done = subprocess.run(
        [sys.executable, "-m", "sslyze", "--mozilla_config", "intermediate",
         "--cert", sandbox.path(school["certificate"]), "--key", sandbox.path(school["key"]),
         f"localhost:{sandbox.port}"],
        capture_output=True, text=True, timeout=120,
    )
    found = complaints(done.stdout + done.stderr)
    assert found <= EXPECTED, f"not compliant: {sorted(found - EXPECTED)}"


def cases(sandbox):
    yield "tls: sslyze finds Mozilla's intermediate profile", lambda: profile(sandbox)
