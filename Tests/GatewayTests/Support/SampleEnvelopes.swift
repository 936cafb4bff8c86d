// Envelopes for the tests: the published examples, changed as a test needs. All people in them are
// invented and their numbers from ranges reserved for that.

import ExchangeModel
import Foundation
import Testing
import Validation

/// Envelopes made from the examples beside the schemas.
enum SampleEnvelopes {
  /// The `schemas/` folder of this checkout.
  static let schemas =
    URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path + "/schemas"

  static let absence = "fifteen-day-absence-notification/v1/examples/on-and-off.valid.json"
  static let referral = "medical-referral/v1/examples/year-9-fatigue.valid.json"
  static let reply = "referral-acknowledgement/v1/examples/complete.valid.json"

  /// The bytes of a file below `schemas/messages/`.
  static func bytes(_ path: String) throws -> [UInt8] {
    let file = schemas + "/messages/" + path
    return Array(try #require(FileManager.default.contents(atPath: file), "\(file)"))
  }

  /// An example as a value, with an id of its own.
  static func envelope(
    _ path: String = absence, id: String = UUID().uuidString.lowercased()
  ) throws -> Envelope {
    let format: ContentFormat = path.hasSuffix(".xml") ? .xml : .json
    var envelope = try EnvelopeReader.read(try bytes(path), format: format).envelope
    envelope.id = id
    return envelope
  }

  /// An example in JSON with an id of its own, ready to be sent.
  static func json(
    _ path: String = absence, id: String = UUID().uuidString.lowercased(),
    _ change: (inout Envelope) throws -> Void = { _ in }
  ) throws -> [UInt8] {
    var envelope = try envelope(path, id: id)
    try change(&envelope)
    return EnvelopeWriter.write(envelope, as: .json)
  }

  /// The same in XML, payload and envelope, from the XML example.
  static func xml(
    _ path: String = absence, id: String = UUID().uuidString.lowercased(),
    _ change: (inout Envelope) throws -> Void = { _ in }
  ) throws -> [UInt8] {
    var envelope = try envelope(path.replacing(".valid.json", with: ".valid.xml"), id: id)
    try change(&envelope)
    return EnvelopeWriter.write(envelope, as: .xml)
  }

  /// The bytes of any file.
  static func bytes(of file: String) throws -> [UInt8] {
    Array(try #require(FileManager.default.contents(atPath: file), "\(file)"))
  }

  /// The attachments of a message type's examples: digest and file.
  static func attachments(_ slug: String) throws -> [String] {
    let folder = "\(schemas)/messages/\(slug)/v1/examples/attachments"
    return try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
      .map { folder + "/" + $0 }
  }
}
