// What the tests read out of answers: receipts, problem documents, listings, leaves of the log.

import Crypto
import ExchangeModel
import Foundation
import GRDB
import MessageLog
import Storage
import Testing
import Validation

@testable import Gateway

extension ClientAnswer {
  /// The body as one JSON value.
  func json() throws -> JSONNode { try JSONDocument.parse(bytes).root }

  /// A text member of the body; empty when there is none.
  func member(_ name: String) throws -> String { try json()[name]?.string ?? "" }

  /// The `code` of a problem document.
  var code: String { (try? json()["code"]?.string) ?? "" }

  /// The places in `errors`, each with the member that names it: `pointer:/data/child`.
  func places() throws -> [String] {
    let errors = try json()["errors"].map { Array($0.elements) } ?? []
    return errors.map { error in
      for name in ["pointer", "xpath", "parameter"] {
        if let place = error[name]?.string { return "\(name):\(place)" }
      }
      return ""
    }
  }
}

extension PartyClient {
  /// Sends an envelope and returns the id on its receipt; the answer must be 202.
  func admit(_ envelope: [UInt8], format: ContentFormat = .json) async throws -> String {
    let answer = try await send(envelope, format: format)
    try #require(answer.status == 202, "\(answer.text)")
    return try answer.member("messageId")
  }

  func acknowledge(_ id: String, _ body: String) async throws -> ClientAnswer {
    try await call(
      "POST", "/v1/inbox/\(id)/acknowledgement", headers: [("Content-Type", "application/json")],
      body: Array(body.utf8))
  }

  /// Message ids in the inbox, as listed.
  func inbox(_ query: String = "") async throws -> [String] {
    let answer = try await call("GET", "/v1/inbox\(query)")
    try #require(answer.status == 200, "\(answer.text)")
    return try answer.json()["messages"].map { Array($0.elements) }?
      .compactMap { $0["messageId"]?.string } ?? []
  }
}

extension GatewayHarness {
  /// A message of the school's waiting in the service's inbox: its id.
  func admitted(
    _ change: (inout Envelope) throws -> Void = { _ in }
  ) async throws -> String {
    try await client(.school).admit(try SampleEnvelopes.json { try change(&$0) })
  }

  /// Every leaf of the log, oldest first, read past the store.
  func leaves() async throws -> [LeafEntry] {
    let queue = try DatabaseQueue(path: settings.data + "/gatehouse.sqlite")
    let rows = try await queue.read { database in
      try Data.fetchAll(database, sql: "SELECT entry FROM leaf ORDER BY leaf_index")
    }
    return try rows.map { try LeafEntry(Array($0)) }
  }

  /// The number of leaves of a kind.
  func leafCount(_ kind: LogEvent.Kind) async throws -> Int {
    try await leaves().count { $0.kind == kind }
  }
}

/// Bytes that no compressor would make shorter, the same for the same seed (SplitMix64).
func seededBytes(_ count: Int, seed: UInt64) -> [UInt8] {
  var state = seed
  var bytes: [UInt8] = []
  bytes.reserveCapacity(count + 8)
  while bytes.count < count {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    word ^= word >> 31
    withUnsafeBytes(of: word) { bytes.append(contentsOf: $0) }
  }
  return Array(bytes.prefix(count))
}

/// The SHA-256 of some bytes in lower-case hex.
func sha256(_ bytes: [UInt8]) -> String { Hex.text(SHA256.hash(data: bytes)) }
