#!/usr/bin/env python3
"""Runs the interop checks: strangers' programs against ours, each check a case with a name.

    run.py [--list] [WORD…]     only the cases whose name contains one of the words

Takes the program from GATEHOUSE, or .build/debug/gatehouse. The last line counts: `N passed,
N failed`, and `N skipped` with each skip named above it. Exit codes: 0 all passed, 1 one failed,
2 there was nothing to run.
"""
import argparse
import sys
import time
import traceback

import api_cases
import command_cases
import example_cases
import log_cases
import mesh_cases
import schema_cases
import tls_cases
import xsd_cases
from project import Skipped
from sandbox import Sandbox

MODULES = [
    schema_cases, xsd_cases, command_cases, api_cases, example_cases, tls_cases, log_cases,
    mesh_cases,
]


def reason_of(error):
    """One line for an expected failure; the place as well for a surprise."""
    if isinstance(error, AssertionError) and str(error):
        return str(error)
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}: {error} ({last.filename.split('/')[-1]}:{last.lineno})"


def run(cases):
    """Runs (name, function) pairs in order; returns how many passed, failed and were skipped."""
    passed = failed = skipped = 0
    for name, function in cases:
        started = time.monotonic()
        try:
            function()
        except Skipped as reason:
            skipped += 1
            print(f"skipped - {name}: {reason}", flush=True)
        except Exception as error:
            failed += 1
            print(f"not ok - {name}: {reason_of(error)}", flush=True)
        else:
            passed += 1
            print(f"ok - {name} ({time.monotonic() - started:.1f} s)", flush=True)
    return passed, failed, skipped


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--list", action="store_true", help="only name the cases")
    parser.add_argument("words", nargs="*", metavar="WORD")
    options = parser.parse_args()
    with Sandbox() as sandbox:
        cases = [case for module in MODULES for case in module.cases(sandbox)]
        if options.words:
            cases = [case for case in cases if any(word in case[0] for word in options.words)]
        if options.list:
            print("\n".join(name for name, _ in cases))
            return 0
        passed, failed, skipped = run(cases)
    rest = f", {skipped} skipped" if skipped else ""
    print(f"{passed} passed, {failed} failed{rest}")
    return 2 if passed + failed == 0 else min(failed, 1)


if __name__ == "__main__":
    sys.exit(main())
