// `gatehouse log …` as an administrator and an auditor use it, each command a process of its own.

import ExchangeModel
import Foundation
import Gateway
import MessageLog
import Storage
import Testing

extension GatehouseTests {
  @Suite("log")
  struct LogCommandTests {
    private func run(_ arguments: String..., code: Int32 = 0) async throws -> ProcessEnd {
      let end = try await GatehouseProcess.run(["log"] + arguments)
      #expect(end.code == code, "\(arguments): \(end.out.suffix(300)) \(end.talk.suffix(600))")
      return end
    }

    private func vkey(_ directory: SandboxDirectory) throws -> String {
      try String(contentsOfFile: directory.vkey, encoding: .utf8)
        .split(separator: "\n").first.map(String.init) ?? ""
    }

    private func flip(_ path: String, at place: Int) throws {
      var bytes = try #require(FileManager.default.contents(atPath: path))
      bytes[bytes.startIndex + place] ^= 1
      try bytes.write(to: URL(fileURLWithPath: path))
    }

    @Test("Show, prove, verify the proof offline, export and verify the export")
    func copies() async throws {
      let directory = try await SandboxDirectory.make()
      let key = try vkey(directory)
      let shown = try await run("show", "--config", directory.config, "--kind", "admitted")
      let columns = shown.out.split(separator: "\n").first?.split(separator: "\t") ?? []
      let id = try #require(columns.count >= 4 ? String(columns[3]) : nil)
      let page = try await run("show", "--config", directory.config, "--limit", "2", "--json")
      #expect(page.out.split(separator: "\n").count == 2)
      #expect(page.talk.contains("--after 1"))
      _ = try await run("show", "--config", directory.config, "--kind", "nonsense", code: 2)
      _ = try await run("show", "--config", directory.config, "--from", "yesterday", code: 2)
      let none = try await run("show", "--config", directory.config, "--to", "2000-01-01")
      #expect(none.out.isEmpty)

      let proof = directory.path + "/m.tlog-proof"
      _ = try await run("prove", "--config", directory.config, id, "--output", proof)
      let held = try await run("verify-proof", proof, "--key", key)
      #expect(held.out.contains("subject\t\(id)"))
      let foreign =
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
      let refused = try await run("verify-proof", proof, "--key", foreign, code: 4)
      #expect(refused.talk.contains("No signature is of a known key."))
      _ = try await run("verify-proof", proof, "--key", key, "--quorum", "1", code: 4)
      _ = try await run("verify-proof", proof, code: 2)
      let policy = try await run("key", "show", "--config", directory.config, "--policy")
      let policyFile = directory.path + "/policy"
      try policy.out.write(toFile: policyFile, atomically: true, encoding: .utf8)
      _ = try await run("verify-proof", proof, "--policy", policyFile)
      try flip(proof, at: 60)
      _ = try await run("verify-proof", proof, "--key", key, code: 4)
      _ = try await run(
        "prove", "--config", directory.config, "00000000-0000-7000-8000-000000000000", code: 3)

      for format in ["jsonl", "csv"] {
        let file = directory.path + "/log." + format
        _ = try await run(
          "export", "--config", directory.config, "--format", format, "--output", file)
        let text = try String(contentsOfFile: file, encoding: .utf8)
        #expect(text.contains(id) && text.contains("admitted"))
        // The sender's own words for its message are not in a copy.
        #expect(!text.contains("\"id\"") && !text.contains(",id,"))
        let manifest = try await run("verify-export", file, "--key", key)
        #expect(manifest.out.hasPrefix("gatehouse log export v1\nfile log.\(format)\n"))
        _ = try await run("verify-export", file, "--key", foreign, code: 4)
        try flip(file, at: 100)
        _ = try await run("verify-export", file, "--key", key, code: 4)
      }
      let log = try await run("show", "--config", directory.config, "--kind", "log-opened")
      #expect(log.out.contains("change=shown") && log.out.contains("change=exported"))
      #expect(log.out.contains("change=proved"))
      _ = try await run("verify", "--config", directory.config)
    }

