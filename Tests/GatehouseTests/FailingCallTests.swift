// A disk that fails under a running gateway, by a library preloaded into it (Tests/Faults): after a
// failed sync no receipt more, and all that were given are honoured. Left out without a C compiler.

import Foundation
import Gateway
import Testing

extension GatehouseTests {
  @Suite("failing calls", .enabled(if: FaultLibrary.path != nil, "cc and Linux are needed"))
  struct FailingCallTests {
    private func environment(_ calls: String, _ match: String, _ rest: [String: String]) throws
      -> [String: String]
    {
      let library = try #require(FaultLibrary.path)
      return ["LD_PRELOAD": library, "FAULT_CALLS": calls, "FAULT_MATCH": match]
        .merging(rest) { $1 }
    }

    /// The second sync would succeed, and prove nothing.
    @Test("After one failed sync of the journal the gateway ends, and nothing promised is lost")
    func failedSync() async throws {
      let directory = try await SandboxDirectory.make()
      let failing = try environment(
        "sync", "-wal", ["FAULT_ERRNO": "\(EIO)", "FAULT_AFTER": "40", "FAULT_TIMES": "1"])
      let gateway = try #require(try await ServedGateway(directory, environment: failing))
      let book = ReceiptBook()
      try await book.send(to: gateway, directory, round: "eio", until: 503)
      let end = try await gateway.process.wait(seconds: 60)
      #expect((end.code ?? 0) > 0, "\(end.talk.suffix(2000))")
      #expect(book.receipts.count > 5)
      let again = try #require(try await ServedGateway(directory))
      try await book.check(against: again, directory, "a failed sync")
      try await again.stop()
      let verified = try await GatehouseProcess.run(["log", "verify", "--config", directory.config])
      #expect(verified.code == 0, "\(verified.talk)")
    }

    @Test("An upload whose sync failed is forgotten: it starts anew")
    func failedUpload() async throws {
      let directory = try await SandboxDirectory.make()
      let failing = try environment(
        "sync", "/partial/", ["FAULT_ERRNO": "\(EIO)", "FAULT_TIMES": "1"])
      let gateway = try #require(try await ServedGateway(directory, environment: failing))
      let client = try directory.client("4321", port: gateway.port)
      let bytes = Array(repeating: UInt8(7), count: 100_000)
      let path = "/v1/attachments/\(sha256(bytes))"
      #expect(try await client.call("PUT", path, body: bytes).status == 503)
      #expect(try await client.call("HEAD", path).status == 404)
      #expect(try await client.call("PUT", path, body: bytes).status == 201)
      try await client.close()
      try await gateway.stop()
    }
  }
}

/// `Tests/Faults/faultfs.c`, compiled at the first use.
enum FaultLibrary {
  static let path: String? = {
    let target =
      FileManager.default.temporaryDirectory.path
      + "/gatehouse-faultfs-\(ProcessInfo.processInfo.processIdentifier).so"
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [
      "cc", "-shared", "-fPIC", "-O2", "-o", target,
      GatehouseProcess.checkout.path + "/Tests/Faults/faultfs.c", "-ldl",
    ]
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return nil }
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { return nil }
    atexit { try? FileManager.default.removeItem(atPath: FaultLibrary.path ?? "") }
    return target
  }()
}
