// One call of the API as the description tells it: what it takes, what it answers, what may refuse
// it. Never runs anything: the routes do, and a test holds the two together.

import ExchangeModel

/// A verb and a path with all that can come of them.
struct DescribedCall: Sendable {
  let verb: HTTPVerb
  /// The path with `{name}` for each parameter; one that takes several segments is written so too.
  let path: String
  /// The `operationId`: what generated programs call it.
  let id: String
  let tag: String
  let summary: String
  let description: String
  var parameters: [DocumentValue] = []
  var requestBody: DocumentValue?
  let answers: [DescribedAnswer]
  /// Every code this call may be refused with.
  let refusals: [RefusalCode]
  /// Header fields of refusals, by status, beside those that all of them have.
  var refusalFields: [Int: [DescribedField]] = [:]

  /// Whether the gateway limits how often one party may make it (`PartyLimits`).
  var isLimited: Bool { refusals.contains(.tooManyRequests) }

  /// The OpenAPI Operation Object (OpenAPI 3.1, 4.8.10).
  var document: DocumentValue {
    var document: DocumentValue = [
      "operationId": .text(id), "tags": [.text(tag)], "summary": .text(summary),
      "description": .text(description),
    ]
    if !parameters.isEmpty { document = document.with("parameters", .list(parameters)) }
    if let requestBody { document = document.with("requestBody", requestBody) }
    var responses = answers.map { (String($0.status), $0.document(isLimited: isLimited)) }
    for refused in RefusedAnswer.all(of: refusals) {
      responses.append(
        (
          String(refused.status),
          refused.reference(
            fields: refusalFields[refused.status] ?? [], isLimited: isLimited)
        ))
    }
    return document.with("responses", .object(responses))
  }
}

/// An answer that is no refusal.
struct DescribedAnswer: Sendable {
  let status: Int
  let description: String
  var fields: [DescribedField] = []
  var content: DocumentValue?

  init(
    _ status: Int, _ description: String, fields: [DescribedField] = [],
    content: DocumentValue? = nil
  ) {
    self.status = status
    self.description = description
    self.fields = fields
    self.content = content
  }

  func document(isLimited: Bool) -> DocumentValue {
    let document: DocumentValue = [
      "description": .text(description),
      "headers": DescribedField.document(fields, isLimited: isLimited),
    ]
    return content.map { document.with("content", $0) } ?? document
  }

  /// JSON of a schema of ours.
  static func json(_ schema: String) -> DocumentValue {
    ["application/json": ["schema": .schema(schema)]]
  }

  /// Text without a schema to speak of.
  static func text(_ description: String) -> DocumentValue {
    ["text/plain": ["schema": ["type": "string", "description": .text(description)]]]
  }
}

extension DocumentValue {
  /// A reference to a schema of ours.
  static func schema(_ name: String) -> DocumentValue {
    ["$ref": .text("#/components/schemas/" + name)]
  }

  /// A reference to a parameter that several calls have.
  static func parameter(_ name: String) -> DocumentValue {
    ["$ref": .text("#/components/parameters/" + name)]
  }

  /// A parameter in the query, which may be left out (OpenAPI 3.1, 4.8.12).
  static func query(
    _ name: String, _ description: String, _ schema: DocumentValue
  ) -> DocumentValue {
    [
      "name": .text(name), "in": "query", "required": false, "description": .text(description),
      "schema": schema,
    ]
  }
}
