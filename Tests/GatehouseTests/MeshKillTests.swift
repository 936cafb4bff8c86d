// The MESH door under kill -9: at each of its failpoints the process dies, and then the client goes
// on as it would anyway; there is one message, whole, and the log verifies.

import ExchangeModel
import Foundation
import MessageLog
import Storage
import Testing
import Validation

@testable import Gateway

extension GatehouseTests {
  @Suite("kill -9, MESH")
  struct MeshKillTests {
    /// Where it dies, at which hit, and whether the last chunk is sent again or the whole message.
    private static let deaths: [(Failpoint, Int, isResumed: Bool)] = [
      (.meshChunkBeforeRow, 1, false), (.meshChunkBeforeRow, 2, true),
      (.meshBeforeAdmission, 1, true), (.meshBeforeEnd, 1, true),
    ]

    @Test("It dies in the middle of an upload", arguments: deaths)
    func failpoint(_ point: Failpoint, _ count: Int, _ isResumed: Bool) async throws {
      let directory = try await SandboxDirectory.make()
      let armed = ["GATEHOUSE_FAILPOINT": "\(point.rawValue):\(count)"]
      let gateway = try #require(try await ServedGateway(directory, environment: armed))
      let sender = try MeshSender(directory, gateway)
      var id: String?
      await #expect(throws: ClientFault.self) {
        id = try await sender.first("one, ")
        _ = try await sender.second("two", id ?? "")
      }
      try await sender.client.close()
      let end = try await gateway.process.wait(seconds: 20)
      #expect(end.signal == SIGKILL, "it did not die at \(point)")
      #expect((id != nil) == isResumed)

      let again = try #require(try await ServedGateway(directory))
      let resumed = try MeshSender(directory, again)
      var name = id ?? ""
      if id == nil { name = try await resumed.first("one, ") }
      #expect(try await resumed.second("two", name) == 202)
      // And once more, as a client does that had no answer.
      #expect(try await resumed.second("two", name) == 202)
      let school = try directory.client("4321", port: again.port)
      let inbox = try await school.call("GET", "/v1/inbox?limit=500")
      let opaque =
        try JSONDocument.parse(inbox.bytes).root["messages"].map { Array($0.elements) }?
        .filter { $0["type"]?.string == OpaqueTransfer.type } ?? []
      #expect(opaque.count == 1, "one message, not \(opaque.count)")
      let file = try await school.call(
        "GET", "/v1/attachments/\(sha256(Array("one, two".utf8)))")
      #expect(file.text == "one, two")
      try await school.close()
      try await resumed.client.close()
      try await again.stop()
      let verified = try await GatehouseProcess.run(
        ["log", "verify", "--config", directory.config])
      #expect(verified.code == 0, "\(verified.talk)")
    }
  }
}

/// CAMHS of the sandbox, sending bytes in two chunks to the school.
private struct MeshSender {
  let client: PartyClient
  private let mailbox = "GH850ODSRW1"
  private let password: String
  private let sharedKey: [UInt8]

  init(_ directory: SandboxDirectory, _ gateway: ServedGateway) throws {
    client = try directory.client("ods-rw1", port: gateway.port)
    let path = directory.path + "/mesh.secrets.json"
    let root = try JSONDocument.parse(
      Array(try #require(FileManager.default.contents(atPath: path)))
    ).root
    sharedKey = root["sharedKey"]?.utf8 ?? []
    password = root["mailboxes"]?[mailbox]?.string ?? ""
  }

  func first(_ text: String) async throws -> String {
    let answer = try await call(
      "", [("Mex-To", "GH8504321"), ("Mex-WorkflowID", "TEST_WORKFLOW")], "1:2", text)
    try #require(answer.status == 202, "\(answer.text)")
    return try JSONDocument.parse(answer.bytes).root["message_id"]?.string ?? ""
  }

  func second(_ text: String, _ id: String) async throws -> Int {
    try await call("/\(id)/2", [], "2:2", text).status
  }

  private func call(
    _ path: String, _ headers: [(String, String)], _ range: String, _ text: String
  ) async throws -> ClientAnswer {
    let token = MeshToken.field(
      mailbox: mailbox, password: password, sharedKey: sharedKey, nonce: UUID().uuidString,
      count: 0, at: Surroundings.system.now())
    return try await client.call(
      "POST", "/messageexchange/\(mailbox)/outbox\(path)",
      headers: headers + [
        ("Authorization", token), ("Mex-Chunk-Range", range),
        ("Accept", "application/vnd.mesh.v2+json"),
      ], body: Array(text.utf8))
  }
}
