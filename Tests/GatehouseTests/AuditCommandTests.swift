// `gatehouse audit query` and `message open` as processes: who may, what is asked, what is told.

import ExchangeModel
import Foundation
import Gateway
import MessageLog
import Testing
import Validation

extension GatehouseTests {
  @Suite("audit")
  struct AuditCommandTests {
    private func run(
      _ arguments: [String], code: Int32 = 0
    ) async throws -> ProcessEnd {
      let end = try await GatehouseProcess.run(arguments)
      #expect(end.code == code, "\(arguments): \(end.out.suffix(300)) \(end.talk.suffix(600))")
      return end
    }

    private func ask(
      _ box: SandboxDirectory, _ arguments: String..., code: Int32 = 0
    ) async throws -> ProcessEnd {
      try await run(
        [
          "audit", "query", "--config", box.config, "--role", "auditor", "--for", "audit",
          "--reason", "The yearly check",
        ] + arguments, code: code)
    }

    @Test("Questions, pages, reasons; what is not well put is usage")
    func questions() async throws {
      let box = try await SandboxDirectory.make()
      let got = try await ask(
        box, "--recipient", "urn:gatehouse:850:iss", "--event", "admitted", "--json")
      let root = try JSONDocument.parse(
        Array(try #require(got.out.split(separator: "\n").first).utf8)
      ).root
      #expect(root["event"]?.string == "admitted")
      #expect(root["fields"]?["recipient"]?.string == "urn:gatehouse:850:iss")
      #expect(root["fields"]?["id"] == nil)
      let id = try #require(root["subject"]?.string)
      let about = try await ask(box, "--message", id)
      #expect(about.out.contains("\tacknowledged\t"))
      let first = try await ask(box, "--limit", "2")
      #expect(first.out.split(separator: "\n").count == 2)
      let cursor = try #require(first.talk.split(separator: " ").last).dropLast(2)
      let second = try await ask(box, "--limit", "2", "--after", String(cursor))
      #expect(second.out != first.out)
      let looks = try await ask(box, "--event", "log-opened")
      #expect(looks.out.contains("reason=The yearly check"))
      #expect(looks.out.contains("role=auditor") && looks.out.contains("actor=uid:"))
      let exported = box.path + "/log.jsonl"
      _ = try await run(["log", "export", "--config", box.config, "--output", exported])
      #expect(try !String(contentsOfFile: exported, encoding: .utf8).contains("yearly"))
      for bad in [
        ["--event", "nonsense"], ["--party", "nobody"], ["--from", "yesterday"],
        ["--after", "x"], ["--limit", "0"], ["--code", "nonsense"], ["--decision", "maybe"],
      ] { _ = try await ask(box, bad[0], bad[1], code: 2) }
      _ = try await ask(box, "--child", "/nonexistent", code: 3)
      _ = try await ask(box, "--message", UUID().uuidString.lowercased(), code: 3)
      _ = try await run(
        [
          "audit", "query", "--config", box.config, "--role", "king", "--for", "audit",
          "--reason", "The yearly check",
        ], code: 2)
      _ = try await run(["log", "verify", "--config", box.config])
    }

    @Test("Content is opened by a role that may, and both parties see it")
    func opening() async throws {
      let box = try await SandboxDirectory.make()
      let admitted = try await run(
        ["log", "show", "--config", box.config, "--kind", "admitted", "--json"])
      let root = try JSONDocument.parse(
        Array(try #require(admitted.out.split(separator: "\n").first).utf8)
      ).root
      let id = try #require(root["subject"]?.string)
      func open(_ role: String, code: Int32) async throws -> ProcessEnd {
        try await run(
          [
            "message", "open", "--config", box.config, "--role", role, "--for", "safeguarding",
            "--reason", "A call from the school", id,
          ], code: code)
      }
      let refused = try await open("administrator", code: 1)
      #expect(refused.out.isEmpty && refused.talk.contains("Not for this role"))
      let opened = try await open("safeguarding-lead", code: 0)
      #expect(opened.out.contains("specversion"))
      let gateway = try #require(try await ServedGateway(box))
      let source = try #require(root["fields"]?["source"]?.string).split(separator: ":").last
      let client = try box.client(String(source ?? ""), port: gateway.port)
      let status = try await client.call("GET", "/v1/messages/\(id)")
      #expect(status.text.contains("content-opened"))
      try await client.close()
      try await gateway.stop()
    }

    @Test("A rotated key signs in a running gateway; a key that nothing leads to does not")
    func rotationWhileRunning() async throws {
      let box = try await SandboxDirectory.make()
      let gateway = try #require(try await ServedGateway(box))
      let client = try box.client("4321", port: gateway.port)
      let rotated = try await run(
        [
          "log", "key", "rotate", "--config", box.config, "--vkey-file", box.vkey, "--note",
          box.path + "/note",
        ])
      let new = try NoteKey(vkey: rotated.out.trimmingCharacters(in: .newlines))
      try await gateway.process.waitFor("log.key.changed")
      _ = try await client.send(try Example.envelope(id: "after-rotation"), format: .json)
      var isSigned = false
      for _ in 0..<200 where !isSigned {
        let note = try await client.call("GET", "/v1/log/checkpoint").bytes
        isSigned = (try? Checkpoint.open(note, log: new)) != nil
        if !isSigned { try await Task.sleep(for: .milliseconds(50)) }
      }
      #expect(isSigned)
      // Another key in the file's place, without a note.
      let file = box.path + "/log.key.pem"
      let good = try #require(FileManager.default.contents(atPath: file))
      let origin = "\(new.name)"
      _ = try await run(
        [
          "log", "key", "create", "--origin", origin, "--key", box.path + "/foreign",
          "--vkey-file", box.path + "/foreign.vkey",
        ])
      let foreign = try #require(FileManager.default.contents(atPath: box.path + "/foreign"))
      try foreign.write(to: URL(fileURLWithPath: file))
      try await gateway.process.waitFor("log.key.refused")
      let answer = try await client.send(try Example.envelope(id: "after-foreign"), format: .json)
      #expect(answer.status == 202)
      try await Task.sleep(for: .milliseconds(1200))
      let note = try await client.call("GET", "/v1/log/checkpoint").bytes
      _ = try Checkpoint.open(note, log: new)
      try good.write(to: URL(fileURLWithPath: file))
      try await client.close()
      try await gateway.stop()
      _ = try await run(["log", "verify", "--config", box.config])
    }
  }
}
