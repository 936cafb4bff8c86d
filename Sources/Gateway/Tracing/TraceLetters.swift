// The messages of a trace, composed from what the trace holds: the request, the response, the
// confirmation. They enter by the same door as any message, under the caller's own certificate.
// Never tells more than the request's cap, and never an address with a potential match.

import ExchangeModel
import PupilTracing
import Storage
import Validation

/// What became of a letter.
struct SentLetter: Sendable {
  let recipient: PartyURN
  /// Nil when it was refused.
  let messageID: MessageID?
  let refusal: Refusal?
}

/// What a request says beside the child.
struct TraceRequestTerms: Sendable {
  var dateLastSeen: String
  var reason: String
  var cap: DisclosureCap
  var safeToContact: String
  var isBroadcast: Bool
  /// The JSON of a member of staff, for a broadcast.
  var approvedBy: [UInt8]?
}

struct TraceLetters: Sendable {
  let admission: Admission

  static let purpose = Purpose(rawValue: "children-missing-education")

  /// Asks one party. The same request again is a duplicate, with no second effect.
  func ask(
    _ recipient: PartyURN, _ material: TraceMaterial, _ terms: TraceRequestTerms, spki: String
  ) async throws -> SentLetter {
    guard let query = material.query else { throw Refusal(.contentErased) }
    var envelope = Envelope(
      id: "\(material.trace.id)-\(recipient.localAuthority)-\(recipient.slug)",
      source: material.party.urn, type: "gatehouse.trace-request.v1", recipient: recipient,
      purpose: Self.purpose,
      payload: Payload(format: .json, bytes: Self.request(query, terms)))
    envelope.correlationID = material.trace.id.text
    return try await send(envelope, spki: spki)
  }

  /// Answers the request that a trace was made for, as its officer confirmed.
  func answer(
    _ material: TraceMaterial, contactOfficer: [UInt8], disclose: DisclosureCap,
    refusalReason: String?, spki: String
  ) async throws -> SentLetter {
    guard let requester = material.requester, let request = material.trace.request else {
      throw Refusal(.notFound)
    }
    let payload = Self.response(
      material, contactOfficer: contactOfficer,
      disclose: min(disclose, material.cap ?? .yesNo), refusalReason: refusalReason)
    var envelope = Envelope(
      id: "\(material.trace.id)-answer", source: material.party.urn,
      type: "gatehouse.trace-response.v1", recipient: requester, purpose: Self.purpose,
      payload: Payload(format: .json, bytes: payload))
    envelope.inReplyTo = request.text
    return try await send(envelope, spki: spki)
  }

  /// Tells a party that answered whether it was the right child.
  func confirm(
    _ answer: MessageID, from recipient: PartyURN, to material: TraceMaterial, result: String,
    verifiedBy: String, on day: CivilDate, spki: String
  ) async throws -> SentLetter {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("result", result)
    writer.member("verifiedBy", verifiedBy)
    writer.member("sharedOn", day.description)
    writer.endObject()
    var envelope = Envelope(
      id: "\(answer)-\(result)", source: material.party.urn,
      type: "gatehouse.trace-confirmation.v1", recipient: recipient, purpose: Self.purpose,
      payload: Payload(format: .json, bytes: writer.bytes))
    envelope.inReplyTo = answer.text
    return try await send(envelope, spki: spki)
  }

  private func send(_ envelope: Envelope, spki: String) async throws -> SentLetter {
    let outcome = try await admission.admit(
      EnvelopeWriter.write(envelope, as: .json), format: .json, from: .certificate(spki))
    switch outcome {
    case .admitted(let receipt), .duplicate(let receipt):
      return SentLetter(
        recipient: envelope.recipient, messageID: receipt.messageID, refusal: nil)
    case .refused(let refusal, _):
      return SentLetter(recipient: envelope.recipient, messageID: nil, refusal: refusal)
    }
  }

  // MARK: Payloads