    @Test("The log as a folder of tiles verifies with its key alone; each bad file is named")
    func tiles() async throws {
      let directory = try await SandboxDirectory.make()
      let key = try vkey(directory)
      let folder = directory.path + "/tiles"
      let resume = directory.path + "/resume"
      _ = try await run("export", "--config", directory.config, "--tiles", folder)
      let held = try await run("verify", "--tiles", folder, "--vkey", key, "--resume", resume)
      #expect(held.out.contains("leaves, 0 messages and 1 checkpoints hold"))
      _ = try await run("verify", "--tiles", folder, code: 2)
      let files = try #require(FileManager.default.enumerator(atPath: folder))
      var count = 0
      for case let name as String in files {
        let path = folder + "/" + name
        guard let bytes = FileManager.default.contents(atPath: path) else { continue }
        count += 1
        try flip(path, at: bytes.count / 2)
        let end = try await run("verify", "--tiles", folder, "--vkey", key, code: 4)
        #expect(end.talk.contains("leaf ") || end.talk.contains("tile/") || name == "checkpoint")
        try bytes.write(to: URL(fileURLWithPath: path))
      }
      #expect(count >= 3, "checkpoint, tile and bundle")
      _ = try await run("verify", "--tiles", folder, "--vkey", key)
    }

    @Test("A verification resumes, and a restart of it sees what is new")
    func resume() async throws {
      let directory = try await SandboxDirectory.make()
      let file = directory.path + "/resume"
      let first = try await run("verify", "--config", directory.config, "--resume", file)
      let again = try await run("verify", "--config", directory.config, "--resume", file)
      #expect(first.out == again.out)
      try "{}".write(toFile: file, atomically: true, encoding: .utf8)
      _ = try await run("verify", "--config", directory.config, "--resume", file, code: 2)
    }

    @Test("A key is followed by another: both sign, either verifies, then the new one alone")
    func keys() async throws {
      let directory = try await SandboxDirectory.make()
      let old = try vkey(directory)
      let (file, note) = (directory.path + "/log.key.pem", directory.path + "/rotation.note")
      let rotated = try await run(
        "key", "rotate", "--config", directory.config, "--vkey-file", directory.vkey, "--note", note
      )
      let new = rotated.out.trimmingCharacters(in: .newlines)
      #expect(new != old)
      let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
      #expect(mode == 0o600)
      let gateway = try #require(try await ServedGateway(directory))
      let client = try directory.client("4321", port: gateway.port)
      let checkpoint = try await client.call("GET", "/v1/log/checkpoint").bytes
      for key in [old, new] {
        _ = try Checkpoint.open(checkpoint, log: try NoteKey(vkey: key))
        _ = try await run("verify", "--config", directory.config, "--vkey", key)
      }
      try await client.close()
      try await gateway.stop()
      _ = try await run(
        "key", "retire", "--config", directory.config, "--vkey-file", directory.vkey)
      let folder = directory.path + "/tiles"
      _ = try await run("export", "--config", directory.config, "--tiles", folder)
      _ = try await run("verify", "--tiles", folder, "--vkey", new)
      _ = try await run("verify", "--tiles", folder, "--vkey", old, code: 4)
      _ = try await run("verify", "--config", directory.config, "--vkey", old)
      let shown = try await run("key", "show", "--config", directory.config, "--notes")
      #expect(shown.out.contains("gatehouse log key rotation v1\nold \(old)\nnew \(new)\n"))
    }

    @Test("A key as a systemd credential is taken when the settings' file is not there")
    func credential() async throws {
      let directory = try await SandboxDirectory.make()
      let folder = directory.path + "/credentials"
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      try FileManager.default.moveItem(
        atPath: directory.path + "/log.key.pem", toPath: folder + "/log.key")
      let without = try await GatehouseProcess.run(["check", "--config", directory.config])
      #expect(without.code == 1)
      let with = try await GatehouseProcess.run(
        ["check", "--config", directory.config], environment: ["CREDENTIALS_DIRECTORY": folder])
      #expect(with.code == 0, "\(with.talk)")
      #expect(!with.out.contains("PRIVATE"))
    }

    @Test("A rotation that dies in the middle is finished by running it again")
    func brokenRotation() async throws {
      let directory = try await SandboxDirectory.make()
      let old = try vkey(directory)
      let arguments = [
        "log", "key", "rotate", "--config", directory.config, "--vkey-file", directory.vkey,
        "--note", directory.path + "/rotation.note",
      ]
      let dead = try await GatehouseProcess.run(
        arguments,
        environment: ["GATEHOUSE_FAILPOINT": Failpoint.rotationBeforeCommit.rawValue])
      #expect(dead.signal == SIGKILL)
      #expect(try vkey(directory) == old, "the old key stands")
      let next = try String(
        contentsOfFile: directory.path + "/log.key.pem.next.vkey", encoding: .utf8)
      let end = try await GatehouseProcess.run(arguments)
      #expect(end.code == 0 && end.out == next)
      _ = try await run("verify", "--config", directory.config, "--vkey", old)
    }

