// A party's side at the command line: separate processes against a running sandbox.

import ExchangeModel
import Foundation
import Gateway
import MessageLog
import Testing
import Validation

extension GatehouseTests {
  @Suite("message, inbox and party, against a running sandbox")
  struct PartySideTests {
    /// A sandbox that stays up, and its commands.
    private struct Box {
      let directory = SandboxDirectory()
      let process: GatehouseProcess

      init() async throws {
        process = try GatehouseProcess(["sandbox", "--directory", directory.path, "--port", "0"])
        try await process.waitFor("Exchanged and proved")
      }

      func run(
        _ command: String..., as party: String, _ rest: [String] = []
      ) async throws -> ProcessEnd {
        try await GatehouseProcess.run(
          command + ["--profile", directory.profile(party)] + rest)
      }

      /// A command at the gateway's own machine.
      func local(_ command: String...) async throws -> ProcessEnd {
        try await GatehouseProcess.run(
          Array(command.prefix(2)) + ["--config", directory.config] + command.dropFirst(2))
      }

      /// An envelope file with an id of its own.
      func file(_ id: String, recipient: String = "iss") throws -> String {
        let text = String(decoding: try Example.envelope(id: id), as: UTF8.self)
          .replacing("urn:gatehouse:850:iss", with: "urn:gatehouse:850:\(recipient)")
        let path = "\(directory.path)/\(id).json"
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        return path
      }

      func stop() async throws {
        process.send(signal: SIGTERM)
        let end = try await process.wait(seconds: 30)
        #expect(end.code == 0, "\(end.talk.suffix(2000))")
      }
    }

    @Test("A decision is explained before sending, and replayed after")
    func policy() async throws {
      let box = try await Box()
      let good = try box.file("policy-1")
      let permitted = try await box.run("policy", "explain", as: "4321", [good])
      #expect(permitted.code == 0, "\(permitted.talk)")
      #expect(permitted.out.hasPrefix("Permitted"))
      #expect(permitted.out.contains("✓ route\n    Parties of these roles exchange messages"))
      #expect(permitted.out.contains("– consent") || permitted.out.contains("✓ consent"))
      #expect(permitted.out.contains("To be done\n- retain\n"))
      #expect(permitted.out.split(separator: "\n").allSatisfy { $0.count <= 80 })
      let denied = try await box.run(
        "policy", "explain", as: "4321", [try box.file("policy-2", recipient: "cme")])
      #expect(denied.code == 1)
      #expect(denied.out.hasPrefix("Denied: Route not allowed (route-not-allowed)."))
      #expect(denied.out.contains("✗ route\n"))
      let json = try await box.run("policy", "explain", as: "4321", ["--json", good])
      #expect(try JSONDocument.parse(Array(json.out.utf8)).root["verdict"]?.string == "permit")
      #expect(try await box.run("policy", "explain", as: "4321", ["/nonexistent"]).code == 3)

      let sent = try await box.run("message", "send", as: "4321", ["--json", good])
      let id = try #require(
        try JSONDocument.parse(Array(sent.out.utf8)).root["messageId"]?.string)
      let replay = try await box.local("policy", "replay", id)
      #expect(replay.code == 0, "\(replay.talk)")
      #expect(replay.out == "same\tThe same facts give the same decision: permit.\n")
      let replayed = try await box.local("policy", "replay", "--json", id)
      #expect(try JSONDocument.parse(Array(replayed.out.utf8)).root["outcome"]?.string == "same")
      let none = "01900000-0000-7000-8000-000000000000"
      #expect(try await box.local("policy", "replay", none).code == 3)
      try await box.stop()
    }

