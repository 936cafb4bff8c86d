// The message that the bench sends: one medical referral of about 2 KB, the same for ever, so that
// figures of different versions can be compared. Invented throughout; only its id changes.

import Crypto
package import ExchangeModel
import Storage
package import Validation

/// The bench's message, ready to be sent again and again with a fresh id.
package struct BenchReferral: Sendable {
  /// Hexadecimal digits of the id that change from message to message.
  package static let idDigits = 32
  private static let idPrefix = "bench-"

  package let format: ContentFormat
  /// The envelope as sent, its id's digits all zero.
  package let bytes: [UInt8]
  /// Where in `bytes` the id's digits stand.
  package let idOffset: Int

  /// Writes the message in a format and checks it as the gateway will.
  ///
  /// Throws `Refusal` when the schemas no longer take it, `BenchFault` when the id is not found.
  package init(
    format: ContentFormat, schemas: SchemaSet, at time: Timestamp
  ) throws {
    guard let source = PartyURN(BenchFolder.sender.urn),
      let recipient = PartyURN(BenchFolder.recipient.urn)
    else { throw BenchFault("the bench's parties are not party URNs") }
    let zeros = String(repeating: "0", count: Self.idDigits)
    let json = Payload(format: .json, bytes: Self.payload.utf8.filter { $0 != 0x0A })
    var envelope = Envelope(
      id: Self.idPrefix + zeros, source: source, type: "gatehouse.medical-referral.v1",
      recipient: recipient, purpose: Purpose(rawValue: "medical-education"), payload: json)
    envelope.time = time.description
    envelope.payload = try schemas.convert(json, of: envelope.type, to: format)
    let bytes = EnvelopeWriter.write(envelope, as: format)
    _ = try schemas.validate(try EnvelopeReader.read(bytes, format: format))
    guard let offset = Self.offset(of: Array(zeros.utf8), in: bytes) else {
      throw BenchFault("the envelope does not hold its id as written")
    }
    self.format = format
    self.bytes = bytes
    idOffset = offset
  }

  private static func offset(of part: [UInt8], in bytes: [UInt8]) -> Int? {
    guard bytes.count >= part.count else { return nil }
    return (0...(bytes.count - part.count)).first { bytes[$0...].starts(with: part) }
  }

  /// The documents that the message names, by digest: uploaded once, named by all.
  static let attachments: [(digest: String, bytes: [UInt8])] = [
    certificate, healthcarePlan,
  ].map { (Hex.text(SHA256.hash(data: $0)), $0) }

  private static let certificate = Array("Attendance certificate of an invented pupil.\n".utf8)
  private static let healthcarePlan = Array("Healthcare plan of an invented pupil.\n".utf8)

  // Line ends are taken out; no text in it holds one.
  private static let payload = """
    {"child":{"upn":"R850412325001","surname":"Testpupil","forename":"Sunny",
    "dateOfBirth":"2012-11-03","sex":"F"},
    "childEducation":{"leaEstab":"8504321","schoolName":"Example Park School","ncYear":"9",
    "enrolStatus":"C"},
    "childAddress":{"addressLines":["1 Imaginary Lane","Exampleton"],"postcode":"SO99 9ZZ",
    "addressFrom":"2019-08-12","addressSensitive":false},
    "ethnicity":"WBRI","firstLanguage":"ENG",
    "designatedContact":{"name":"Alex Sampleton","position":"Assistant Headteacher",
    "phone":"01632 960101","email":"a.sampleton@example.org"},
    "lastDateAttended":"2026-10-09","attendancePercent":36.6,
    "parents":[{"name":"Morgan Testpupil","relationship":"PAM","mobile":"07700 900201",
    "parentalResponsibility":true,"livesWithChild":true,"contactRestriction":"none"}],
    "protectionStatus":{"childProtectionIssues":false,"childInCare":false},
    "liaisonStaff":{"name":"Jo Placeholder","position":"Head of year 9","phone":"01632 960102",
    "email":"j.placeholder@example.org"},
    "pupilPremiumFSM":false,"pupilPremiumForces":true,
    "medicalCondition":"Post-viral fatigue since May, diagnosed by the paediatrician.",
    "currentProvision":"Two hours a week of work set by subject teachers.","parentAware":true,
    "ks2":{"readingTest":"104","readingTA":"EXS","mathsTest":"109","mathsTA":"EXS",
    "scienceTA":"EXS"},"ehcp":false,
    "ihcp":{"agreedOn":"2026-10-05","reviewDue":"2027-01-05","version":"2"},
    "headteacher":{"name":"Pat Example","signedAt":"2026-11-16T08:41:00Z",
    "signature":"P. Example"},
    "attachments":[{"kind":"attendance-certificate","sha256":"\(attachments[0].digest)",
    "mediaType":"text/plain","size":\(certificate.count),"name":"attendance.txt"},
    {"kind":"ihcp","sha256":"\(attachments[1].digest)","mediaType":"text/plain",
    "size":\(healthcarePlan.count),"name":"ihcp.txt"}]}
    """
}

/// What keeps the bench from measuring.
package struct BenchFault: Error, Sendable, CustomStringConvertible {
  package let description: String

  package init(_ description: String) { self.description = description }
}
