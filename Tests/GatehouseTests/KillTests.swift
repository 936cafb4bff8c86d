// The promise of a receipt, under kill -9: whatever was answered is there after a restart, the same
// receipt is given again, and the log verifies. At random moments and at every failpoint.

import ExchangeModel
import Foundation
import Gateway
import Storage
import Synchronization
import Testing
import Validation

extension GatehouseTests {
  @Suite("kill -9")
  struct KillTests {
    @Test("Under load at random moments: every receipt given is honoured")
    func randomMoments() async throws {
      let directory = try await SandboxDirectory.make()
      let seed = UInt64.random(in: 0 ... .max)
      var random = SeededGenerator(seed: seed)
      let given = ProcessInfo.processInfo.environment["GATEHOUSE_KILL_ROUNDS"]
      let rounds = given.flatMap { Int($0) } ?? 8
      var startTimes: [Duration] = []
      var honoured = 0
      var gateway = try #require(try await ServedGateway(directory))
      for round in 0..<rounds {
        let book = ReceiptBook()
        let load = Task { [gateway] in
          try await book.send(to: gateway, directory, round: "r\(round)")
        }
        let delay = Int64.random(in: 100...600, using: &random)
        try await Task.sleep(for: .milliseconds(delay))
        try await gateway.kill()
        try await load.value
        gateway = try #require(try await ServedGateway(directory))
        startTimes.append(gateway.startTime)
        try await book.check(against: gateway, directory, "seed \(seed), round \(round)")
        honoured += book.receipts.count
      }
      try await gateway.kill()
      #expect(honoured > rounds, "the load was no load: \(honoured) receipts")
      try await verify(directory)
      let median = startTimes.sorted()[startTimes.count / 2]
      #expect(median < .seconds(2), "restarts took \(startTimes)")
    }

    /// The points that sending messages and attachments passes; those of the registers have tests
    /// of their own beside their registers.
    private static let ofMessages: [Failpoint] = [
      .beforeCommit, .afterCommit, .attachmentBeforeRename, .attachmentBeforeRow,
      .checkpointBeforeRow, .beforeAnswer,
    ]

    @Test(
      "At every failpoint: it dies there, and what was promised holds", arguments: ofMessages)
    func failpoint(_ point: Failpoint) async throws {
      let directory = try await SandboxDirectory.make()
      let book = ReceiptBook()
      let count =
        switch point {
        case .beforeCommit, .afterCommit: 12
        case .beforeAnswer: 9
        case .checkpointBeforeRow: 2
        default: 1
        }
      let armed = ["GATEHOUSE_FAILPOINT": "\(point.rawValue):\(count)"]
      let gateway = try #require(try await ServedGateway(directory, environment: armed))
      let attachment = Array(repeating: UInt8(count), count: 100_000)
      switch point {
      case .attachmentBeforeRename, .attachmentBeforeRow:
        await #expect(throws: ClientFault.self) {
          try await put(attachment, to: gateway, directory)
        }
      default:
        try await book.send(to: gateway, directory, round: point.rawValue)
      }
      let end = try await gateway.process.wait(seconds: 20)
      #expect(end.signal == SIGKILL, "it did not die at \(point)")
      let again = try #require(try await ServedGateway(directory))
      try await book.check(against: again, directory, point.rawValue)
      // The upload that was cut off, or a new one: it can be finished and read.
      let answer = try await put(attachment, to: again, directory)
      #expect(answer.status == 201, "\(answer.text)")
      let school = try directory.client("4321", port: again.port)
      let read = try await school.call("GET", "/v1/attachments/\(sha256(attachment))")
      #expect(read.bytes == attachment)
      try await school.close()
      try await again.stop()
      try await verify(directory)
    }

    @discardableResult
    private func put(
      _ bytes: [UInt8], to gateway: ServedGateway, _ directory: SandboxDirectory
    ) async throws -> ClientAnswer {
      let client = try directory.client("4321", port: gateway.port)
      defer { Task { try? await client.close() } }
      return try await client.call("PUT", "/v1/attachments/\(sha256(bytes))", body: bytes)
    }