    @Test(
      "A crash around the anchor file: the next start goes on",
      arguments: [Failpoint.checkpointBeforeAnchor, .anchorBeforeRename])
    func anchor(_ point: Failpoint) async throws {
      let directory = try await SandboxDirectory.make()
      let anchor = directory.path + "/anchor"
      let text = try String(contentsOfFile: directory.config, encoding: .utf8)
      try text.replacing(#""log":{"#, with: #""log":{"anchorFile":"\#(anchor)","#)
        .write(toFile: directory.config, atomically: true, encoding: .utf8)
      // Each start publishes, and appends a leaf before the next, so that there is something to.
      let dead = try GatehouseProcess(
        ["serve", "--config", directory.config],
        environment: ["GATEHOUSE_FAILPOINT": point.rawValue])
      #expect(try await dead.wait(seconds: 60).signal == SIGKILL)
      // The second start finds what the first left, the third what the second wrote.
      for _ in 0..<2 {
        let again = try #require(try await ServedGateway(directory))
        let client = try directory.client("4321", port: again.port)
        _ = try await client.send(try Example.envelope(id: UUID().uuidString), format: .json)
        try await client.close()
        for _ in 0..<400 where !FileManager.default.fileExists(atPath: anchor) {
          try await Task.sleep(for: .milliseconds(25))
        }
        try await again.stop()
        let bytes = try #require(FileManager.default.contents(atPath: anchor))
        _ = try Checkpoint.open(Array(bytes), log: try NoteKey(vkey: try vkey(directory)))
      }
    }

    @Test(
      "A crash of the log or of its witness around a cosignature: both go on, and agree",
      arguments: [Failpoint.cosignatureBeforeRow, .witnessBeforeAnswer])
    func cosignature(_ point: Failpoint) async throws {
      let (log, peer) = (try await SandboxDirectory.make(), try await SandboxDirectory.make())
      _ = try await run(
        "key", "create", "--witness", "--origin", "witness.example/w1", "--key",
        peer.path + "/witness.key", "--vkey-file", peer.path + "/witness.vkey")
      let vkeys = (
        try vkey(log),
        try String(contentsOfFile: peer.path + "/witness.vkey", encoding: .utf8)
          .trimmingCharacters(in: .newlines)
      )
      let settings = try String(contentsOfFile: peer.config, encoding: .utf8)
      try settings.replacing(
        #""log":{"#,
        with: #""witness":{"key":"witness.key","logs":[{"origin":"gatehouse.example/sandbox","#
          + #""vkey":"\#(vkeys.0)"}]},"log":{"#
      ).write(toFile: peer.config, atomically: true, encoding: .utf8)
      let armed = ["GATEHOUSE_FAILPOINT": point.rawValue]
      let isWitness = point == .witnessBeforeAnswer
      let witness = try #require(
        try await ServedGateway(peer, environment: isWitness ? armed : [:]))
      let original = try String(contentsOfFile: log.config, encoding: .utf8)
      func name(_ port: Int) throws {
        try original.replacing(
          #""log":{"#,
          with: #""log":{"quorum":1,"witnesses":[{"name":"w1","vkey":"\#(vkeys.1)","#
            + #""url":"https://localhost:\#(port)/v1/witness","#
            + #""profile":"\#(peer.path)/parties/4321/client.json"}],"#
        ).write(toFile: log.config, atomically: true, encoding: .utf8)
      }
      try name(witness.port)
      // Who is armed dies at the first cosignature, which is asked for at the start.
      let first = try await ServedGateway(log, environment: isWitness ? [:] : armed)
      if isWitness {
        #expect(try await witness.process.wait(seconds: 60).signal == SIGKILL)
        try await first?.kill()
      } else {
        let end = try await first?.process.wait(seconds: 60)
        #expect(end == nil || end?.signal == SIGKILL)
      }
      var back = witness
      if isWitness { back = try #require(try await ServedGateway(peer)) }
      try name(back.port)
      let again = try #require(try await ServedGateway(log))
      let client = try log.client("4321", port: again.port)
      let keys = (try NoteKey(vkey: vkeys.0), try NoteKey(vkey: vkeys.1))
      var count = 0
      for _ in 0..<600 where count == 0 {
        let note = try await client.call("GET", "/v1/log/checkpoint").bytes
        count = try Checkpoint.open(note, log: keys.0, witnesses: [keys.1]).cosignatures.count
        if count == 0 { try await Task.sleep(for: .milliseconds(50)) }
      }
      #expect(count == 1, "never cosigned again")
      try await client.close()
      try await again.stop()
      try await back.stop()
      let shown = try await run("show", "--config", log.config, "--witnesses")
      #expect(shown.out.contains("1 of 1 needed"))
      for directory in [log, peer] { _ = try await run("verify", "--config", directory.config) }
    }
  }
}
