// The commands that need no running gateway: schemas, certificates, settings.

import Foundation
import Testing
import Validation

extension GatehouseTests {
  @Suite("schema, certificate and check")
  struct OfflineCommandTests {
    @Test("`schema check` names every fault, with file and line, and exits 1")
    func schemaCheck() async throws {
      let good = try await GatehouseProcess.run(
        ["schema", "check", Example.absence, Example.referral])
      #expect(good.code == 0)
      #expect(good.out == "\(Example.absence): valid\n\(Example.referral): valid\n")
      let bad = try await GatehouseProcess.run(
        ["schema", "check", Example.absence, Example.invalid])
      #expect(bad.code == 1)
      #expect(bad.out.contains("\(Example.invalid):"))
      #expect(bad.out.contains(": /data/child/upn: "))
      let json = try await GatehouseProcess.run(["schema", "check", "--json", Example.invalid])
      let root = try JSONDocument.parse(Array(json.out.utf8)).root
      #expect(root["valid"]?.bool == false)
      let places =
        root["issues"].map { Array($0.elements) }?
        .compactMap { $0["place"]?.string } ?? []
      #expect(places.contains("/data/firstLanguage"))
      #expect(try await GatehouseProcess.run(["schema", "check", "/nonexistent"]).code == 3)
      #expect(
        try await GatehouseProcess.run(["schema", "list", "--schemas", "/nonexistent"]).code == 1)
    }

    @Test("`schema list` and `generate --check`: the XML Schemas are not stale")
    func schemaList() async throws {
      let list = try await GatehouseProcess.run(["schema", "list"])
      #expect(list.code == 0)
      #expect(list.out.contains("gatehouse.medical-referral.v1\tMED.REF\tMedical referral\n"))
      let json = try await GatehouseProcess.run(["schema", "list", "--json"])
      #expect((try JSONDocument.parse(Array(json.out.utf8)).root.count) >= 4)
      let fresh = try await GatehouseProcess.run(["schema", "generate", "--check"])
      #expect(fresh.code == 0, "\(fresh.out)")
      #expect(fresh.out.isEmpty)
    }

    @Test("`schema generate --check` says which are stale, and `generate` mends them")
    func staleSchema() async throws {
      let folder = FileManager.default.temporaryDirectory.path + "/schemas-" + UUID().uuidString
      defer { try? FileManager.default.removeItem(atPath: folder) }
      try FileManager.default.copyItem(
        atPath: GatehouseProcess.checkout.path + "/schemas", toPath: folder)
      let file = "messages/medical-referral/v1/payload.xsd"
      let good = try String(contentsOfFile: folder + "/" + file, encoding: .utf8)
      try (good + "<!-- -->").write(
        toFile: folder + "/" + file, atomically: true, encoding: .utf8)
      let arguments = ["schema", "generate", "--schemas", folder]
      let stale = try await GatehouseProcess.run(arguments + ["--check"])
      #expect(stale.code == 1)
      #expect(stale.out == file + "\n")
      #expect(try await GatehouseProcess.run(arguments).code == 0)
      #expect(try String(contentsOfFile: folder + "/" + file, encoding: .utf8) == good)
    }

    @Test("`schema convert` goes to the other format and back")
    func convert() async throws {
      let xml = try await GatehouseProcess.run(
        ["schema", "convert", "--to", "xml", Example.referral])
      #expect(xml.code == 0, "\(xml.talk)")
      let file = FileManager.default.temporaryDirectory.path + "/\(UUID().uuidString).xml"
      defer { try? FileManager.default.removeItem(atPath: file) }
      try xml.out.write(toFile: file, atomically: true, encoding: .utf8)
      #expect(try await GatehouseProcess.run(["schema", "check", file]).code == 0)
      let json = try await GatehouseProcess.run(["schema", "convert", "--to", "json", file])
      let original = try #require(FileManager.default.contents(atPath: Example.referral))
      let back = try JSONDocument.parse(Array(json.out.utf8)).root
      let first = try JSONDocument.parse(Array(original)).root
      let payload = try #require(back["data"])
      #expect(payload.isSame(as: try #require(first["data"])))
    }

