#!/usr/bin/env python3
"""Runs the fault table: each case does something bad to a gateway under load, then checks the
invariants (invariants.py).

    run.py [--seed N] [--rounds F] [--list] [--table FILE] [WORD…]

Only the cases whose name contains one of the words. --rounds multiplies how often each case does
its fault (0.2 for a quick look). Takes the program from GATEHOUSE, or .build/debug/gatehouse. As
root it moves into a mount namespace of its own, so that no mount outlives it. The last line counts;
exit codes: 0 all passed, 1 one failed, 2 there was nothing to run.
"""
import argparse
import asyncio
import logging
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent / "Interop"))

import checker_cases
import clock_cases
import disk_cases
import kill_cases
import load_cases
import mesh_cases
import power_cases
import push_cases
import receiver_cases
import wire_cases
from box import Box, Template
from project import Skipped

MODULES = [
    checker_cases, kill_cases, power_cases, disk_cases, clock_cases, wire_cases, receiver_cases,
    push_cases, mesh_cases, load_cases,
]
FAULTS = Path(__file__).resolve().parent


class Stage:
    """What a case works with: a seed of its own, folders, boxes, the library of faults."""

    def __init__(self, run, name):
        self.run, self.name = run, name
        self.seed = random.Random(f"{run.seed} {name}").getrandbits(48)
        self.random = random.Random(self.seed)
        self.folder = run.scratch / name.replace(" ", "-").replace(":", "").replace("/", "-")
        self.folder.mkdir()
        self.boxes, self.undo = [], []

    def rounds(self, count):
        """How often to do the fault: `count`, times what --rounds says, at least once."""
        return max(1, round(count * self.run.rounds))

    def box(self, folder=None):
        """A new gateway's folder."""
        box = Box(self.run.template, folder or self.folder / f"box{len(self.boxes)}")
        self.boxes.append(box)
        return box

    def box_of(self, folder):
        """The gateway's folder that is there already."""
        box = Box(None, folder)
        self.boxes.append(box)
        return box

    def finally_do(self, *command):
        """A command that undoes something, run at the end of the case in any event."""
        self.undo.append(command)

    def mount(self, target, *arguments):
        """Mounts something on a new folder, until the case ends. Needs root."""
        self.need_root("mounts")
        target.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(
            ["mount", *map(str, arguments), str(target)], capture_output=True, text=True)
        if done.returncode != 0:
            raise Skipped(f"mount {arguments[0]}: {done.stderr.strip()}")
        self.finally_do("umount", "-l", str(target))
        return target

    def need_root(self, what):
        if os.geteuid() != 0:
            raise Skipped(f"{what} need root")

    def need(self, *programs):
        for program in programs:
            if shutil.which(program) is None:
                raise Skipped(f"{program} is not installed: .ci/needs faults")

    def fault(self, **settings):
        """The environment that makes a gateway's disk fail, as faultfs.c reads it."""
        return {"LD_PRELOAD": self.run.library(), **{
            f"FAULT_{name.upper()}": str(value) for name, value in settings.items()}}

    def end(self):
        for box in self.boxes:
            box.end()
        if self.run.keeps:
            return print(f"kept: {self.folder}")
        for command in reversed(self.undo):
            subprocess.run(command, capture_output=True)
        shutil.rmtree(self.folder, ignore_errors=True)


class Run:
    """One run of the table."""

    def __init__(self, seed, rounds, keeps):
        self.seed, self.rounds, self.keeps = seed, rounds, keeps
        self.scratch = Path(tempfile.mkdtemp(prefix="gatehouse-faults-"))
        self.made = self.made_library = None

    @property
    def template(self):
        if self.made is None:
            self.made = Template(self.scratch)
        return self.made

    def library(self):
        """faultfs.c, compiled at the first use."""
        if self.made_library is None:
            target = self.scratch / "faultfs.so"
            done = subprocess.run(
                ["cc", "-shared", "-fPIC", "-O2", "-o", target, FAULTS / "faultfs.c", "-ldl"],
                capture_output=True, text=True)
            if done.returncode != 0:
                raise Skipped(f"cc: {done.stderr[-300:]}")
            self.made_library = str(target)
        return self.made_library

    def do(self, name, case):
        """Runs one case; gives what it says of itself."""
        stage = Stage(self, name)
        try:
            return asyncio.run(case(stage))
        finally:
            stage.end()

    def end(self):
        if not self.keeps:
            shutil.rmtree(self.scratch, ignore_errors=True)


def reason_of(error):
    if isinstance(error, AssertionError) and str(error):
        return str(error)
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}: {error} ({Path(last.filename).name}:{last.lineno})"


def perform(run, cases):
    """Runs the cases in order; gives the lines of the table."""
    lines = []
    for name, case in cases:
        began = time.monotonic()
        try:
            result, verdict = run.do(name, case), "ok"
        except Skipped as reason:
            result, verdict = str(reason), "skipped"
        except Exception as error:
            result, verdict = reason_of(error), "not ok"
        lines.append((name, verdict, result))
        print(f"{verdict} - {name}: {result} ({time.monotonic() - began:.1f} s)", flush=True)
    return lines


def alone():
    """Starts this program anew in a mount namespace of its own, when it may."""
    if os.geteuid() != 0 or os.environ.get("FAULTS_ALONE") or not shutil.which("unshare"):
        return
    os.environ["FAULTS_ALONE"] = "1"
    os.execvp("unshare", [
        "unshare", "--mount", "--propagation", "private", sys.executable, *sys.argv])


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    parser.add_argument("--rounds", type=float, default=1.0)
    parser.add_argument("--list", action="store_true", help="only name the cases")
    parser.add_argument("--keep", action="store_true", help="leave the folders, to look into")
    parser.add_argument("--table", help="write the results here, as a Markdown table")
    parser.add_argument("words", nargs="*", metavar="WORD")
    options = parser.parse_args()
    cases = [case for module in MODULES for case in module.cases()]
    if options.words:
        cases = [case for case in cases if any(word in case[0] for word in options.words)]
    if options.list:
        print("\n".join(name for name, _ in cases))
        return 0
    alone()
    # It tells of every broken connection; here they are broken on purpose.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    print(f"seed {options.seed}", flush=True)
    run = Run(options.seed, options.rounds, options.keep)
    try:
        lines = perform(run, cases)
    finally:
        run.end()
    if options.table:
        rows = [f"| {name} | {verdict} | {result} |" for name, verdict, result in lines]
        Path(options.table).write_text("\n".join(
            ["| case | verdict | what happened |", "|---|---|---|", *rows, ""]))
    counts = {word: sum(1 for line in lines if line[1] == word) for word in ("ok", "not ok")}
    skipped = len(lines) - sum(counts.values())
    rest = f", {skipped} skipped" if skipped else ""
    print(f"seed {options.seed}: {counts['ok']} passed, {counts['not ok']} failed{rest}")
    return 2 if not sum(counts.values()) else min(counts["not ok"], 1)


if __name__ == "__main__":
    sys.exit(main())
