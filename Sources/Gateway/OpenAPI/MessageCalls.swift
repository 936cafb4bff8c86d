// The sender's calls, described: send, ask what became of it, fetch the receipt.

import ExchangeModel

enum MessageCalls {
  static func all(_ limits: Limits) -> [DescribedCall] { [send(limits), status, receipt] }

  private static func send(_ limits: Limits) -> DescribedCall {
    DescribedCall(
      verb: .post, path: "/v1/messages", id: "sendMessage", tag: "Messages",
      summary: "Send a message",
      description: """
        Admits one message or refuses it. The envelope is CloudEvents 1.0 in structured mode, a \
        closed profile, in JSON or in XML; its payload is JSON or XML of a message type of the \
        catalogue. A 202 is a promise: the message is on disk and in the log. Sending the same \
        message again is safe: it gets the same receipt with 200 and has no second effect. Upload \
        the attachments it names first. At most \(limits.envelopeBytes) bytes.
        """,
      requestBody: requestBody,
      answers: [
        DescribedAnswer(
          202, "Admitted; the receipt.", fields: [.location],
          content: DescribedAnswer.json("Receipt")),
        DescribedAnswer(
          200, "The same message was admitted before; the receipt it got then.",
          fields: [.location], content: DescribedAnswer.json("Receipt")),
      ],
      refusals: RefusedAnswer.ofEdge + RefusedAnswer.ofCaller + RefusedAnswer.ofWriting
        + ofMessages + ofGrounds)
  }

  /// What a message may be refused with, whichever call composes it.
  static let refusals =
    RefusedAnswer.ofEdge + RefusedAnswer.ofCaller + RefusedAnswer.ofWriting + ofAdmission

  /// What the deciding of a message alone may refuse it with.
  static let ofAdmission = ofMessages + ofGrounds

  private static let ofMessages: [RefusalCode] = [
    .unsupportedMediaType, .contentTooLarge, .malformedEnvelope, .senderMismatch,
    .unknownMessageType, .payloadInvalid, .attachmentMissing, .duplicateConflict, .expired,
  ]

  private static let ofGrounds: [RefusalCode] = [
    .unknownRecipient, .recipientSuspended, .routeNotAllowed, .purposeNotAllowed,
    .lawfulBasisNotAllowed, .specialConditionNotAllowed, .legalGatewayNotAllowed,
    .consentRequired, .consentNotLive, .consentDoesNotCover, .overrideNotAllowed,
    .overrideNotOnRecord, .onwardUseNotAllowed, .beyondDisclosureCap,
    .residencyNotAllowed, .dataCategoryNotAllowed,
    .messageTypeEnded, .identityInPublication, .notInForce, .withdrawalNotAllowed,
  ]

  private static let requestBody: DocumentValue = [
    "required": true,
    "description": "The envelope, its payload in `data`.",
    "content": envelope(
      example: "/v1/schemas/messages/medical-referral/v1/examples/year-9-fatigue.valid"),
  ]

  /// An envelope in either format. Its schemas are those the gateway serves, not copies.
  static func envelope(example: String?) -> DocumentValue {
    var json: DocumentValue = [
      "schema": ["$ref": "/v1/schemas/envelope/v1/envelope.schema.json"]
    ]
    var xml: DocumentValue = [
      "schema": [
        "type": "string",
        "description": "XML; its schema is /v1/schemas/envelope/v1/envelope.xsd.",
        "externalDocs": [
          "description": "XML Schema of the envelope",
          "url": "/v1/schemas/envelope/v1/envelope.xsd",
        ],
      ]
    ]
    if let example {
      json = json.with("examples", referral("\(example).json"))
      xml = xml.with("examples", referral("\(example).xml"))
    }
    return .object(ContentFormat.allCases.map { ($0.envelopeMediaType, $0 == .json ? json : xml) })
  }

  private static func referral(_ path: String) -> DocumentValue {
    [
      "medicalReferral": [
        "summary": "A school refers an invented pupil who is ill",
        "externalValue": .text(path),
      ]
    ]
  }

  private static let status = DescribedCall(
    verb: .get, path: "/v1/messages/{messageId}", id: "getMessageStatus", tag: "Messages",
    summary: "See what became of a message",
    description: "State and timeline, for the message's sender and its recipient alone.",
    parameters: [.parameter("messageId")],
    answers: [
      DescribedAnswer(
        200, "Where the message stands.", fields: [.cacheControl],
        content: DescribedAnswer.json("MessageStatus"))
    ],
    refusals: RefusedAnswer.ofEdge + RefusedAnswer.ofCaller + [.notFound])

  private static let receipt = DescribedCall(
    verb: .get, path: "/v1/messages/{messageId}/receipt", id: "getReceipt", tag: "Messages",
    summary: "Fetch the proof of admission",
    description: """
      A C2SP tlog-proof: with the log's public key, and nothing else from this gateway, anybody \
      can check that the message was admitted. For its sender and its recipient alone.
      """,
    parameters: [.parameter("messageId")],
    answers: [
      DescribedAnswer(
        200, "The proof.",
        content: DescribedAnswer.text("`c2sp.org/tlog-proof@v1`, an inclusion proof as text."))
    ],
    refusals: RefusedAnswer.ofEdge + RefusedAnswer.ofCaller + RefusedAnswer.ofWriting
      + [.notFound])
}
