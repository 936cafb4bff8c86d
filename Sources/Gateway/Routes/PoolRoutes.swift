// The lost pupil pool over HTTP: officers list it, claim a file of it, and release one.
// Never takes a child's identifier in a URL, and never answers with a file: a release sends it.

import ExchangeModel
import Storage
import Validation

struct PoolRoutes: Sendable {
  let store: Store
  let admission: Admission
  let limits: Limits

  var routes: [Route] {
    [
      Route(.get, "/v1/transfers/pool", handler: list),
      Route(
        .post, "/v1/transfers/pool/{postingId}/claims", body: .buffered(limit: 16 << 10),
        handler: claim),
      Route(.get, "/v1/transfers/claims", handler: claims),
      Route(
        .post, "/v1/transfers/claims/{claimId}/decision", body: .buffered(limit: 16 << 10),
        handler: decide),
    ]
  }

  private static let purposes = ["children-missing-education", "record-transfer"]

  private func list(_ request: HTTPRequest) async throws -> HTTPResponse {
    let limit = try request.integer("limit", default: 100, in: 1...500)
    let purpose = try request.query("purpose") ?? ""
    guard Self.purposes.contains(purpose) else {
      throw Refusal(
        .badParameter,
        issues: [
          ValidationIssue(
            place: "purpose", line: nil, rule: "enum",
            message: "Say why: \(Self.purposes.joined(separator: " or ")). It is logged.")
        ])
    }
    let page = try await request.page(of: "this listing", cursor: MessageID.init) { after in
      try await store.lostPupils(
        for: try request.spki(), purpose: Purpose(rawValue: purpose), after: after, limit: limit)
    }
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("pupils")
    writer.beginArray()
    for pupil in page.pupils { writer.write(pupil) }
    writer.endArray()
    writer.key("next")
    if let next = page.next { writer.string(next.text) } else { writer.null() }
    writer.endObject()
    return .json(writer.bytes, fields: ["Cache-Control": "no-store"])
  }

  /// A claim is a message to the pool, composed here for whoever has no system that writes one.
  private func claim(_ request: HTTPRequest) async throws -> HTTPResponse {
    let party = try await request.caller(store)
    guard let posting = MessageID(request.parameter("postingId")) else { throw Refusal(.notFound) }
    var reader = try BodyReader(
      request.bytes, members: ["upn", "claimant", "evidence"], limits: limits)
    let upn = reader.text("upn", isRequired: true)
    let claimant = reader.text("claimant", isRequired: true)
    let evidence = reader.words("evidence")
    try reader.finish()
    guard let upn, let claimant else { throw Refusal(.badRequest) }
    guard let pool = await store.pool() else { throw Refusal(.unknownRecipient) }
    var payload = JSONWriter()
    payload.beginObject()
    payload.member("postingId", posting.text)
    payload.member("upn", upn)
    payload.member("claimant", claimant)
    payload.key("evidence")
    payload.beginArray()
    for word in evidence { payload.string(word) }
    payload.endArray()
    payload.endObject()
    let envelope = Envelope(
      id: "claim-\(store.surroundings.messageID(at: store.now()))", source: party.urn,
      type: "gatehouse.lost-pupil-claim.v1", recipient: pool,
      purpose: Purpose(rawValue: "record-transfer"),
      payload: Payload(format: .json, bytes: payload.bytes))
    let outcome = try await admission.admit(
      EnvelopeWriter.write(envelope, as: .json), format: .json,
      from: .certificate(try request.spki()))
    switch outcome {
    case .admitted(let receipt), .duplicate(let receipt):
      var writer = JSONWriter()
      writer.beginObject()
      writer.member("claimId", receipt.messageID.text)
      writer.member("claimedAt", receipt.admittedAt.description)
      writer.endObject()
      return .json(
        writer.bytes, status: 202, fields: ["Location": "/v1/messages/\(receipt.messageID)"])
    case .refused(let refusal, let decision):
      return ProblemDetails.response(
        refusal.explained(by: decision, in: .json), instance: request.id)
    }
  }

  private func claims(_ request: HTTPRequest) async throws -> HTTPResponse {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("claims")
    writer.beginArray()
    for claim in try await store.poolClaims(for: try request.spki()) { writer.write(claim) }
    writer.endArray()
    writer.endObject()
    return .json(writer.bytes, fields: ["Cache-Control": "no-store"])
  }

  private func decide(_ request: HTTPRequest) async throws -> HTTPResponse {
    guard let id = MessageID(request.parameter("claimId")) else { throw Refusal(.notFound) }
    var reader = try BodyReader(
      request.bytes, members: ["outcome", "decidedBy", "reason"], limits: limits)
    let outcome = reader.text("outcome", isRequired: true)
    let person = reader.text("decidedBy", isRequired: true)
    let reason = reader.text("reason")
    if let outcome, !["release", "refuse"].contains(outcome) {
      reader.fault("/outcome", "enum", "Give one of: release, refuse.")
    }
    for (name, text) in [("decidedBy", person), ("reason", reason)] {
      if (text?.utf8.count ?? 0) > limits.consentText {
        reader.fault("/\(name)", "maxLength", "Give at most \(limits.consentText) bytes.")
      }
    }
    try reader.finish()
    guard let outcome, let person else { throw Refusal(.badRequest) }
    let claim = try await store.decideClaim(
      id, by: try request.spki(), named: person,
      releases: outcome.utf8.elementsEqual("release".utf8), reason: reason)
    var writer = JSONWriter()
    writer.write(claim)
    return .json(writer.bytes, fields: ["Cache-Control": "no-store"])
  }
}

extension Store {
  /// The party that keeps the lost pupil pool; nil when none is registered.
  fileprivate func pool() async -> PartyURN? {
    latestDirectory.all.first {
      $0.state == .live && $0.role.rawValue.utf8.elementsEqual("lost-pupil-pool".utf8)
    }?.urn
  }
}

extension JSONWriter {
  mutating func write(_ pupil: LostPupil) {
    beginObject()
    member("postingId", pupil.id)
    member("initials", pupil.face.initials)
    member("yearGroup", pupil.face.yearGroup)
    member("postingLA", pupil.face.authority)
    member("postedAt", pupil.postedAt.description)
    endObject()
  }

  mutating func write(_ claim: LostPupilClaimEntry) {
    beginObject()
    member("claimId", claim.id)
    member("postingId", claim.postingID)
    member("initials", claim.face.initials)
    member("yearGroup", claim.face.yearGroup)
    member("postingLA", claim.face.authority)
    member("groundRegulations", claim.regulations.rawValue)
    member("ground", claim.ground)
    member("claimant", claim.claimant.text)
    member("school", claim.school)
    key("evidence")
    beginArray()
    for word in claim.evidence { string(word) }
    endArray()
    member("claimedAt", claim.claimedAt.description)
    member("state", claim.state.rawValue)
    if let decidedBy = claim.decidedBy { member("decidedBy", decidedBy) }
    if let reason = claim.reason { member("reason", reason) }
    endObject()
  }
}
