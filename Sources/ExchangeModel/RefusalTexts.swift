// What each refusal says to the peer. Fixed sentences only, so nothing of a message can leak.

extension RefusalCode {
  /// The status, finality and texts of this code.
  package var description: RefusalDescription {
    switch self {
    case .certificateUnknown, .certificateRevoked, .certificateExpired, .certificateNotYetValid,
      .partySuspended, .senderMismatch, .roleNotAllowed, .accessTokenUnknown, .tokenRefused:
      callerDescription
    case .badRequest, .hostNotAllowed, .notFound, .methodNotAllowed, .notAcceptable,
      .unsupportedMediaType, .lengthRequired, .contentTooLarge, .headersTooLarge,
      .requestTimeout, .expectationFailed, .badParameter:
      requestDescription
    case .malformedEnvelope, .unknownMessageType, .payloadInvalid, .attachmentMissing,
      .attachmentDigestMismatch, .attachmentRangeMismatch, .duplicateConflict, .expired,
      .alreadyAcknowledged:
      messageDescription
    case .unknownRecipient, .recipientSuspended, .routeNotAllowed, .purposeNotAllowed,
      .lawfulBasisNotAllowed, .specialConditionNotAllowed, .legalGatewayNotAllowed,
      .consentRequired, .overrideNotAllowed, .residencyNotAllowed, .dataCategoryNotAllowed,
      .messageTypeEnded, .identityInPublication, .notInForce:
      groundsDescription
    case .checkpointNotSigned, .checkpointInconsistent:
      witnessDescription
    case .consentNotLive, .consentDoesNotCover, .overrideNotOnRecord, .onwardUseNotAllowed,
      .withdrawalNotAllowed, .messageHeld, .notHeld, .calendarMissing, .alreadyWithdrawn:
      registerDescription
    case .contentErased, .traceNotAllowed, .traceClosed, .tooManyTraces, .restrictedChild,
      .beyondDisclosureCap, .candidateNotConfirmed:
      tracingDescription
    case .temporarilyUnavailable, .storageFull, .tooBusy, .tooManyRequests:
      failureDescription
    }
  }

  private var callerDescription: RefusalDescription {
    switch self {
    case .certificateRevoked:
      final(403, "Certificate revoked", "Use a certificate that is registered and live.")
    case .certificateExpired:
      final(403, "Certificate expired", "Renew the certificate and register the new one.")
    case .certificateNotYetValid:
      final(403, "Certificate not yet valid", "Wait for its start, or check the clock.")
    case .partySuspended:
      final(403, "Party suspended", "Ask the gateway's administrator why.")
    case .senderMismatch:
      final(
        403, "Not your name", "The envelope's source must be the party of the certificate.")
    case .roleNotAllowed:
      final(403, "Not for this role", "Ask somebody whose role may open content.")
    case .accessTokenUnknown:
      final(401, "Access token unknown", "Send Authorization: Bearer with the token of the file.")
    case .tokenRefused:
      final(
        403, "Mailbox token refused",
        "Sign a fresh token with the mailbox's password, and use the mailbox's own certificate.")
    default:
      final(
        403, "Certificate unknown",
        "Ask the gateway's administrator to register this certificate for your party.")
    }
  }

  private var requestDescription: RefusalDescription {
    switch self {
    case .hostNotAllowed:
      final(421, "Host not served here", "Send exactly one Host naming this gateway.")
    case .notFound:
      final(
        404, "Not found",
        "Nothing of that path or id is here for you; check both. /openapi.json has the paths.")
    case .methodNotAllowed: final(405, "Method not allowed", "See the Allow header.")
    case .notAcceptable:
      final(
        406, "Not acceptable",
        "Accept application/cloudevents+json or application/cloudevents+xml.")
    case .unsupportedMediaType:
      final(415, "Unsupported media type", "See /openapi.json for what this call takes.")
    case .lengthRequired: final(411, "Length required", "Send Content-Length or chunks.")
    case .contentTooLarge: final(413, "Content too large", "Send large content as attachments.")
    case .headersTooLarge: final(431, "Header fields too large", "Send fewer or shorter fields.")
    case .requestTimeout:
      retry(408, "Request not received in time", "Send it again on a better connection.")
    case .expectationFailed:
      final(417, "Expectation failed", "Send no Expect and no Upgrade field.")
    case .badParameter: final(400, "Bad parameter", "Correct the parameters named in errors.")
    default:
      final(
        400, "Bad request",
        "It is not well-formed, or not what this call takes; see errors, and /openapi.json.")
    }
  }

  private var messageDescription: RefusalDescription {
    switch self {
    case .unknownMessageType:
      final(422, "Unknown message type", "See /v1/catalogue for the types and their schemas.")
    case .payloadInvalid:
      final(422, "Payload does not match its schema", "Correct each place named in errors.")
    case .attachmentMissing:
      final(
        422, "Attachment missing", "Upload it with PUT /v1/attachments/{sha256}, then resend.")
    case .attachmentDigestMismatch:
      final(422, "Attachment differs from its digest", "Upload the right bytes from the start.")
    case .attachmentRangeMismatch:
      final(409, "Attachment range out of step", "Continue from the Upload-Offset given.")
    case .duplicateConflict:
      final(
        409, "Same id, other content", "Give the new message an id of its own.")
    case .expired: final(422, "Message expired", "The expirytime has passed; send a new message.")
    case .alreadyAcknowledged:
      final(
        409, "Already acknowledged otherwise",
        "The first outcome stands; GET /v1/messages/{messageId} shows it.")
    default:
      final(400, "Malformed envelope", "Correct each place named in errors.")
    }
  }

