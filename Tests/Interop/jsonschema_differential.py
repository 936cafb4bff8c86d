#!/usr/bin/env python3
"""Compares our JSON Schema validator with Python's jsonschema on seeded random pairs.

Each line sent to the command is {"schema": ..., "instance": ...}; it answers `true` or `false`.
Keywords on which jsonschema 4.26 is known to be wrong are not generated: multipleOf with
fractions (it rounds), and patterns beyond what Python's `re` and ECMA-262 share.

    jsonschema_differential.py --command 'gatehouse schema differential' [--pairs N] [--seed N]
"""
import argparse
import json
import random
import shlex
import subprocess
import sys

from jsonschema import Draft202012Validator

NAMES = ["a", "b", "c", "foo", "bar", "x y", "é"]
TYPES = ["null", "boolean", "number", "integer", "string", "array", "object"]
PATTERNS = ["^a", "b$", "^[a-c]+$", "a|b", "^.{2,3}$", "(ab)*c", "[^a]", "^$", "o{2}", "\\d"]
DRAFT = "https://json-schema.org/draft/2020-12/schema"


class Maker:
    def __init__(self, seed):
        self.random = random.Random(seed)

    def pick(self, items):
        return self.random.choice(items)

    def number(self):
        return self.pick([0, 1, 2, 3, -1, 1.0, 1.5, 2.5, 1e2, -0.5, 10, 100, 12345678901234567890])

    def text(self):
        return "".join(self.pick("abcoé1😀 ") for _ in range(self.random.randrange(5)))

    def value(self, depth):
        kind = self.random.randrange(9 if depth > 0 else 6)
        if kind == 0:
            return None
        if kind == 1:
            return self.pick([True, False])
        if kind in (2, 3):
            return self.number()
        if kind in (4, 5):
            return self.text()
        if kind == 6:
            return [self.value(depth - 1) for _ in range(self.random.randrange(4))]
        names = self.random.sample(NAMES, self.random.randrange(5))
        return {name: self.value(depth - 1) for name in names}

    def names(self):
        return self.random.sample(NAMES, self.random.randrange(3))

    def schema(self, depth):
        if self.random.random() < 0.06 or depth == 0:
            return self.pick([True, True, False, {}, {"type": self.pick(TYPES)}])
        result = {}
        for _ in range(self.pick([1, 1, 2, 2, 3, 4])):
            keyword, value = self.keyword(depth)
            result[keyword] = value
        if "maxContains" in result or "minContains" in result:
            result.setdefault("contains", self.schema(depth - 1))
        return result

    def many(self, depth):
        return [self.schema(depth - 1) for _ in range(self.pick([1, 2, 2, 3]))]

    def keyword(self, depth):
        sub = lambda: self.schema(depth - 1)
        count = lambda: self.pick([0, 1, 2, 3, 2.0])
        makers = {
            "type": lambda: self.pick([self.pick(TYPES), self.random.sample(TYPES, 2)]),
            "const": lambda: self.value(1),
            "enum": lambda: [self.value(1) for _ in range(3)],
            "minLength": count, "maxLength": count, "minItems": count, "maxItems": count,
            "minProperties": count, "maxProperties": count,
            "minContains": lambda: self.pick([0, 1, 2]),
            "maxContains": lambda: self.pick([0, 1, 2]),
            "minimum": self.number, "maximum": self.number,
            "exclusiveMinimum": self.number, "exclusiveMaximum": self.number,
            "multipleOf": lambda: self.pick([1, 2, 3, 5]),
            "pattern": lambda: self.pick(PATTERNS),
            "uniqueItems": lambda: self.pick([True, True, False]),
            "required": self.names,
            "dependentRequired": lambda: {n: self.names() for n in self.names()},
            "dependentSchemas": lambda: {n: sub() for n in self.names()},
            "properties": lambda: {n: sub() for n in self.random.sample(NAMES, 3)},
            "patternProperties": lambda: {p: sub() for p in self.random.sample(PATTERNS, 1)},
            "additionalProperties": sub, "propertyNames": sub,
            "items": sub, "prefixItems": lambda: self.many(depth), "contains": sub,
            "allOf": lambda: self.many(depth), "anyOf": lambda: self.many(depth),
            "oneOf": lambda: self.many(depth), "not": sub,
            "if": sub, "then": sub, "else": sub,
            "unevaluatedProperties": sub, "unevaluatedItems": sub,
            "$ref": lambda: self.pick(["#/$defs/one", "#/$defs/two", "#three"]),
        }
        name = self.pick(list(makers))
        return name, makers[name]()

    def pair(self):
        schema = self.schema(4)
        if not isinstance(schema, dict):
            schema = {"allOf": [schema]}
        # Definitions without references of their own: no endless recursion.
        plain = Maker(self.random.random())
        for name in ("one", "two", "three"):
            body = {"type": plain.pick(TYPES)} if plain.random.random() < 0.5 else {
                "properties": {n: {"type": plain.pick(TYPES)} for n in plain.names()},
                "unevaluatedProperties": plain.pick([True, False]),
            }
            if name == "three":
                body["$anchor"] = "three"
            schema.setdefault("$defs", {})[name] = body
        schema["$schema"] = DRAFT
        return schema, self.value(3)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--command", required=True)
    parser.add_argument("--pairs", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    maker = Maker(options.seed)
    lines, expected = [], []
    for _ in range(options.pairs):
        schema, instance = maker.pair()
        lines.append(json.dumps({"schema": schema, "instance": instance}, ensure_ascii=False))
        expected.append(Draft202012Validator(schema).is_valid(instance))
    run = subprocess.run(
        shlex.split(options.command), input="\n".join(lines) + "\n", text=True,
        encoding="utf-8", capture_output=True, check=False)
    answers = run.stdout.splitlines()
    wrong = [
        (line, want, got) for line, want, got in zip(lines, expected, answers)
        if got != ("true" if want else "false")
    ]
    for line, want, got in wrong[:10]:
        print(f"jsonschema {want}, ours {got}: {line}")
    print(f"{len(answers)} of {len(lines)} pairs answered, {sum(expected)} valid, "
          f"{len(wrong)} disagreements (seed {options.seed})")
    return 0 if not wrong and len(answers) == len(lines) else 1


if __name__ == "__main__":
    sys.exit(main())