  /// The first pass: names, date of birth, match key, house and postcode; never a telephone.
  static func request(_ query: TraceQuery, _ terms: TraceRequestTerms) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("child")
    writer.beginObject()
    if query.upn.isEmpty {
      writer.member("upnUnknownReason", "UN4")
    } else {
      writer.member("upn", query.upn)
    }
    let name = query.names.first
    writer.given("surname", name?.surname)
    writer.given("forename", name?.forename)
    writer.given("middleNames", name?.middle)
    if query.dateOfBirth.isWhole { writer.member("dateOfBirth", query.dateOfBirth.text) }
    writer.member("sex", query.sex.map { $0 == .female ? "F" : "M" } ?? "U")
    writer.endObject()
    if let other = query.names.dropFirst().first {
      writer.key("childAlias")
      writer.beginObject()
      writer.given("preferredSurname", other.surname)
      writer.given("preferredForename", other.forename)
      writer.endObject()
    }
    if let place = query.places.first(where: { !$0.postcode.isEmpty }) {
      writer.key("lastKnownAddress")
      writer.beginObject()
      let house = place.address.split(separator: " ").first.map { String($0) } ?? ""
      if house.utf8.contains(where: { (0x30...0x39).contains($0) }) {
        writer.member("houseNumber", house)
      }
      writer.member("postcode", postcode(place.postcode))
      writer.endObject()
    }
    let parents = query.parents.prefix(4).filter { !$0.surname.isEmpty }
    if !parents.isEmpty {
      writer.people(
        "parents", parents.map { [("surname", $0.surname), ("forename", $0.forename)] })
    }
    let siblings = query.siblings.prefix(12).filter { !$0.forename.isEmpty }
    if !siblings.isEmpty { writer.people("siblings", siblings.map { [("forename", $0.forename)] }) }
    writer.member("dateLastSeen", terms.dateLastSeen)
    writer.given("lastSchool", query.lastSchool)
    writer.member("reason", terms.reason)
    writer.member("disclosureCap", terms.cap.rawValue)
    writer.key("broadcast")
    writer.bool(terms.isBroadcast)
    if let staff = terms.approvedBy {
      writer.key("approvedBy")
      writer.raw(staff)
    }
    writer.member("safeToContact", terms.safeToContact)
    writer.endObject()
    return writer.bytes
  }

  /// What a response tells, by what the officer confirmed.
  static func response(
    _ material: TraceMaterial, contactOfficer: [UInt8], disclose: DisclosureCap,
    refusalReason: String?
  ) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    let confirmation = material.trace.confirmation
    let shown = confirmation?.candidate.flatMap { number in
      material.trace.candidates.first { $0.number == number }
    }
    if let refusalReason {
      writer.member("result", "refused")
      writer.member("refusalReason", refusalReason)
    } else if let shown, let record = material.record, let query = material.query {
      let isMatch = confirmation?.result == .confirmed
      writer.member("result", isMatch ? "match" : "potential-match")
      // A person has looked: a confirmed match is one, a possible one stays below it.
      let confidence =
        isMatch ? max(0.95, shown.posterior) : min(0.94, max(0.85, shown.posterior))
      writer.key("confidence")
      writer.number(Self.hundredths(confidence))
      writer.key("matchedOn")
      writer.beginArray()
      for word in Self.matched(shown) { writer.string(word) }
      writer.endArray()
      // Of a child whose whereabouts must stay unknown not even what differs: an adopted child's
      // present name beside its former one would join the two.
      if !material.isRestricted {
        Self.conflicts(query, record, &writer)
        if isMatch { Self.whereabouts(record, disclose, &writer) }
      }
    } else {
      writer.member("result", "no-match")
    }
    writer.key("contactOfficer")
    writer.raw(contactOfficer)
    writer.endObject()
    return writer.bytes
  }

  private static func hundredths(_ value: Double) -> String {
    let whole = max(0, min(100, Int((value * 100).rounded(.down))))
    return whole == 100 ? "1" : "0.\(whole < 10 ? "0" : "")\(whole)"
  }

  /// The fields that spoke for the child, in the schema's words.
  private static func matched(_ candidate: ShownCandidate) -> [String] {
    let words = [
      "upn": "upn", "surname": "name", "forename": "name", "name": "name", "dateOfBirth": "dob",
      "sex": "sex", "place": "postcode", "siblings": "sibling", "parents": "parent",
    ]
    var found: [String] = []
    for reason in candidate.reasons where reason.bits > 0 {
      guard let word = words[reason.field], !found.contains(word) else { continue }
      found.append(word)
    }
    return found.isEmpty ? ["name"] : found
  }

  /// What differs, but never a place: that would tell where the child is.
  private static func conflicts(
    _ query: TraceQuery, _ record: PupilRecord, _ writer: inout JSONWriter
  ) {
    var found: [(field: String, ours: String, theirs: String)] = []
    func compare(_ field: String, _ ours: String?, _ theirs: String?) {
      guard let ours, let theirs, !ours.isEmpty, !theirs.isEmpty,
        !ours.utf8.elementsEqual(theirs.utf8)
      else { return }
      found.append((field, ours, theirs))
    }
    compare("upn", record.upns.first, query.upn)
    compare("surname", record.names.first?.surname, query.names.first?.surname)
    compare("forename", record.names.first?.forename, query.names.first?.forename)
    if query.dateOfBirth.isKnown {
      compare("dateOfBirth", record.datesOfBirth.first?.text, query.dateOfBirth.text)
    }
    if let ours = record.sex, let theirs = query.sex, ours != theirs {
      found.append(
        ("sex", ours == .female ? "F" : "M", theirs == .female ? "F" : "M"))
    }
    guard !found.isEmpty else { return }
    writer.people(
      "fieldConflicts",
      found.map { [("field", $0.field), ("ours", $0.ours), ("theirs", $0.theirs)] })
  }

  private static func whereabouts(
    _ record: PupilRecord, _ disclose: DisclosureCap, _ writer: inout JSONWriter
  ) {
    guard disclose >= .school else { return }
    let school = record.schools.first { $0.utf8.count == 7 }
    writer.key("onRoll")
    writer.bool(school != nil)
    if let school { writer.member("school", school) }
    guard disclose >= .address,
      let place = record.places.first(where: { !$0.address.isEmpty && !$0.postcode.isEmpty })
    else { return }
    writer.key("address")
    writer.beginObject()
    writer.key("addressLines")
    writer.beginArray()
    writer.string(place.address)
    writer.endArray()
    writer.member("postcode", postcode(place.postcode))
    writer.key("addressSensitive")
    writer.bool(false)
    writer.endObject()
  }

  /// In capitals with its space.
  private static func postcode(_ text: String) -> String {
    let letters = text.uppercased().utf8.filter { $0 > 0x20 }
    guard letters.count > 3 else { return text }
    return String(decoding: letters.dropLast(3), as: UTF8.self) + " "
      + String(decoding: letters.suffix(3), as: UTF8.self)
  }
}

extension JSONWriter {
  /// A member that is left out when there is nothing.
  fileprivate mutating func given(_ name: String, _ value: String?) {
    if let value, !value.isEmpty { member(name, value) }
  }

  /// A list of objects of texts; empty ones are left out.
  fileprivate mutating func people(_ name: String, _ items: [[(String, String)]]) {
    key(name)
    beginArray()
    for item in items {
      beginObject()
      for (name, value) in item { given(name, value) }
      endObject()
    }
    endArray()
  }
}
