// How traces look in JSON. Never shows more of a candidate than surname, forename and year of birth
// but where more was asked for.

import ExchangeModel
import PupilTracing
import Storage
import Validation

extension JSONWriter {
  mutating func write(_ record: TraceRecord) {
    beginObject()
    member("traceId", record.id.text)
    member("askedAt", record.askedAt.description)
    member(record.isNamedOfficer ? "officer" : "system", record.officer)
    member("purpose", record.purpose)
    member("reason", record.reason)
    member("request", record.request)
    member("outcome", record.outcome.rawValue)
    key("notHere")
    number(Self.rounded(record.notHere, places: 4))
    member("modelVersion", record.modelVersion)
    key("candidates")
    beginArray()
    for candidate in record.candidates { write(candidate) }
    endArray()
    if let confirmation = record.confirmation {
      key("confirmation")
      beginObject()
      member("result", confirmation.result.rawValue)
      if let candidate = confirmation.candidate { member("candidate", Int64(candidate)) }
      if let verifiedBy = confirmation.verifiedBy { member("verifiedBy", verifiedBy) }
      endObject()
    }
    write(record.enquiries)
    member("caseId", record.caseID)
    endObject()
  }

  mutating func write(_ enquiries: [TraceEnquiry]) {
    key("enquiries")
    beginArray()
    for enquiry in enquiries {
      beginObject()
      member("party", enquiry.party.text)
      member("answer", enquiry.answer.rawValue)
      member("askedAt", enquiry.askedAt.description)
      endObject()
    }
    endArray()
  }

  private mutating func write(_ candidate: ShownCandidate) {
    beginObject()
    member("number", Int64(candidate.number))
    member("reading", candidate.reading.rawValue)
    member("surname", candidate.surname)
    member("forename", candidate.forename)
    if candidate.yearOfBirth > 0 { member("yearOfBirth", Int64(candidate.yearOfBirth)) }
    key("weight")
    number(Self.rounded(candidate.bits, places: 1))
    key("posterior")
    number(Self.rounded(candidate.posterior, places: 4))
    key("reasons")
    beginArray()
    for reason in candidate.reasons {
      beginObject()
      member("field", reason.field)
      member("text", reason.text)
      key("weight")
      number(Self.rounded(reason.bits, places: 1))
      endObject()
    }
    endArray()
    key("heldBy")
    beginArray()
    for party in candidate.heldBy { string(party.text) }
    endArray()
    key("restricted")
    bool(candidate.isRestricted)
    member("disclosed", candidate.disclosed.rawValue)
    endObject()
  }

  /// A child's record as far as it is disclosed.
  mutating func write(_ record: PupilRecord, _ scope: PupilDisclosure) {
    beginObject()
    member("scope", scope.rawValue)
    if scope == .school || scope == .full {
      key("schools")
      beginArray()
      for school in record.schools { string(school) }
      endArray()
    }
    if scope == .address || scope == .full {
      key("places")
      beginArray()
      for place in record.places {
        beginObject()
        member("postcode", place.postcode)
        member("address", place.address)
        endObject()
      }
      endArray()
    }
    if scope == .full {
      key("upns")
      beginArray()
      for upn in record.upns { string(upn) }
      endArray()
      write("names", record.names)
      key("datesOfBirth")
      beginArray()
      for date in record.datesOfBirth { string(date.text) }
      endArray()
      if let sex = record.sex { member("sex", sex == .female ? "F" : "M") }
      write("parents", record.parents)
      write("siblings", record.siblings)
    }
    endObject()
  }

  private mutating func write(_ name: String, _ names: [PupilName]) {
    key(name)
    beginArray()
    for one in names {
      beginObject()
      member("surname", one.surname)
      member("forename", one.forename)
      if !one.middle.isEmpty { member("middleNames", one.middle) }
      endObject()
    }
    endArray()
  }

  /// What became of the letters of a trace.
  mutating func write(_ letters: [SentLetter], caseID: MessageID?) {
    beginObject()
    key("sent")
    beginArray()
    for letter in letters {
      beginObject()
      member("recipient", letter.recipient.text)
      member("messageId", letter.messageID)
      if let refusal = letter.refusal {
        member("refused", refusal.code.rawValue)
        key("reasons")
        beginArray()
        // A fault names its place and rule, never a value.
        for issue in refusal.issues { string(issue.place + ": " + issue.message) }
        endArray()
      }
      endObject()
    }
    endArray()
    member("caseId", caseID)
    endObject()
  }

  /// A decimal with so many places; never an exponent, never infinite.
  private static func rounded(_ value: Double, places: Int) -> String {
    let scale = places == 1 ? 10.0 : 10_000.0
    guard value.isFinite else { return "0" }
    let units = Int64((max(-99_999, min(99_999, value)) * scale).rounded())
    let size = String(units.magnitude)
    let padded = String(repeating: "0", count: max(0, places + 1 - size.count)) + size
    return (units < 0 ? "-" : "") + padded.dropLast(places) + "." + padded.suffix(places)
  }
}
