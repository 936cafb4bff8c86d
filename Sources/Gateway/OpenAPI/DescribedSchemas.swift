// The schemas of what the gateway answers and is told, besides envelopes. JSON Schema 2020-12, as
// OpenAPI 3.1 has it. Never closed: an answer may gain members, and a reader must not mind.

import ExchangeModel
import Storage

enum DescribedSchemas {
  /// By name, for the document's components.
  static func all(_ limits: Limits) -> DocumentValue {
    .object(
      words + AnswerSchemas.all(limits) + DecisionCalls.schemas + ConsentSchemas.all(limits)
        + EndpointCalls.schemas + DutyCalls.schemas + TransferSchemas.all
        + RightsSchemas.all(limits) + TraceSchemas.all
        + CaseCalls.schemas + DirectorySchemas.all
        + VocabularySchemas.all
        + ProblemSchemas.all)
  }

  /// An object with the members it has. All are required but the optional ones.
  static func object(
    _ description: String, _ members: KeyValuePairs<String, DocumentValue>,
    optional: Set<String> = []
  ) -> DocumentValue {
    [
      "type": "object", "description": .text(description),
      "required": .texts(members.map(\.key).filter { !optional.contains($0) }),
      "properties": .object(members.map { ($0.key, $0.value) }),
    ]
  }

  static func text(_ description: String) -> DocumentValue {
    ["type": "string", "description": .text(description)]
  }

  static func word(_ description: String, of words: [String]) -> DocumentValue {
    text(description).with("enum", .texts(words))
  }

  static func truth(_ description: String) -> DocumentValue {
    ["type": "boolean", "description": .text(description)]
  }

  static func count(_ description: String) -> DocumentValue {
    ["type": "integer", "minimum": 0, "description": .text(description)]
  }

  static func list(_ description: String, of items: DocumentValue) -> DocumentValue {
    ["type": "array", "description": .text(description), "items": items]
  }

  private static let words: [(String, DocumentValue)] = [
    (
      "PartyURN",
      text("A party: an agency, school or team.")
        .with("pattern", "^urn:gatehouse:[0-9]{3}:[a-z0-9][a-z0-9-]{0,39}$")
        .with("examples", ["urn:gatehouse:850:4321", "urn:gatehouse:850:iss"])
    ),
    (
      "MessageID",
      text("The gateway's id of a message: a UUID version 7.")
        .with("format", "uuid")
        .with("pattern", "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")
    ),
    (
      "Time",
      text("RFC 3339, in UTC, to the millisecond.")
        .with("format", "date-time").with("examples", ["2026-11-21T09:00:00.000Z"])
    ),
    ("Priority", word("How soon it must be seen.", of: Priority.allCases.map(\.rawValue))),
  ]
}
