// A copy of `schemas/` for one test, to which it adds message types: files alone, as an operator
// would. Removed with the value.

import Foundation
import Testing

/// The four medical types, and what the test puts beside them.
final class SchemasCopy: Sendable {
  let path = FileManager.default.temporaryDirectory.path + "/schemas-copy-" + UUID().uuidString

  init() throws { try FileManager.default.copyItem(atPath: FewSchemas.path, toPath: path) }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Version 2 of a type beside version 1, which then ends on a day.
  func addVersionTwo(of slug: String, oneEndsOn day: String) throws {
    let folder = "\(path)/messages/\(slug)"
    try FileManager.default.copyItem(atPath: folder + "/v1", toPath: folder + "/v2")
    try change(folder + "/v2/message.json") {
      $0.replacing("gatehouse.\(slug).v1", with: "gatehouse.\(slug).v2")
        .replacing("\"version\": 1", with: "\"version\": 2")
    }
    try change(folder + "/v2/payload.schema.json") {
      $0.replacing("\(slug)/v1/", with: "\(slug)/v2/")
    }
    try change(folder + "/v1/message.json") {
      $0.replacing("\"version\": 1", with: "\"version\": 1,\n  \"endsOn\": \"\(day)\"")
    }
  }

  /// A type that is in no catalogue: a school's note for the service.
  func addWellbeingNote() throws {
    let folder = path + "/messages/wellbeing-note/v1"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try Self.message.write(
      toFile: folder + "/message.json", atomically: true, encoding: .utf8)
    try Self.schema.write(
      toFile: folder + "/payload.schema.json", atomically: true, encoding: .utf8)
  }

  private func change(_ file: String, _ change: (String) -> String) throws {
    let text = try String(contentsOfFile: file, encoding: .utf8)
    let changed = change(text)
    try #require(changed != text)
    try changed.write(toFile: file, atomically: true, encoding: .utf8)
  }

  private static let message = """
    {"type": "gatehouse.wellbeing-note.v1", "slug": "wellbeing-note", "version": 1,
     "code": "MED.NOTE", "title": "Well-being note", "description": "How a pupil is doing.",
     "routes": [
       {"from": ["school"], "to": ["inclusion-support-service"], "sameAuthority": true}],
     "purposes": ["medical-education"], "lawfulBases": ["uk-gdpr:A6-1-e"],
     "specialConditions": ["dpa2018:sch1-6"], "legalGateways": ["ea1996-s19"],
     "consentRule": "CN0", "expectedReplies": [],
     "retention": {"rule": "R.MED", "text": "Until the pupil is 25."}, "attachments": [],
     "sensitivity": "OFFICIAL-SENSITIVE", "priority": "routine",
     "childIdentifiers": {"upn": "/child/upn"}}
    """

  private static let schema = """
    {"$schema": "https://json-schema.org/draft/2020-12/schema",
     "$id": "https://gatehouse.example/schemas/messages/wellbeing-note/v1/payload.schema.json",
     "title": "Well-being note", "type": "object",
     "properties": {
       "child": {"$ref": "../../../common/v1/common.schema.json#/$defs/child"},
       "mood": {"type": "string", "enum": ["good", "middling", "low"]},
       "hoursSlept": {"type": "number", "minimum": 0, "maximum": 24}},
     "required": ["child", "mood"], "additionalProperties": false}
    """

  /// A well-being note in JSON.
  static func note(id: String, mood: String) -> [UInt8] {
    Array(
      """
      {"specversion":"1.0","id":"\(id)","source":"urn:gatehouse:850:4321",
       "type":"gatehouse.wellbeing-note.v1","recipient":"urn:gatehouse:850:iss",
       "purpose":"medical-education","datacontenttype":"application/json",
       "data":{"child":{"upn":"W850203924017","surname":"Sampleson","forename":"Ali",
         "dateOfBirth":"2014-01-29","sex":"M"},"mood":"\(mood)","hoursSlept":7.50}}
      """.utf8)
  }
}