    @Test("Send, repeat, list, get, acknowledge, status, receipt")
    func exchange() async throws {
      let box = try await Box()
      let sent = try await box.run(
        "message", "send", as: "4321", ["--json", Example.referral])
      #expect(sent.code == 0, "\(sent.talk)")
      let receipt = try JSONDocument.parse(Array(sent.out.utf8)).root
      let id = try #require(receipt["messageId"]?.string)
      let again = try await box.run("message", "send", as: "4321", [Example.referral])
      #expect(again.out == "\(id)\t\(Example.referral) (admitted before)\n")
      let listed = try await box.run("inbox", "list", as: "iss")
      #expect(listed.out.contains("\(id)\t"))
      for format in ["json", "xml"] {
        let got = try await box.run("inbox", "get", as: "iss", ["--format", format, id])
        #expect(got.code == 0)
        let kind = try #require(ContentFormat(rawValue: format))
        let envelope = try EnvelopeReader.read(Array(got.out.utf8), format: kind).envelope
        #expect(envelope.id == receipt["id"]?.string)
      }
      let awaiting = try await box.run("message", "status", as: "4321", [id])
      #expect(awaiting.out.contains("state\tawaiting"))
      let taken = try await box.run("inbox", "acknowledge", as: "iss", [id])
      #expect(taken.out == "\(id)\ttaken\n")
      let status = try await box.run("message", "status", as: "4321", ["--json", id])
      #expect(try JSONDocument.parse(Array(status.out.utf8)).root["state"]?.string == "taken")
      let other = try await box.run(
        "inbox", "acknowledge", as: "iss", ["--refuse", "not-ours", id])
      #expect(other.code == 1)
      #expect(other.talk.contains("already-acknowledged"))
      try await checkReceipt(id, box)
      try await checkVerify(box)
      try await box.stop()
    }

