// The schema of problem documents (RFC 9457), its codes taken from the registry of refusals. Held
// to ProblemDetails.swift by a test.

import ExchangeModel

enum ProblemSchemas {
  private typealias Of = DescribedSchemas

  static let all: [(String, DocumentValue)] = [
    ("Problem", problem), ("ProblemPlace", place), ("RefusalCode", code),
  ]

  private static let problem = Of.object(
    "Why a request was refused. Its texts are fixed: none repeats what was sent.",
    [
      "type": Of.text("Leads to a page about the code.").with("format", "uri-reference"),
      "title": Of.text("The code's title."),
      "status": ["type": "integer", "description": "The HTTP status."],
      "detail": Of.text("What to do about it."),
      "instance": Of.text("This request: the UUID of `X-Request-Id`.").with("format", "uri"),
      "code": .schema("RefusalCode"),
      "retryable": Of.truth("True when the same request may succeed later."),
      "errors": Of.list("Every fault found, where places are known.", of: .schema("ProblemPlace")),
    ], optional: ["errors"])

  private static let place = Of.object(
    "One fault and where it is; one of `pointer`, `xpath` and `parameter` says the place.",
    [
      "pointer": Of.text("A JSON Pointer into the document sent; empty for all of it."),
      "xpath": Of.text("An XPath into the XML document sent."),
      "parameter": Of.text("The parameter's name."),
      "line": ["type": "integer", "minimum": 1, "description": "The line, where it is known."],
      "rule": Of.text("The rule broken, e.g. `required`, `format:upn`, `duplicate-key`."),
      "detail": Of.text("What to do, for a person."),
    ], optional: ["pointer", "xpath", "parameter", "line"])

  private static let code = Of.word(
    "Why, as one word for programs.", of: RefusalCode.allCases.map(\.rawValue)
  )
}
