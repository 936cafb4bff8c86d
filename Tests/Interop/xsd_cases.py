"""The JDK's XML Schema validator on our XSDs: valid examples pass, wrong forms do not.

The XSD says less than the JSON Schema: conditions (if, contains) are outside of it, so an invalid
example counts here only where one of its issues is a rule that XSD 1.0 can express.
"""
import functools
import subprocess

from project import INTEROP, SCHEMAS, examples, issues_of, message_folders, relative

# Expressible in XSD 1.0 where no condition stands before it.
EXPRESSIBLE = {
    "additionalProperties", "attribute", "child-element", "const", "duplicate-element",
    "element-order", "enum", "exclusiveMaximum", "exclusiveMinimum", "maxLength", "maximum",
    "minLength", "minimum", "pattern", "root-element", "text", "type",
}
# Bounds that hold on a condition only (if/then), so the XSD must take these: a case that it
# refuses after all fails here.
CONDITIONAL = {
    "nine-days-and-not-irregular.invalid.xml",  # fewer than ten days only when irregular
    "abroad-under-the-unknown-name.invalid.xml",  # the file's name by where the pupil went
    "group-of-three.invalid.xml",  # small counts are suppressed unless zero
    "certain-but-only-potential.invalid.xml",  # the confidence by the outcome
}
# In the envelope: what an extension holds is checked by the gateway alone.
ENVELOPE_EXPRESSIBLE = {"required", "unknown-attribute"}


def work():
    """(mode, schema, example, whether it must be valid) of every check."""
    envelope = SCHEMAS / "envelope/v1/envelope.xsd"
    for example in examples(".valid.xml"):
        yield "envelope", envelope, example, True
    for example in examples(".invalid.xml", SCHEMAS / "envelope/v1"):
        if any(issue["rule"] in ENVELOPE_EXPRESSIBLE for issue in issues_of(example)):
            yield "envelope", envelope, example, False
    for folder in message_folders():
        for example in examples(".valid.xml", folder):
            yield "payload", folder / "payload.xsd", example, True
        for example in examples(".invalid.xml", folder):
            if any(issue["rule"] in EXPRESSIBLE for issue in issues_of(example)):
                is_conditional = example.name in CONDITIONAL
                yield "payload", folder / "payload.xsd", example, is_conditional


@functools.lru_cache(maxsize=1)
def verdicts():
    """What Java says of each (mode, example): `valid`, or the reason."""
    items = list(work())
    lines = "".join(f"{mode}\t{schema}\t{example}\n" for mode, schema, example, _ in items)
    done = subprocess.run(
        ["java", str(INTEROP / "XsdCheck.java")], input=lines, capture_output=True, text=True,
        timeout=300,
    )
    assert done.returncode == 0, f"java ended with {done.returncode}: {done.stderr[-600:]}"
    answers = done.stdout.splitlines()
    assert len(answers) == len(items), f"{len(answers)} answers to {len(items)} questions"
    return {(mode, example): answer for (mode, _, example, _), answer in zip(items, answers)}


def check(mode, example, is_valid):
    verdict = verdicts()[mode, example]
    assert not verdict.startswith("error"), verdict
    if is_valid:
        assert verdict == "valid", verdict
    else:
        assert verdict.startswith("invalid"), "it is accepted"


def cases(_):
    for mode, _, example, is_valid in work():
        verb = mode + " of" if is_valid else "refuses the " + mode + " of"
        yield (
            f"java xsd: {verb} {relative(example)}",
            lambda m=mode, e=example, v=is_valid: check(m, e, v),
        )
