// Consents at the command line, every example that names one sent as it is, and a withdrawal that
// a crash interrupts.

import ExchangeModel
import Foundation
import Gateway
import Storage
import Testing
import Validation

extension GatehouseTests {
  @Suite("consents")
  struct ConsentTests {
    private static let consent = """
      {"child": {"surname": "Sampleson", "forename": "Ali", "dateOfBirth": "2014-01-29"},
       "givenBy": "Sam Sampleson", "capacity": "parental-responsibility",
       "purposes": ["medical-education"], "items": ["health", "identifiers"],
       "recipients": ["urn:gatehouse:850:ods-rw1"], "method": "electronic",
       "givenOn": "2026-01-10", "reviewBy": "2099-01-10"}
      """

    @Test("record, list, show, review, withdraw; every example with a consent is taken")
    func commands() async throws {
      let directory = SandboxDirectory()
      let sandbox = try GatehouseProcess(["sandbox", "--directory", directory.path, "--port", "0"])
      try await sandbox.waitFor("Exchanged and proved")
      func run(_ arguments: String..., as party: String = "4321") async throws -> ProcessEnd {
        try await GatehouseProcess.run(
          Array(arguments.prefix(2)) + ["--profile", directory.profile(party)]
            + arguments.dropFirst(2))
      }
      let file = directory.path + "/consent.json"
      try Self.consent.write(toFile: file, atomically: true, encoding: .utf8)
      let recorded = try await run("consent", "record", "--file", file)
      #expect(recorded.code == 0, "\(recorded.talk)")
      let id = recorded.out.trimmingCharacters(in: .newlines)
      #expect(MessageID(id) != nil)
      #expect(try await run("consent", "list").out.contains("\(id)\tgiven\t2099-01-10"))
      let shown = try await run("consent", "show", id)
      #expect(shown.out.contains("givenBy\tSam Sampleson"))
      let part = try await run("consent", "show", "--json", id, as: "ods-rw1")
      #expect(part.code == 0 && !part.out.contains("Sampleson"))
      #expect(try await run("consent", "show", id, as: "iss").code == 3)
      #expect(try await run("consent", "show", "nonesuch").code == 2)
      #expect(try await run("consent", "withdraw", "--item", "plan", id).code == 1)
      #expect(
        try await run("consent", "review", "--until", "2100-01-01", id).out
          .contains("2100-01-01"))
      let withdrawn = try await run("consent", "withdraw", "--reason", "Asked to.", id)
      #expect(withdrawn.out.hasPrefix("\(id)\twithdrawn"), "\(withdrawn.talk)")
      #expect(try await run("consent", "withdraw", id).code == 1)
      try await sendExamples(directory)
      sandbox.send(signal: SIGTERM)
      #expect(try await sandbox.wait(seconds: 30).code == 0)
      let verified = try await GatehouseProcess.run(["log", "verify", "--config", directory.config])
      #expect(verified.code == 0, "\(verified.talk)")
      try expectSealed(directory, verified)
    }

    /// What a sealed example says is neither in what the operator's command prints nor in any file
    /// of the store; what another says is.
    private func expectSealed(_ directory: SandboxDirectory, _ verified: ProcessEnd) throws {
      let sealed = "section F leaves out speech therapy"
      #expect(!(verified.out + verified.talk).contains(sealed))
      #expect(!(verified.out + verified.talk).contains("urn:gatehouse:800:sps"))
      let walk = try #require(FileManager.default.enumerator(atPath: directory.path + "/data"))
      var isOtherFound = false
      for case let name as String in walk {
        let data = FileManager.default.contents(atPath: "\(directory.path)/data/\(name)") ?? Data()
        #expect(data.range(of: Data(sealed.utf8)) == nil, "\(name)")
        isOtherFound = isOtherFound || data.range(of: Data("attends mornings only".utf8)) != nil
      }
      #expect(isOtherFound)
    }