    private func checkReceipt(_ id: String, _ box: Box) async throws {
      let proofText = try await box.run("message", "receipt", as: "4321", [id])
      let proof = try TlogProof(Array(proofText.out.utf8))
      let vkey = try String(contentsOfFile: box.directory.vkey, encoding: .utf8)
      let key = try NoteKey(vkey: String(vkey.dropLast()))
      let entry = try LeafEntry(try #require(proof.extra))
      #expect(entry.subject == id)
      #expect(throws: Never.self) { try proof.verify(entry: entry.bytes, log: key) }
    }

    /// `log verify` beside the running gateway: 0, and 4 with a key that did not sign.
    private func checkVerify(_ box: Box) async throws {
      let good = try await box.local("log", "verify")
      #expect(good.code == 0, "\(good.talk)")
      #expect(good.out.contains("hold."))
      let stranger = try await GatehouseProcess.run([
        "certificate", "log-key", "--origin", "gatehouse.example/sandbox", "--key",
        box.directory.path + "/other.key.pem", "--vkey", box.directory.path + "/other.vkey",
      ])
      #expect(stranger.code == 0)
      let vkey = stranger.out.trimmingCharacters(in: .newlines)
      let bad = try await box.local("log", "verify", "--vkey", vkey, "--json")
      #expect(bad.code == 4, "\(bad.talk)")
      #expect(bad.out.contains("\"faults\":[\""))
    }

    @Test("`inbox watch` prints a message as it arrives, though nobody reads at a terminal")
    func watch() async throws {
      let box = try await Box()
      let watch = try GatehouseProcess([
        "inbox", "watch", "--profile", box.directory.profile("iss"),
      ])
      try await Task.sleep(for: .milliseconds(300))
      for number in 0..<2 {
        let file = try box.file("watch-\(number)")
        let sent = try await box.run("message", "send", as: "4321", [file])
        let id = try #require(sent.out.split(separator: "\t").first)
        try await watch.waitFor("\(id)\t", seconds: 10)
      }
      #expect(watch.out.split(separator: "\n").count == 2)
      watch.send(signal: SIGINT)
      _ = try await watch.wait(seconds: 10)
      try await box.stop()
    }

    @Test("Reserved parties act out their failures")
    func reserved() async throws {
      let box = try await Box()
      for (recipient, reason) in [
        ("refuse-not-ours", "not-ours"), ("tempfail", "temporarily-unable"),
      ] {
        let file = try box.file("reserved-\(recipient)", recipient: recipient)
        let sent = try await box.run("message", "send", as: "4321", [file])
        let id = String(try #require(sent.out.split(separator: "\t").first))
        var status = ""
        for _ in 0..<50 where !status.contains("state\trefused") {
          status = try await box.run("message", "status", as: "4321", [id]).out
          try await Task.sleep(for: .milliseconds(100))
        }
        #expect(status.contains("reason\t\(reason)"), "\(status)")
      }
      try await box.stop()
    }

    @Test("Every failure has its exit code")
    func exitCodes() async throws {
      let box = try await Box()
      let nowhere = "01900000-0000-7000-8000-000000000000"
      for command in [["message", "status"], ["message", "receipt"], ["inbox", "get"]] {
        let end = try await GatehouseProcess.run(
          command + ["--profile", box.directory.profile("4321"), nowhere])
        #expect(end.code == 3, "\(command): \(end.talk)")
        #expect(end.out.isEmpty)
      }
      for id in ["no id at all", "../inbox", "x?y", ""] {
        let end = try await box.run("inbox", "get", as: "iss", [id])
        #expect(end.code == 2, "\(id): \(end.talk)")
      }
      let cursor = try await box.run("inbox", "list", as: "iss", ["--after", "a b&limit=9"])
      #expect(cursor.code == 2, "\(cursor.talk)")
      let invalid = try await box.run("message", "send", as: "4321", [Example.invalid])
      #expect(invalid.code == 1)
      #expect(invalid.talk.contains("/data/child/upn line "))
      let forged = try await box.run("message", "send", as: "7021", [Example.absence])
      #expect(forged.code == 1)
      #expect(forged.talk.contains("sender-mismatch"))
      let missing = try await box.run("message", "send", as: "4321", ["/nonexistent.json"])
      #expect(missing.code == 3)
      let profile = try await GatehouseProcess.run(
        ["inbox", "list", "--profile", "/nonexistent/client.json"])
      #expect(profile.code == 2)
      #expect(profile.talk.contains("--profile FILE"))
      for arguments in [["inbox", "lisst"], ["inbox", "list", "--bogus"], ["nonesuch"]] {
        #expect(try await GatehouseProcess.run(arguments).code == 2, "\(arguments)")
      }
      #expect(try await GatehouseProcess.run(["--help"]).code == 0)
      #expect(try await GatehouseProcess.run(["--version"]).code == 0)
      try await box.stop()
      let down = try await box.run("inbox", "list", as: "iss")
      #expect(down.code == 5, "\(down.talk)")
    }

    /// What another process grants is noticed within a fifth of a second: a few tries.
    private func granted(_ run: () async throws -> ProcessEnd) async throws {
      var end = try await run()
      for _ in 0..<5 where end.code != 0 { end = try await run() }
      #expect(end.code == 0, "\(end.talk)")
    }

    /// The watch over the directory cuts a party's connections within a fifth of a second, and
    /// may cut one that has just been made: then once more.
    private func answered(_ run: () async throws -> ProcessEnd) async throws -> ProcessEnd {
      var end = try await run()
      for _ in 0..<5 where end.code == 5 { end = try await run() }
      return end
    }

    @Test("`party suspend`, `resume`, `add-certificate`, `revoke-certificate` while it runs")
    func directory() async throws {
      let box = try await Box()
      let urn = "urn:gatehouse:850:iss"
      #expect(try await box.local("party", "suspend", urn).code == 0)
      let refused = try await answered { try await box.run("inbox", "list", as: "iss") }
      #expect(refused.code == 1)
      #expect(refused.talk.contains("party-suspended"))
      #expect(try await box.local("party", "resume", urn).code == 0)
      try await granted { try await box.run("inbox", "list", as: "iss") }
      // Rotation: a second certificate beside the first, then the first revoked.
      let folder = box.directory.path + "/parties/iss"
      let issued = try await GatehouseProcess.run([
        "certificate", "party", "--authority", box.directory.path, "--output", folder, urn,
      ])
      #expect(issued.code == 0, "\(issued.talk)")
      let profile = try String(contentsOfFile: folder + "/client.json", encoding: .utf8)
        .replacing("\"certificate.pem\"", with: "\"party.pem\"")
        .replacing("\"key.pem\"", with: "\"party.key.pem\"")
      try profile.write(toFile: folder + "/new.json", atomically: true, encoding: .utf8)
      let list = ["inbox", "list", "--profile", folder + "/new.json"]
      #expect(try await GatehouseProcess.run(list).talk.contains("certificate-unknown"))
      let added = try await box.local(
        "party", "add-certificate", urn, folder + "/party.pem")
      #expect(added.out == issued.out)
      try await granted { try await GatehouseProcess.run(list) }
      #expect(try await box.run("inbox", "list", as: "iss").code == 0)
      let revoked = try await box.local(
        "party", "revoke-certificate", folder + "/certificate.pem")
      #expect(revoked.code == 0)
      let old = try await answered { try await box.run("inbox", "list", as: "iss") }
      #expect(old.talk.contains("certificate-revoked"))
      #expect(try await GatehouseProcess.run(list).code == 0)
      let parties = try await box.local("party", "list", "--json")
      #expect(parties.out.contains("\"urn\":\"\(urn)\""))
      #expect(try await box.local("party", "suspend", "urn:gatehouse:850:none").code == 3)
      #expect(try await box.local("party", "suspend", "none").code == 2)
      #expect(try await box.local("party", "revoke-certificate", "00").code == 3)
      #expect(try await box.local("log", "verify").code == 0)
      try await box.stop()
    }
  }
}
