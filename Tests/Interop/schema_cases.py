"""Python's jsonschema on our JSON Schemas: the valid examples pass, the invalid ones do not.

Formats are off: they are ours (upn, laestab, …) and are checked by our own tests.
"""
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from project import SCHEMAS, examples, issues_of, load, message_folders, relative

# Rules that JSON Schema alone cannot see in an envelope: they need XML, or our formats.
NOT_SCHEMA = ("format:", "xsi-type", "data", "empty")


def registry():
    schemas = [load(path) for path in sorted(SCHEMAS.rglob("*.schema.json"))]
    assert schemas, "there is no schema"
    return Registry().with_resources(
        (schema["$id"], Resource.from_contents(schema)) for schema in schemas
    )


def faults(schema, instance):
    """The faults as one line, empty when there are none."""
    validator = Draft202012Validator(schema, registry=registry())
    return "; ".join(
        f"{error.json_path}: {error.validator}" for error in validator.iter_errors(instance)
    )


def check_schema(path):
    Draft202012Validator.check_schema(load(path))


def check_envelope(example):
    found = faults(load(SCHEMAS / "envelope/v1/envelope.schema.json"), load(example))
    assert not found, found


def check_valid(schema, example):
    found = faults(load(schema), load(example)["data"])
    assert not found, found


def check_invalid(schema, example, data_only):
    instance = load(example)
    assert faults(load(schema), instance["data"] if data_only else instance), "it is accepted"


def is_visible(issue):
    return not issue["rule"].startswith(NOT_SCHEMA)


def cases(_):
    for path in sorted(SCHEMAS.rglob("*.schema.json")):
        yield f"jsonschema: {relative(path)} is a schema", lambda path=path: check_schema(path)
    for example in examples(".valid.json"):
        yield f"jsonschema: envelope of {relative(example)}", lambda e=example: check_envelope(e)
    for folder in message_folders():
        schema = folder / "payload.schema.json"
        for example in examples(".valid.json", folder):
            yield (
                f"jsonschema: payload of {relative(example)}",
                lambda s=schema, e=example: check_valid(s, e),
            )
        for example in examples(".invalid.json", folder):
            if any(map(is_visible, issues_of(example))):
                yield (
                    f"jsonschema: refuses {relative(example)}",
                    lambda s=schema, e=example: check_invalid(s, e, data_only=True),
                )
    envelope = SCHEMAS / "envelope/v1/envelope.schema.json"
    for example in examples(".invalid.json", SCHEMAS / "envelope/v1"):
        if any(map(is_visible, issues_of(example))):
            yield (
                f"jsonschema: refuses {relative(example)}",
                lambda e=example: check_invalid(envelope, e, data_only=False),
            )