    private func verify(_ directory: SandboxDirectory) async throws {
      let end = try await GatehouseProcess.run(["log", "verify", "--config", directory.config])
      #expect(end.code == 0, "\(end.talk)")
    }
  }
}

/// What the senders sent, and the receipts they got.
final class ReceiptBook: Sendable {
  private struct Entries {
    /// Sent, by the sender's id; answered or not.
    var sent: [String: [UInt8]] = [:]
    /// The whole receipt, by the sender's id.
    var receipts: [String: [UInt8]] = [:]
  }

  private static let senders = 4
  private let entries = Mutex(Entries())

  var receipts: [String: [UInt8]] { entries.withLock { $0.receipts } }

  /// Sends with several senders at once until the gateway is gone, or answers with the status
  /// `last`; fails otherwise.
  func send(
    to gateway: ServedGateway, _ directory: SandboxDirectory, round: String,
    until last: Int? = nil
  ) async throws {
    let client = try directory.client("4321", port: gateway.port)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for sender in 0..<Self.senders {
        group.addTask { try await self.send(client, "\(round)-\(sender)", until: last) }
      }
      try await group.waitForAll()
    }
    try? await client.close()
  }

  private func send(_ client: PartyClient, _ name: String, until last: Int?) async throws {
    for number in 0..<10_000 {
      let id = "\(name)-\(number)"
      let envelope = try Example.envelope(id: id)
      entries.withLock { $0.sent[id] = envelope }
      let answer: ClientAnswer
      do {
        answer = try await client.send(envelope, format: .json)
      } catch is ClientFault {
        return
      }
      if answer.status == last { return }
      try #require(answer.status == 202, "\(answer.text)")
      entries.withLock { $0.receipts[id] = answer.bytes }
    }
  }

  /// Every receipt is given again, byte for byte; its message is in the recipient's inbox once and
  /// can be fetched; what was not answered can be sent again.
  func check(
    against gateway: ServedGateway, _ directory: SandboxDirectory, _ what: String
  ) async throws {
    let client = try directory.client("4321", port: gateway.port)
    let service = try directory.client("iss", port: gateway.port)
    let (sent, receipts) = entries.withLock { ($0.sent, $0.receipts) }
    let expected = try await withThrowingTaskGroup(of: String.self) { group in
      for (id, envelope) in sent {
        group.addTask {
          let answer = try await client.send(envelope, format: .json)
          if let receipt = receipts[id] {
            #expect(answer.status == 200, "\(what): \(id) was lost")
            #expect(answer.bytes == receipt, "\(what): \(id) has another receipt")
          } else {
            #expect([200, 202].contains(answer.status), "\(what): \(answer.text)")
          }
          return try JSONDocument.parse(answer.bytes).root["messageId"]?.string ?? ""
        }
      }
      return try await group.reduce(into: Set<String>()) { $0.insert($1) }
    }
    let listed = try await inbox(service)
    #expect(Set(listed).count == listed.count, "\(what): listed twice")
    #expect(expected.isSubset(of: listed), "\(what): not in the inbox")
    for id in expected.sorted().prefix(5) {
      let fetched = try await service.call("GET", "/v1/inbox/\(id)")
      #expect(fetched.status == 200, "\(what): \(id) cannot be fetched")
    }
    try await client.close()
    try await service.close()
  }

  /// The whole inbox, page by page.
  private func inbox(_ client: PartyClient) async throws -> [String] {
    var ids: [String] = []
    var query = "?limit=500"
    while true {
      let page = try JSONDocument.parse(try await client.call("GET", "/v1/inbox\(query)").bytes)
      ids +=
        page.root["messages"].map { Array($0.elements) }?
        .compactMap { $0["messageId"]?.string } ?? []
      guard let next = page.root["next"]?.string else { return ids }
      query = "?limit=500&after=\(next)"
    }
  }
}

/// SplitMix64.
private struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    return word ^ (word >> 31)
  }
}
