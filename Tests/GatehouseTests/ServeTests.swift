// `gatehouse serve` as a supervisor sees it: it stops when told, keeps to bounded memory, and says
// nothing personal.

import ExchangeModel
import Foundation
import Gateway
import Testing

extension GatehouseTests {
  @Suite("serve")
  struct ServeTests {
    @Test("SIGTERM and SIGINT end it with 0, quickly, though clients wait", arguments: [15, 2])
    func stops(_ signal: Int32) async throws {
      let directory = try await SandboxDirectory.make()
      let gateway = try #require(try await ServedGateway(directory))
      let service = try directory.client("cme", port: gateway.port)
      async let page = service.call("GET", "/v1/inbox?wait=50")
      try await Task.sleep(for: .milliseconds(300))
      let started = ContinuousClock.now
      gateway.process.send(signal: signal)
      #expect(try await page.status == 200)
      let end = try await gateway.process.wait(seconds: 20)
      #expect(end.code == 0, "\(end.talk.suffix(2000))")
      #expect(end.out.isEmpty)
      #expect(ContinuousClock.now - started < .seconds(10))
      // Every line of talk is one JSON object; the last says that it stopped.
      let lines = end.talk.split(separator: "\n")
      #expect(lines.allSatisfy { $0.first == "{" && $0.last == "}" })
      #expect(lines.last?.contains("gateway.stopped") == true)
      try await service.close()
    }

    @Test("100 MB up and 48 MB down: memory does not follow the size")
    func memory() async throws {
      let directory = try await SandboxDirectory.make()
      let gateway = try #require(try await ServedGateway(directory))
      let school = try directory.client("4321", port: gateway.port)
      _ = try await school.call("GET", "/v1/parties")
      let before = try peak(gateway)
      for size in [100_000_000, 48_000_000] {
        let file = directory.path + "/large.bin"
        let digest = try await aside { try Self.makeFile(file, size: size) }
        let answer = try await school.upload(file: file, sha256: digest)
        #expect(answer.status == 201, "\(answer.text)")
        if size < 64_000_000 {
          let read = try await school.call("GET", "/v1/attachments/\(digest)")
          #expect(read.bytes.count == size)
          #expect(try await aside { sha256(read.bytes) } == digest)
        }
      }
      let grown = try peak(gateway) - before
      #expect(grown < 24_000_000, "\(grown) bytes more")
      try await school.close()
      try await gateway.stop()
    }

    /// Writes a file of about this many bytes; its digest.
    private static func makeFile(_ file: String, size: Int) throws -> String {
      let piece = Data((0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ size) })
      _ = FileManager.default.createFile(atPath: file, contents: nil)
      guard let handle = FileHandle(forWritingAtPath: file) else {
        throw CocoaError(.fileNoSuchFile)
      }
      for _ in 0..<(size / piece.count) { try handle.write(contentsOf: piece) }
      try handle.close()
      return sha256(Array(try Data(contentsOf: URL(fileURLWithPath: file))))
    }

    /// The most bytes that the gateway has had in memory (Linux; 0 elsewhere).
    private func peak(_ gateway: ServedGateway) throws -> Int {
      let path = "/proc/\(gateway.process.identifier)/status"
      guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return 0 }
      let line = text.split(separator: "\n").first { $0.hasPrefix("VmHWM:") } ?? ""
      let kilobytes = line.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first
      return (kilobytes.flatMap { Int($0) } ?? 0) * 1024
    }
  }
}