  private var groundsDescription: RefusalDescription {
    switch self {
    case .unknownRecipient: final(422, "Unknown recipient", "See /v1/parties for the parties.")
    case .recipientSuspended:
      retry(422, "Recipient suspended", "Try later, or ask the recipient.")
    case .routeNotAllowed:
      final(403, "Route not allowed", "This type may not go from this party to that one.")
    case .purposeNotAllowed:
      final(403, "Purpose not allowed", "State a purpose that the message type has.")
    case .lawfulBasisNotAllowed:
      final(403, "Lawful basis not allowed", "Leave it out, or state one the type allows.")
    case .specialConditionNotAllowed:
      final(403, "Special condition not allowed", "Leave it out, or state one the type allows.")
    case .legalGatewayNotAllowed:
      final(403, "Legal gateway not allowed", "Leave it out, or state one the type allows.")
    case .overrideNotAllowed:
      final(403, "Override not allowed", "The rule of this type allows no override.")
    case .residencyNotAllowed:
      final(
        403, "Outside the UK and the EEA", "Send to a party in the United Kingdom or the EEA.")
    case .dataCategoryNotAllowed:
      final(
        403, "More data than the purpose allows",
        "Leave out the categories of data that the purpose does not have; see /v1/vocabulary.")
    case .messageTypeEnded:
      final(
        422, "Version of the message type ended", "Send the newer version; see /v1/catalogue.")
    case .identityInPublication:
      final(
        422, "Identity in a publication",
        "Take every name, date of birth and identifier out of the text, then send it again.")
    case .notInForce:
      final(403, "Not in force", "The law that this message rests on is not commenced here.")
    default:
      final(403, "Consent required", "Name the live consent record in consentref.")
    }
  }

  private var registerDescription: RefusalDescription {
    switch self {
    case .consentDoesNotCover:
      final(
        403, "Consent does not cover this",
        "Ask for a consent that names this recipient, purpose, child and these items.")
    case .overrideNotOnRecord:
      final(
        403, "No such disclosure on record",
        "First send a disclosure-without-consent message for this message's id.")
    case .onwardUseNotAllowed:
      final(
        403, "Onward use not allowed",
        "Data received for one purpose may not be used for this one; see /v1/vocabulary.")
    case .withdrawalNotAllowed:
      final(
        403, "Not yours to withdraw",
        "Only the party that holds a consent, or the family, withdraws it.")
    case .messageHeld:
      final(
        410, "Message held",
        "It is held back; once released it is in its recipient's inbox. Its sender was told why.")
    case .notHeld: final(409, "Message not held", "It is with its recipient; nothing to release.")
    case .calendarMissing:
      final(
        422, "Calendar missing", "Ask the gateway's administrator to import the calendar.")
    case .alreadyWithdrawn:
      final(409, "Consent no longer live", "It was withdrawn, refused or superseded before.")
    default:
      final(
        403, "Consent not live",
        "The consent was refused or withdrawn, has expired, or awaits its review.")
    }
  }

  private var tracingDescription: RefusalDescription {
    switch self {
    case .contentErased:
      final(
        410, "Content erased",
        "The message's content was erased as its retention rule says; its record stands.")
    case .traceClosed:
      final(
        409, "Trace closed",
        "A person has confirmed its outcome, or what it asked is erased. Begin a new trace.")
    case .candidateNotConfirmed:
      final(
        403, "Candidate not confirmed",
        "See the school first; then confirm the candidate, as possible while you are not sure.")
    case .tooManyTraces:
      retry(
        429, "Too many traces",
        "Retry after the time given. For a whole list use `gatehouse trace batch`.")
    case .restrictedChild:
      final(
        403, "Restricted child",
        "Where this child is, no gateway tells. Speak with whoever is answerable for the record.")
    case .beyondDisclosureCap:
      final(
        403, "More than the trace request asks for",
        "Leave out what lies beyond the disclosureCap of the request.")
    default:
      final(
        403, "Trace not allowed",
        "Only officers who look for missing children trace, for a purpose of theirs.")
    }
  }

  private var witnessDescription: RefusalDescription {
    switch self {
    case .checkpointInconsistent:
      final(
        422, "Checkpoint does not extend the last one",
        "The proof must lead from the size on record to this checkpoint's.")
    default:
      final(403, "Checkpoint not signed by its log", "Sign it with the key registered here.")
    }
  }

  private var failureDescription: RefusalDescription {
    switch self {
    case .tooManyRequests:
      retry(429, "Too many requests", "Wait as Retry-After says; see the RateLimit field.")
    case .storageFull: retry(507, "Storage full", "Nothing was stored. Retry later.")
    case .tooBusy: retry(503, "Too busy", "Nothing was stored. Retry after the time given.")
    default:
      retry(503, "Temporarily unavailable", "Nothing was promised. Retry after the time given.")
    }
  }

  private func final(_ status: Int, _ title: String, _ remedy: String) -> RefusalDescription {
    RefusalDescription(status: status, isRetryable: false, title: title, remedy: remedy)
  }

  private func retry(_ status: Int, _ title: String, _ remedy: String) -> RefusalDescription {
    RefusalDescription(status: status, isRetryable: true, title: title, remedy: remedy)
  }
}
