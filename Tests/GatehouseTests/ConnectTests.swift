// The folder connector as a process: what a case system puts in is sent once, what comes appears
// whole, and a crash at any point loses nothing and sends nothing twice.

import ExchangeModel
import Foundation
import Gateway
import Storage
import Testing
import Validation

extension GatehouseTests {
  @Suite("connect")
  struct ConnectTests {
    /// A gateway and the folders of a school and of ISS.
    private final class Box: Sendable {
      let directory: SandboxDirectory
      let gateway: ServedGateway

      init() async throws {
        directory = try await SandboxDirectory.make()
        gateway = try #require(try await ServedGateway(directory))
        // The sandbox's own story leaves nothing behind that these tests would count.
        for party in ["4321", "iss"] {
          _ = try await connect(party)
          for place in ["inbox", "sent"] {
            for name in try names(party, place) {
              try FileManager.default.removeItem(atPath: path(party, place, name))
            }
          }
        }
      }

      func path(_ party: String, _ place: String, _ name: String = "") -> String {
        "\(directory.path)/folder-\(party)/\(place)\(name.isEmpty ? "" : "/" + name)"
      }

      func profile(_ party: String) throws -> String {
        var profile = try ClientProfile(file: directory.profile(party))
        profile.url = "https://localhost:\(gateway.port)"
        let path = "\(directory.path)/\(party)-connect.json"
        try Data(profile.bytes).write(to: URL(fileURLWithPath: path))
        return path
      }

      func arguments(_ party: String) throws -> [String] {
        [
          "connect", "--profile", try profile(party), "--directory",
          "\(directory.path)/folder-\(party)", "--settle", "0.2",
        ]
      }

      func connect(
        _ party: String, _ rest: [String] = [], environment: [String: String] = [:]
      ) async throws -> ProcessEnd {
        let process = try GatehouseProcess(
          try arguments(party) + ["--once"] + rest, environment: environment)
        return try await process.wait(seconds: 60)
      }

      /// The files in a place: neither folders nor the connector's status.
      func names(_ party: String, _ place: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path(party, place))
          .filter { $0 != "attachments" }.sorted()
      }

      func put(_ bytes: [UInt8], as name: String, by party: String = "4321") throws {
        try Data(bytes).write(to: URL(fileURLWithPath: path(party, "outbox", name)))
      }

