// The API's description, OpenAPI 3.1, written down once. Never the cause of behaviour: a test
// holds its paths to the route table and its schemas to what the routes write.

import ExchangeModel
import Validation

enum OpenAPIDocument {
  /// The media type of the description (the one registered for OpenAPI in JSON).
  static let mediaType = "application/vnd.oai.openapi+json;version=3.1"

  /// Every call, in the order of the description.
  static func calls(_ limits: Limits) -> [DescribedCall] {
    MessageCalls.all(limits) + DecisionCalls.all(limits) + InboxCalls.all(limits)
      + EndpointCalls.all + DutyCalls.all(limits) + AttachmentCalls.all(limits) + TransferCalls.all
      + ConsentCalls.all(limits) + RightsCalls.all(limits) + TraceCalls.all(limits)
      + CaseCalls.all(limits) + DirectoryCalls.all + OpenCalls.all
  }

  /// The document of a gateway with these limits: the same bytes every time.
  static func bytes(_ limits: Limits) -> [UInt8] {
    let document: DocumentValue = [
      "openapi": "3.1.1",
      "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
      "info": info,
      "servers": [["url": "/", "description": "This gateway, over mutual TLS."]],
      "security": [["clientCertificate": []]],
      "tags": tags,
      "paths": paths(calls(limits)),
      "components": [
        "securitySchemes": [
          "clientCertificate": [
            "type": "mutualTLS",
            "description": .text(securityMeaning),
          ]
        ],
        "parameters": parameters,
        "headers": DescribedField.components,
        "responses": RefusedAnswer.components,
        "schemas": DescribedSchemas.all(limits),
      ],
    ]
    var writer = JSONWriter()
    document.write(into: &writer)
    return writer.bytes
  }

  private static let securityMeaning = """
    A client certificate of the gateway's authority. Its key is registered for a party: that party \
    is the caller, whatever a request says.
    """

  private static let overview = """
    A party sends a message to another party; the gateway admits it when the law and the rules \
    of its message type allow it, writes the decision to a tamper-evident log, and hands it to \
    its recipient in the format that one asks for, JSON or XML.

    Every call needs a client certificate. Every refusal is a problem document (RFC 9457) with \
    a `code`, whether sending again can help, and the places at fault. A path that is not here \
    is refused with `not-found`, a verb that is not here with `method-not-allowed` and an \
    `Allow` field. HEAD is answered wherever GET is. `Expect` and `Upgrade` are not taken.
    """

  private static let info: DocumentValue = [
    "title": "Gatehouse",
    "version": "1",
    "summary": "Exchange of messages about children between schools and agencies.",
    "description": .text(overview),
  ]

  private static let tags: DocumentValue = [
    ["name": "Messages", "description": "The sender's side."],
    ["name": "Inbox", "description": "The recipient's side."],
    ["name": "Duties", "description": "Replies that are owed, and until when."],
    ["name": "Attachments", "description": "Large content, named by its digest."],
    ["name": "Transfers", "description": "Common transfer files and the lost pupil pool."],
    ["name": "Consents", "description": "Who consented to what, and until when."],
    ["name": "Rights", "description": "The child's rights: access, rectification, objection."],
    ["name": "Tracing", "description": "Looking for a child, here and with others."],
    ["name": "Cases", "description": "Missing children, deletions and traces: how they stand."],
    ["name": "Directory", "description": "Whom may I send what, and how must it look."],
    ["name": "Log", "description": "The message log, for whoever wants to check it."],
    ["name": "About", "description": "The API itself."],
  ]

  private static func paths(_ calls: [DescribedCall]) -> DocumentValue {
    var paths: [(path: String, calls: [(String, DocumentValue)])] = []
    for call in calls {
      let item = (call.verb.rawValue.lowercased(), call.document)
      if let index = paths.firstIndex(where: { $0.path == call.path }) {
        paths[index].calls.append(item)
      } else {
        paths.append((call.path, [item]))
      }
    }
    return .object(paths.map { ($0.path, .object($0.calls)) })
  }

  private static let parameters: DocumentValue = [
    "messageId": [
      "name": "messageId", "in": "path", "required": true, "schema": .schema("MessageID"),
      "description": "The gateway's id of the message, from its receipt or the inbox.",
    ],
    "consentId": [
      "name": "consentId", "in": "path", "required": true, "schema": .schema("MessageID"),
      "description": "The record's id, from the answer to its registration.",
    ],
    "postingId": [
      "name": "postingId", "in": "path", "required": true, "schema": .schema("MessageID"),
      "description": "The posting's id, from the pool's listing or the result of a search.",
    ],
    "claimId": [
      "name": "claimId", "in": "path", "required": true, "schema": .schema("MessageID"),
      "description": "The claim's id, from the listing of claims.",
    ],
    "sha256": [
      "name": "sha256", "in": "path", "required": true,
      "schema": ["type": "string", "pattern": "^[0-9a-f]{64}$"],
      "description": "The SHA-256 of the whole content, in lower-case hex.",
    ],
  ]
}
