// What the description says of refusals: one answer for each status, naming the codes it may have.
// Made from the registry of refusals, so that it cannot say anything else than the gateway does.

import ExchangeModel

/// The refusals of one status that a call, or every call, may give.
struct RefusedAnswer: Sendable, Equatable {
  let status: Int
  let codes: [RefusalCode]

  /// Codes that any request may get before it comes to a route.
  static let ofEdge: [RefusalCode] = [
    .badRequest, .requestTimeout, .expectationFailed, .hostNotAllowed, .headersTooLarge, .tooBusy,
    .temporarilyUnavailable,
  ]
  /// Codes that a call gives to whoever is not a live party with a live certificate.
  static let ofCaller: [RefusalCode] = [
    .certificateUnknown, .certificateRevoked, .certificateExpired, .certificateNotYetValid,
    .partySuspended, .tooManyRequests,
  ]
  /// Codes of a call that writes to the store; those of any call besides.
  static let ofWriting: [RefusalCode] = [.storageFull]

  /// Codes by status, in the order of the statuses.
  static func all(of codes: [RefusalCode]) -> [RefusedAnswer] {
    let statuses = Set(codes.map(\.description.status)).sorted()
    return statuses.map { status in
      // The registry's order, so that equal sets are equal answers.
      let found = RefusalCode.allCases.filter {
        codes.contains($0) && $0.description.status == status
      }
      return RefusedAnswer(status: status, codes: found)
    }
  }

  /// The answers that many calls share, kept among the document's components.
  static let shared = all(of: ofEdge + ofCaller + ofWriting)

  static var components: DocumentValue {
    .object(shared.map { ($0.name, $0.document(fields: [], isLimited: true)) })
  }

  private var name: String { "Refused\(status)" }

  /// Whether the answer says when to try again (see `ProblemDetails.response`).
  private var isPassing: Bool { [429, 503, 507].contains(status) }

  /// A reference to the shared answer where it says the same, else the answer itself.
  func reference(fields: [DescribedField], isLimited: Bool) -> DocumentValue {
    guard fields.isEmpty, isLimited, Self.shared.contains(self) else {
      return document(fields: fields, isLimited: isLimited)
    }
    return ["$ref": .text("#/components/responses/" + name)]
  }

  private func document(fields: [DescribedField], isLimited: Bool) -> DocumentValue {
    let names = codes.map(\.rawValue)
    return [
      "description": .text("Refused: " + names.joined(separator: ", ") + "."),
      "headers": DescribedField.document(
        (isPassing ? [.retryAfter] : []) + fields, isLimited: isLimited),
      "content": [
        ProblemDetails.mediaType: [
          "schema": [
            "$ref": "#/components/schemas/Problem",
            "properties": ["code": ["enum": .texts(names)]],
          ]
        ]
      ],
    ]
  }
}