      func read(_ party: String, _ place: String, _ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: path(party, place, name))))
      }
    }

    @Test("A file is sent with its attachments, and appears whole in the other's inbox")
    func roundTrip() async throws {
      let box = try await Box()
      let examples = Example.messages + "/medical-referral/v1/examples/"
      let envelope = try Data(
        contentsOf: URL(fileURLWithPath: examples + "year-11-in-care-with-ehcp.valid.xml"))
      let attachments = try FileManager.default.contentsOfDirectory(
        atPath: examples + "attachments")
      for name in attachments {
        try FileManager.default.copyItem(
          atPath: examples + "attachments/" + name,
          toPath: box.path("4321", "outbox", "attachments/" + name))
      }
      try box.put(Array(envelope), as: "Plantedname_Zebedee.xml")
      try box.put(Array("half".utf8), as: "growing.json.part")
      let school = try await box.connect("4321", ["--json"])
      #expect(school.code == 0, "\(school.talk)")
      let status = try JSONDocument.parse(Array(school.out.utf8)).root
      #expect(status["sent"]?.numberText == "1")
      #expect(
        try box.names("4321", "sent")
          == ["Plantedname_Zebedee.receipt.json", "Plantedname_Zebedee.xml"])
      #expect(try box.names("4321", "outbox") == ["growing.json.part"])
      let receipt = try box.read("4321", "sent", "Plantedname_Zebedee.receipt.json")
      let id = try #require(try JSONDocument.parse(receipt).root["messageId"]?.string)
      // What the case system names its files after stays between the two of them.
      #expect(!(school.out + school.talk).contains("Plantedname"))

      let iss = try await box.connect("iss")
      #expect(iss.code == 0, "\(iss.talk)")
      #expect(try box.names("iss", "inbox") == ["\(id).json"])
      let received = try EnvelopeReader.read(
        try box.read("iss", "inbox", "\(id).json"), format: .json
      ).envelope
      #expect(received.type.description.contains("medical-referral"))
      let digests = try FileManager.default.contentsOfDirectory(
        atPath: box.path("iss", "inbox", "attachments"))
      #expect(digests.count == 5)
      // The folder also holds one that this referral does not name: it stays for another.
      #expect(attachments.count == 6)
      #expect(
        try FileManager.default.contentsOfDirectory(
          atPath: box.path("4321", "outbox", "attachments")) == ["medical-evidence.pdf"])
      for digest in digests {
        #expect(sha256(try box.read("iss", "inbox", "attachments/" + digest)) == digest)
      }
      // It was acknowledged, so it does not come again, though the case system took it away.
      try FileManager.default.removeItem(atPath: box.path("iss", "inbox", "\(id).json"))
      #expect(try await box.connect("iss").code == 0)
      #expect(try box.names("iss", "inbox").isEmpty)
      try await box.gateway.stop()
    }

    @Test("What is refused for good is put aside with a reason that a person can read")
    func quarantine() async throws {
      let box = try await Box()
      let invalid = try Data(contentsOf: URL(fileURLWithPath: Example.invalid))
      try box.put(Array(invalid), as: "a.json")
      try box.put(Array("no envelope".utf8), as: "b.json")
      try box.put([], as: "c.xml")
      try FileManager.default.createSymbolicLink(
        atPath: box.path("4321", "outbox", "link.json"), withDestinationPath: "/etc/passwd")
      let good = try Example.envelope(id: "connect-good")
      try box.put(good, as: "z.json")
      let end = try await box.connect("4321")
      #expect(end.code == 1)
      #expect(end.talk.contains("quarantine"))
      #expect(
        try box.names("4321", "quarantine") == [
          "a.json", "a.json.reason.txt", "b.json", "b.json.reason.txt", "c.xml",
          "c.xml.reason.txt",
        ])
      let reason = String(
        decoding: try box.read("4321", "quarantine", "a.json.reason.txt"), as: UTF8.self)
      #expect(reason.contains("422") && reason.contains("upn"), "\(reason)")
      #expect(try box.names("4321", "sent") == ["z.json", "z.receipt.json"])
      #expect(try box.names("4321", "outbox") == ["link.json"])

      // Put right and moved back, under a name that was used before.
      try box.put(try Example.envelope(id: "connect-again"), as: "z.json")
      #expect(try await box.connect("4321").code == 0)
      #expect(try box.names("4321", "sent").count == 4)
      try await box.gateway.stop()

      // A gateway that is away takes nothing away.
      try box.put(try Example.envelope(id: "connect-away"), as: "later.json")
      let away = try await box.connect("4321")
      #expect(away.code == 5, "\(away.talk)")
      #expect(try box.names("4321", "outbox") == ["later.json", "link.json"])
    }

    @Test(
      "At every failpoint: it dies there, and the next run goes on",
      arguments: [Failpoint.connectorBeforeSent, .connectorBeforeQuarantine])
    func sendingDies(_ point: Failpoint) async throws {
      let box = try await Box()
      let isSent = point == .connectorBeforeSent
      let bytes = isSent ? try Example.envelope(id: "connect-dies") : Array("none".utf8)
      try box.put(bytes, as: "one.json")
      let armed = ["GATEHOUSE_FAILPOINT": point.rawValue]
      #expect(try await box.connect("4321", environment: armed).signal == SIGKILL)
      #expect(try box.names("4321", "outbox") == ["one.json"])
      let end = try await box.connect("4321")
      #expect(end.code == (isSent ? 0 : 1), "\(end.talk)")
      #expect(try box.names("4321", "outbox").isEmpty)
      #expect(try box.names("4321", isSent ? "sent" : "quarantine").count == 2)
      _ = try await box.connect("iss")
      #expect(try box.names("iss", "inbox").count == (isSent ? 1 : 0))
      try await box.gateway.stop()
    }

    @Test(
      "Receiving dies: the message is in the inbox once, and acknowledged at last",
      arguments: [Failpoint.connectorBeforeNote, .connectorBeforeAcknowledgement])
    func receivingDies(_ point: Failpoint) async throws {
      let box = try await Box()
      try box.put(try Example.envelope(id: "connect-receives"), as: "one.json")
      #expect(try await box.connect("4321").code == 0)
      let armed = ["GATEHOUSE_FAILPOINT": point.rawValue]
      #expect(try await box.connect("iss", environment: armed).signal == SIGKILL)
      let names = try box.names("iss", "inbox")
      #expect(names.count == 1)
      if point == .connectorBeforeAcknowledgement {
        // Taken away meanwhile: the note keeps it from coming again.
        try FileManager.default.removeItem(
          atPath: box.path("iss", "inbox", try #require(names.first)))
      }
      #expect(try await box.connect("iss").code == 0)
      #expect(try box.names("iss", "inbox") == (point == .connectorBeforeNote ? names : []))
      let id = try #require(names.first?.split(separator: ".").first.map(String.init))
      let school = try box.directory.client("4321", port: box.gateway.port)
      let state = try await school.call("GET", "/v1/messages/\(id)")
      #expect(try JSONDocument.parse(state.bytes).root["state"]?.string == "taken")
      try await school.close()
      try await box.gateway.stop()
    }

    @Test("It stays: files go as they come, one connector a folder, and SIGTERM ends it well")
    func stays() async throws {
      let box = try await Box()
      let school = try GatehouseProcess(try box.arguments("4321"))
      let iss = try GatehouseProcess(try box.arguments("iss"))
      try await school.waitFor("waiting, 0 quarantined")
      let second = try await box.connect("4321")
      #expect(second.code == 2)
      #expect(second.talk.contains("another connector works in this folder"))
      try box.put(try Example.envelope(id: "connect-stays"), as: "one.json")
      try await iss.waitFor("1 received")
      for process in [school, iss] {
        process.send(signal: SIGTERM)
        let end = try await process.wait(seconds: 30)
        #expect(end.code == 0, "\(end.talk)")
      }
      let status = try box.read("4321", ".gatehouse", "status.json")
      #expect(try JSONDocument.parse(status).root["state"]?.string == "stopped")
      #expect(try box.names("iss", "inbox").count == 1)
      try await box.gateway.stop()
    }
  }
}
