// The registry of refusals: each code with its HTTP status, whether a retry can help, and a fixed
// safe sentence. Never carries content of a message: details go to the log, not to the peer.

/// Why the gateway would not take a message or answer a request. `rawValue` is the code on the
/// wire (`code` in problem+json, RFC 9457) and in the log.
package enum RefusalCode: String, Sendable, CaseIterable {
  // Who is calling.
  case certificateUnknown = "certificate-unknown"
  case certificateRevoked = "certificate-revoked"
  case certificateExpired = "certificate-expired"
  case certificateNotYetValid = "certificate-not-yet-valid"
  case partySuspended = "party-suspended"
  case senderMismatch = "sender-mismatch"
  case tokenRefused = "token-refused"
  // The request itself.
  case badRequest = "bad-request"
  case hostNotAllowed = "host-not-allowed"
  case notFound = "not-found"
  case methodNotAllowed = "method-not-allowed"
  case notAcceptable = "not-acceptable"
  case unsupportedMediaType = "unsupported-media-type"
  case lengthRequired = "length-required"
  case contentTooLarge = "content-too-large"
  case headersTooLarge = "headers-too-large"
  case requestTimeout = "request-timeout"
  case expectationFailed = "expectation-failed"
  case badParameter = "bad-parameter"
  // The message.
  case malformedEnvelope = "malformed-envelope"
  case unknownMessageType = "unknown-message-type"
  case payloadInvalid = "payload-invalid"
  case attachmentMissing = "attachment-missing"
  case attachmentDigestMismatch = "attachment-digest-mismatch"
  case attachmentRangeMismatch = "attachment-range-mismatch"
  case duplicateConflict = "duplicate-conflict"
  case expired = "message-expired"
  // The grounds.
  case unknownRecipient = "unknown-recipient"
  case recipientSuspended = "recipient-suspended"
  case routeNotAllowed = "route-not-allowed"
  case purposeNotAllowed = "purpose-not-allowed"
  case lawfulBasisNotAllowed = "lawful-basis-not-allowed"
  case specialConditionNotAllowed = "special-condition-not-allowed"
  case legalGatewayNotAllowed = "legal-gateway-not-allowed"
  case consentRequired = "consent-required"
  case consentNotLive = "consent-not-live"
  case consentDoesNotCover = "consent-does-not-cover"
  case overrideNotAllowed = "override-not-allowed"
  case overrideNotOnRecord = "override-not-on-record"
  case onwardUseNotAllowed = "onward-use-not-allowed"
  case residencyNotAllowed = "residency-not-allowed"
  case dataCategoryNotAllowed = "data-category-not-allowed"
  case messageTypeEnded = "message-type-ended"
  case identityInPublication = "identity-in-publication"
  case notInForce = "not-in-force"
  case withdrawalNotAllowed = "withdrawal-not-allowed"
  // The recipient's side.
  case alreadyAcknowledged = "already-acknowledged"
  case messageHeld = "message-held"
  case notHeld = "not-held"
  case contentErased = "content-erased"
  // Tracing.
  case traceNotAllowed = "trace-not-allowed"
  case traceClosed = "trace-closed"
  case tooManyTraces = "too-many-traces"
  case restrictedChild = "restricted-child"
  case candidateNotConfirmed = "candidate-not-confirmed"
  case beyondDisclosureCap = "beyond-disclosure-cap"
  // The operator's staff.
  case roleNotAllowed = "role-not-allowed"
  case accessTokenUnknown = "access-token-unknown"
  // The registers.
  case calendarMissing = "calendar-missing"
  case alreadyWithdrawn = "already-withdrawn"
  // Other logs that we are a witness of.
  case checkpointNotSigned = "checkpoint-not-signed"
  case checkpointInconsistent = "checkpoint-inconsistent"
  // Ours, and passing.
  case temporarilyUnavailable = "temporarily-unavailable"
  case storageFull = "storage-full"
  case tooBusy = "too-busy"
  case tooManyRequests = "too-many-requests"
}

/// What a refusal tells the peer: everything here is fixed text.
package struct RefusalDescription: Sendable {
  /// The HTTP status (RFC 9110).
  package let status: Int
  /// True when the same request may succeed later without a change by the sender.
  package let isRetryable: Bool
  /// A short title, the same for every occurrence (RFC 9457, `title`).
  package let title: String
  /// What to do about it.
  package let remedy: String
}

/// A refusal with the places that caused it.
package struct Refusal: Error, Sendable, Equatable {
  package let code: RefusalCode
  /// Every fault found, each with its place; empty where the code says it all.
  package let issues: [ValidationIssue]

  package init(_ code: RefusalCode, issues: [ValidationIssue] = []) {
    self.code = code
    self.issues = issues
  }
}

/// One fault in bytes we were given: where it is and what to do about it.
///
/// `message` names rules, fields and allowed values, never the value found: values are personal.
package struct ValidationIssue: Sendable, Equatable, Hashable {
  /// A JSON Pointer (RFC 6901) such as `/data/child/upn`, or an XPath such as
  /// `/event/data/medicalReferral/child/upn`. Empty for the whole document.
  package let place: String
  /// The line, from 1, where the fault stands; nil where it is not known.
  package let line: Int?
  /// The rule broken, e.g. `required`, `format:upn`, `xsd`, `duplicate-key`, `doctype`.
  package let rule: String
  /// A sentence a person can act on.
  package let message: String

  package init(place: String, line: Int?, rule: String, message: String) {
    self.place = place
    self.line = line
    self.rule = rule
    self.message = message
  }
}
