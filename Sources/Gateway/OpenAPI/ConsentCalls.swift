// The calls of the consent register, described: record, list, see, withdraw, review.

import ExchangeModel

enum ConsentCalls {
  static func all(_ limits: Limits) -> [DescribedCall] {
    [record(limits), list(limits), see, withdraw, review]
  }

  private static func body(_ schema: String) -> DocumentValue {
    ["required": true, "content": ["application/json": ["schema": .schema(schema)]]]
  }

  private static func record(_ limits: Limits) -> DescribedCall {
    DescribedCall(
      verb: .post, path: "/v1/consents", id: "recordConsent", tag: "Consents",
      summary: "Record a consent, or a refusal",
      description: """
        You become the party that holds the record; messages name its id in `consentref`. The \
        child's identifiers are turned into keyed hashes at once and never told again. Each call \
        makes a record. At most \(limits.consentBytes) bytes.
        """,
      requestBody: body("NewConsent"),
      answers: [
        DescribedAnswer(
          201, "The record.", fields: [.location, .cacheControl],
          content: DescribedAnswer.json("Consent"))
      ],
      refusals: RefusedAnswer.ofEdge + RefusedAnswer.ofCaller + RefusedAnswer.ofWriting
        + [.contentTooLarge])
  }

  private static func list(_ limits: Limits) -> DescribedCall {
    DescribedCall(
      verb: .get, path: "/v1/consents", id: "listConsents", tag: "Consents",
      summary: "List the consents that you hold",
      description: "In the order recorded.",
      parameters: [
        .query(
          "limit", "Records in a page.",
          [
            "type": "integer", "minimum": 1, "maximum": .number(Int64(limits.consentsPage)),
            "default": .number(Int64(limits.consentsPage)),
          ]),
        .query(
          "after", "The `next` of the page before; leave it out for the first.",
          .schema("MessageID")),
      ],
      answers: [
        DescribedAnswer(
          200, "A page, empty when you hold none.", fields: [.cacheControl],
          content: DescribedAnswer.json("ConsentPage"))
      ],
      refusals: RefusedAnswer.ofEdge + RefusedAnswer.ofCaller + [.badParameter])
  }

  private static let see = DescribedCall(
    verb: .get, path: "/v1/consents/{consentId}", id: "getConsent", tag: "Consents",
    summary: "See a consent",
    description: """
      Whole for the party that holds it. A recipient named in it sees its id, status, purposes, \
      items and the day of review. For anybody else there is no such record.
      """,
    parameters: [.parameter("consentId")],
    answers: [recorded("The record as you may see it.")],
    refusals: RefusedAnswer.ofEdge + RefusedAnswer.ofCaller + [.notFound])

  private static let withdraw = DescribedCall(
    verb: .post, path: "/v1/consents/{consentId}/withdrawal", id: "withdrawConsent",
    tag: "Consents", summary: "Withdraw a consent, wholly or in part",
    description: """
      It takes effect before the answer: messages that rest on it and were not yet fetched are \
      held, their senders are told, and recipients that have the content are told of their duty. \
      For the party that holds the record, and for a family's portal of its local authority or of \
      a recipient's, which gets what a recipient may see.
      """,
    parameters: [.parameter("consentId")],
    requestBody: body("ConsentWithdrawal"),
    answers: [recorded("The record as it stands now.")],
    refusals: RefusedAnswer.ofEdge + RefusedAnswer.ofCaller + RefusedAnswer.ofWriting
      + [.notFound, .contentTooLarge, .withdrawalNotAllowed, .alreadyWithdrawn])

  private static let review = DescribedCall(
    verb: .post, path: "/v1/consents/{consentId}/review", id: "reviewConsent", tag: "Consents",
    summary: "Say that a consent was reviewed",
    description: """
      You asked again, and it still stands until another day of review. For the party that holds \
      the record.
      """,
    parameters: [.parameter("consentId")],
    requestBody: body("ConsentReview"),
    answers: [recorded("The record with its new day.")],
    refusals: RefusedAnswer.ofEdge + RefusedAnswer.ofCaller + RefusedAnswer.ofWriting
      + [.notFound, .contentTooLarge, .alreadyWithdrawn])

  private static func recorded(_ description: String) -> DescribedAnswer {
    DescribedAnswer(
      200, description, fields: [.cacheControl], content: DescribedAnswer.json("Consent"))
  }
}
