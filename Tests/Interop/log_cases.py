"""The message log of the sandbox after all that the other cases did to it."""
import log_tools
from project import command

# The example key of the signed-note format, of another log.
FOREIGN_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"


def holds(sandbox):
    config = sandbox.path("gatehouse.json")
    done = command("log", "verify", "--config", config)
    assert done.returncode == 0, f"exit {done.returncode}: {(done.stdout + done.stderr)[-600:]}"
    done = command("log", "verify", "--config", config, "--vkey", FOREIGN_KEY)
    assert done.returncode == 4, f"exit {done.returncode} with another log's key"


def cases(sandbox):
    yield "log: gatehouse log verify holds, and not under another key", lambda: holds(sandbox)
    yield from log_tools.cases(sandbox)
