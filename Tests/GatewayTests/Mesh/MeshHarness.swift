// The MESH door as its clients call it: mailboxes of the tests' agencies, tokens as the official
// client makes them, one call at a time. Never used outside tests.

import Crypto
import ExchangeModel
import Foundation
import Policy
import Storage
import Synchronization
import Testing
import Validation

@testable import Gateway

extension Agency {
  var mailbox: String {
    switch self {
    case .school: "SCHOOL"
    case .service: "SERVICE"
    case .camhs: "CAMHS"
    case .otherSchool: "OTHER"
    case .otherService: "SERVICE2"
    }
  }
}

/// A mailbox's side of the door.
final class MeshMouth: Sendable {
  let agency: Agency
  let client: PartyClient
  private let clock: MovableClock
  private let nonce = UUID().uuidString.lowercased()
  private let count = Mutex(0)

  init(_ agency: Agency, as certificate: Agency? = nil, _ gateway: GatewayHarness) throws {
    self.agency = agency
    client = try gateway.client(certificate ?? agency)
    clock = gateway.clock
  }

  static let sharedKey = Array("TestKey".utf8)

  static func password(_ mailbox: String) -> String { "password of " + mailbox }

  /// A token that was never used.
  func token(
    password: String? = nil, key: [UInt8] = MeshMouth.sharedKey, at time: Timestamp? = nil
  ) -> String {
    let number = count.withLock { count in
      defer { count += 1 }
      return count
    }
    return MeshToken.field(
      mailbox: agency.mailbox, password: password ?? Self.password(agency.mailbox),
      sharedKey: key, nonce: nonce, count: number, at: time ?? clock.now())
  }

  /// One call below the mailbox; a path that begins with `/` is below the door.
  func call(
    _ verb: String, _ path: String, _ headers: [(String, String)] = [], body: [UInt8]? = nil,
    token: String? = nil, accept: String = "application/vnd.mesh.v2+json"
  ) async throws -> ClientAnswer {
    let start = path.hasPrefix("/") ? MeshDoor.base : MeshDoor.base + "/" + agency.mailbox
    let slash = path.isEmpty || path.hasPrefix("/") ? "" : "/"
    return try await client.call(
      verb, start + slash + path,
      headers: [("Authorization", token ?? self.token()), ("Accept", accept)] + headers, body: body)
  }

  func send(
    _ body: [UInt8], to: Agency, workflow: String, _ headers: [(String, String)] = [],
    token: String? = nil
  ) async throws -> ClientAnswer {
    try await call(
      "POST", "outbox", [("Mex-To", to.mailbox), ("Mex-WorkflowID", workflow)] + headers,
      body: body, token: token)
  }

  /// Sends what must be taken; its id.
  func accepted(
    _ body: [UInt8], to: Agency, workflow: String, _ headers: [(String, String)] = []
  ) async throws -> String {
    let answer = try await send(body, to: to, workflow: workflow, headers)
    try #require(answer.status == 202, "\(answer.status) \(answer.text)")
    return try answer.member("message_id")
  }

  func chunk(
    _ body: [UInt8], _ number: Int, of count: Int, _ id: String,
    _ headers: [(String, String)] = [], token: String? = nil
  ) async throws -> ClientAnswer {
    try await call(
      "POST", "outbox/\(id)/\(number)", [("Mex-Chunk-Range", "\(number):\(count)")] + headers,
      body: body, token: token)
  }

  /// The ids in the inbox.
  func inbox(_ query: String = "") async throws -> [String] {
    let answer = try await call("GET", "inbox" + query)
    try #require(answer.status == 200, "\(answer.text)")
    return try answer.json()["messages"].map { $0.elements.compactMap(\.string) } ?? []
  }
}

extension ClientAnswer {
  /// The first code in a MESH error; empty when there is none.
  var meshCode: String {
    (try? json()["detail"]?.elements.compactMap { $0["code"]?.string }.first) ?? ""
  }

  var meshText: String {
    (try? json()["detail"]?.elements.compactMap { $0["msg"]?.string }.first) ?? ""
  }
}

extension GatewayHarness {
  /// A gateway with a mailbox for each agency; `OPAQUE` goes unread between all of them.
  static func withMesh(
    access: @escaping AccessPolicy = Policy.decideAccess,
    _ change: (inout Settings) -> Void = { _ in },
    _ body: (GatewayHarness) async throws -> Void
  ) async throws {
    let secrets = NSTemporaryDirectory() + "mesh-\(UUID().uuidString).json"
    defer { try? FileManager.default.removeItem(atPath: secrets) }
    let passwords = Agency.allCases.map {
      "\"\($0.mailbox)\": \"\(MeshMouth.password($0.mailbox))\""
    }
    let text = "{\"sharedKey\": \"TestKey\", \"mailboxes\": {\(passwords.joined(separator: ","))}}"
    _ = FileManager.default.createFile(
      atPath: secrets, contents: Data(text.utf8), attributes: [.posixPermissions: 0o600])
    let mailboxes = Agency.allCases.compactMap { agency in
      PartyURN(agency.rawValue).map {
        MeshMailbox(id: agency.mailbox, party: $0, name: "Test \(agency)", odsCode: "X26")
      }
    }
    let set: (inout Settings) -> Void = { settings in
      settings.mesh.secrets = secrets
      settings.mesh.mailboxes = mailboxes
      settings.mesh.workflows = [
        MeshWorkflow(id: "ABSENCE", type: "gatehouse.fifteen-day-absence-notification.v1")
      ]
      let all = mailboxes.map(\.id)
      settings.mesh.opaque = [
        OpaqueWorkflow(
          id: "OPAQUE", senders: all, receivers: all.filter { $0 != "OTHER" },
          purpose: "healthcare-in-school")
      ]
      change(&settings)
    }
    try await with(access: access, set, body)
  }

  func mesh(_ agency: Agency, as certificate: Agency? = nil) throws -> MeshMouth {
    try MeshMouth(agency, as: certificate, self)
  }
}

extension SampleEnvelopes {
  /// The bare payload of an example.
  static func payload(_ path: String = absence) throws -> [UInt8] {
    try envelope(path).payload.bytes
  }
}