    @Test("A deployment by hand: authority, server, party, log key, settings that `check` takes")
    func deployment() async throws {
      let folder = FileManager.default.temporaryDirectory.path + "/hand-" + UUID().uuidString
      defer { try? FileManager.default.removeItem(atPath: folder) }
      func run(_ arguments: String...) async throws -> ProcessEnd {
        try await GatehouseProcess.run(arguments)
      }
      #expect(try await run("certificate", "authority", "--directory", folder).code == 0)
      let again = try await run("certificate", "authority", "--directory", folder)
      #expect(again.code == 1, "a key is never overwritten")
      #expect(
        try await run("certificate", "server", "--authority", folder, "--output", folder).code == 0)
      let urn = "urn:gatehouse:850:4321"
      let party = try await run(
        "certificate", "party", "--authority", folder, "--output", folder + "/p", urn)
      let inspected = try await run("certificate", "inspect", "--json", folder + "/p/party.pem")
      let root = try JSONDocument.parse(Array(inspected.out.utf8)).root
      #expect(root["spkiSha256"]?.string == party.out.trimmingCharacters(in: .newlines))
      #expect(root["usages"]?.string == "client")
      let key = try await run(
        "certificate", "log-key", "--origin", "gatehouse.example/hand", "--key",
        folder + "/log.key.pem", "--vkey", folder + "/log.vkey")
      #expect(key.out.hasPrefix("gatehouse.example/hand+"))
      let schemas = GatehouseProcess.checkout.path + "/schemas"
      let settings = #"{"schemas":"\#(schemas)","log":{"origin":"gatehouse.example/hand"}}"#
      try settings.write(toFile: folder + "/g.json", atomically: true, encoding: .utf8)
      let checked = try await run("check", "--config", folder + "/g.json", "--json")
      #expect(checked.code == 0, "\(checked.talk)")
      let secret = try String(contentsOfFile: folder + "/log.key.pem", encoding: .utf8)
      #expect(!checked.out.contains(secret.trimmingCharacters(in: .newlines)))
      let config = ["--config", folder + "/g.json"]
      let added = try await GatehouseProcess.run(
        ["party", "add"] + config
          + ["--role", "school", "--name", "Hand School", "--certificate", folder + "/p/party.pem"]
          + [urn])
      #expect(added.code == 0, "\(added.talk)")
      let list = try await GatehouseProcess.run(["party", "list"] + config)
      #expect(list.out == "\(urn)\tschool\tlive\t1 certificate(s)\tHand School\n")
    }

    @Test("`check` names every wrong setting, and what would keep the gateway from starting")
    func check() async throws {
      let folder = FileManager.default.temporaryDirectory.path + "/check-" + UUID().uuidString
      defer { try? FileManager.default.removeItem(atPath: folder) }
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true)
      func check(_ text: String) async throws -> ProcessEnd {
        try text.write(toFile: folder + "/g.json", atomically: true, encoding: .utf8)
        return try await GatehouseProcess.run(["check", "--config", folder + "/g.json"])
      }
      let wrong = try await check(
        #"{"listen":{"port":"x","prot":1},"tls":{"minimumVersion":"1.1"},"nonesuch":{}}"#)
      #expect(wrong.code == 2)
      for place in ["/listen/port", "/listen/prot", "/tls/minimumVersion", "/nonesuch"] {
        #expect(wrong.talk.contains(place), "\(place)")
      }
      #expect(try await check("{").code == 2)
      let lacking = try await check("{}")
      #expect(lacking.code == 1)
      for name in ["tls.certificate", "tls.key", "log.key", "schemas"] {
        #expect(lacking.talk.contains("problem: \(name)"), "\(name)")
      }
      #expect(
        try await GatehouseProcess.run(["serve", "--config", folder + "/g.json"]).code == 1)
      #expect(
        try await GatehouseProcess.run(["check", "--config", folder + "/none.json"]).code == 2)
    }
  }
}