    /// Sends each valid example that names a consent or a disclosure, as it is, by its sender.
    private func sendExamples(_ directory: SandboxDirectory) async throws {
      let walk = try #require(FileManager.default.enumerator(atPath: Example.messages))
      var sent = 0
      for case let name as String in walk where name.hasSuffix(".valid.json") {
        let path = Example.messages + "/" + name
        let bytes = Array(try #require(FileManager.default.contents(atPath: path)))
        let envelope = try EnvelopeReader.read(bytes, format: .json).envelope
        guard envelope.consentRef != nil || envelope.overrideRef != nil else { continue }
        let place =
          envelope.source.localAuthority == "850" ? "" : "\(envelope.source.localAuthority)-"
        for file in [path, path.replacing(".valid.json", with: ".valid.xml")] {
          let end = try await GatehouseProcess.run([
            "message", "send", "--profile",
            directory.profile("\(place)\(envelope.source.slug)"), file,
          ])
          #expect(end.code == 0, "\(name): \(end.talk)")
        }
        sent += 1
      }
      #expect(sent >= 9, "\(sent) examples")
    }

    @Test(
      "A crash in a withdrawal: nothing of it stands, and the next one holds all of it",
      arguments: [
        Failpoint.withdrawalBeforeHolds, .withdrawalAfterHolds,
      ])
    func crash(_ point: Failpoint) async throws {
      let directory = try await SandboxDirectory.make()
      let armed = ["GATEHOUSE_FAILPOINT": point.rawValue]
      let gateway = try #require(try await ServedGateway(directory, environment: armed))
      let school = try directory.client("4321", port: gateway.port)
      let recorded = try await school.recordConsent(Array(Self.consent.utf8))
      let id = try #require(
        MessageID(try JSONDocument.parse(recorded.bytes).root["id"]?.string ?? ""))
      var messages: [String] = []
      for number in 0..<3 {
        var envelope = try EnvelopeReader.read(
          try #require(FileManager.default.contents(atPath: Example.question).map { Array($0) }),
          format: .json
        ).envelope
        envelope.id = "\(point.rawValue)-\(number)"
        envelope.consentRef = id.text
        let answer = try await school.send(
          EnvelopeWriter.write(envelope, as: .json), format: .json)
        #expect(answer.status == 202, "\(answer.text)")
        messages.append(try JSONDocument.parse(answer.bytes).root["messageId"]?.string ?? "")
      }
      await #expect(throws: ClientFault.self) { try await school.withdrawConsent(id) }
      try await school.close()
      #expect(try await gateway.process.wait(seconds: 20).signal == SIGKILL)

      let again = try #require(try await ServedGateway(directory))
      let back = try directory.client("4321", port: again.port)
      let camhs = try directory.client("ods-rw1", port: again.port)
      let record = try JSONDocument.parse(try await back.consent(id).bytes).root
      #expect(record["status"]?.string == "given")
      #expect(try await camhs.call("GET", "/v1/inbox/\(messages[0])").status == 200)
      #expect(try await back.withdrawConsent(id).status == 200)
      for (number, message) in messages.enumerated() {
        let status = try await camhs.call("GET", "/v1/inbox/\(message)").status
        #expect(status == (number == 0 ? 200 : 410))
      }
      try await back.close()
      try await camhs.close()
      try await again.stop()
      let verified = try await GatehouseProcess.run(["log", "verify", "--config", directory.config])
      #expect(verified.code == 0, "\(verified.talk)")
    }

    @Test("A crash after a notice was admitted: it is told once")
    func noticeCrash() async throws {
      let directory = try await SandboxDirectory.make()
      let armed = ["GATEHOUSE_FAILPOINT": Failpoint.noticeBeforeSent.rawValue]
      let gateway = try #require(try await ServedGateway(directory, environment: armed))
      let school = try directory.client("4321", port: gateway.port)
      let recorded = try await school.recordConsent(Array(Self.consent.utf8))
      let id = try #require(
        MessageID(try JSONDocument.parse(recorded.bytes).root["id"]?.string ?? ""))
      var envelope = try EnvelopeReader.read(
        try #require(FileManager.default.contents(atPath: Example.question).map { Array($0) }),
        format: .json
      ).envelope
      envelope.consentRef = id.text
      let answer = try await school.send(EnvelopeWriter.write(envelope, as: .json), format: .json)
      #expect(answer.status == 202, "\(answer.text)")
      // The answer may be lost in the crash that follows it.
      _ = try? await school.withdrawConsent(id)
      try await school.close()
      #expect(try await gateway.process.wait(seconds: 20).signal == SIGKILL)

      let again = try #require(try await ServedGateway(directory))
      let back = try directory.client("4321", port: again.port)
      func told() async throws -> Int {
        let inbox = try JSONDocument.parse(try await back.call("GET", "/v1/inbox").bytes).root
        return inbox["messages"].map { Array($0.elements) }?
          .count { $0["type"]?.string == "gatehouse.rejection-notice.v1" } ?? 0
      }
      for _ in 0..<100 where try await told() == 0 { try await Task.sleep(for: .milliseconds(50)) }
      try await Task.sleep(for: .milliseconds(500))
      #expect(try await told() == 1)
      try await back.close()
      try await again.stop()
    }
  }
}
