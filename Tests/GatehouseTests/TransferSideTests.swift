// Transfer files by a party's commands and by the folder connector, against a running gateway.

import ExchangeModel
import Foundation
import Gateway
import Testing
import Validation

extension GatehouseTests {
  @Suite("Transfer files from a party's side")
  struct TransferSideTests {
    private static let upn = "R850412325001"

    private func file(
      from source: (String, String) = ("850", "4321"), to destination: (String, String)
    ) -> [UInt8] {
      Array(
        """
        <CTfile><Header><DocumentName>Common Transfer File</DocumentName>
        <CTFversion>25.0</CTFversion><DateTime>2026-11-12T09:30:00</DateTime>
        <DocumentQualifier>full</DocumentQualifier>
        <SourceSchool><LEA>\(source.0)</LEA><Estab>\(source.1)</Estab>
        <AcademicYear>2026</AcademicYear></SourceSchool>
        <DestSchool><LEA>\(destination.0)</LEA><Estab>\(destination.1)</Estab></DestSchool>
        </Header><CTFpupilData><Pupil><UPN>\(Self.upn)</UPN><Surname>Sampleson</Surname>
        <Forename>Ali</Forename><DOB>2014-01-29</DOB><Sex>M</Sex></Pupil></CTFpupilData></CTfile>
        """.utf8)
    }

    private func write(_ bytes: [UInt8], _ path: String) throws {
      try FileManager.default.createDirectory(
        atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
      try Data(bytes).write(to: URL(fileURLWithPath: path))
    }

    private func read(_ path: String) -> [UInt8]? {
      FileManager.default.contents(atPath: path).map { Array($0) }
    }

    /// A sandbox's gateway, and the profile of a party of it.
    private func serve() async throws -> (SandboxDirectory, ServedGateway) {
      let directory = try await SandboxDirectory.make()
      return (directory, try #require(try await ServedGateway(directory)))
    }

    private func profile(
      _ party: String, _ directory: SandboxDirectory, _ gateway: ServedGateway
    ) throws -> String {
      var profile = try ClientProfile(file: directory.profile(party))
      profile.url = "https://localhost:\(gateway.port)"
      let path = "\(directory.path)/\(party)-transfer.json"
      try Data(profile.bytes).write(to: URL(fileURLWithPath: path))
      return path
    }

    @Test("What a desk fetched from S2S goes to its school; what is for S2S is fetched and listed")
    func profiles() async throws {
      let (directory, gateway) = try await serve()
      let desk = try profile("transfers", directory, gateway)
      let school = try profile("4321", directory, gateway)
      let pool = try profile("000-lost-pupil-pool", directory, gateway)
      let path = directory.path + "/work/8604001_CTF_8504321_007.xml"
      let bytes = file(from: ("860", "4001"), to: ("850", "4321"))
      try write(bytes, path)
      let taken = try await GatehouseProcess.run(["ctf", "import", "--profile", desk, path])
      #expect(taken.code == 0, "\(taken.out)\(taken.talk)")
      #expect(taken.out.contains("messageId"))
      let incoming = directory.path + "/incoming"
      let fetch = ["ctf", "export", "--directory", incoming, "--profile", school]
      let fetched = try await GatehouseProcess.run(fetch + ["--acknowledge"])
      #expect(fetched.code == 0, "\(fetched.talk)")
      #expect(fetched.out == "8604001_CTF_8504321_007.xml\n")
      #expect(read(incoming + "/8604001_CTF_8504321_007.xml") == bytes)
      #expect(try await GatehouseProcess.run(fetch).out == "")

      let away = directory.path + "/work/8504321_CTF_8604001_001.xml"
      try write(file(to: ("860", "4001")), away)
      let sent = try await GatehouseProcess.run(["ctf", "import", "--profile", school, away])
      #expect(sent.code == 0, "\(sent.out)\(sent.talk)")
      #expect(sent.out.contains(#""way":"s2s""#))
      let upload = directory.path + "/upload"
      let carried = try await GatehouseProcess.run(
        ["ctf", "export", "--directory", upload, "--profile", pool])
      #expect(carried.out == "8504321_CTF_8604001_001.xml\n", "\(carried.talk)")
      let manifest = try #require(read(upload + "/manifest.json"))
      let entry = try JSONDocument.parse(manifest).root["files"]?.elements.first { _ in true }
      #expect(entry?["sha256"]?.string == sha256(file(to: ("860", "4001"))))
      // A file that is refused is told so, and nothing of it is sent.
      let bad = directory.path + "/work/8504321_CTF_8604001_002.xml"
      try write(
        Array(
          String(decoding: file(to: ("860", "4001")), as: UTF8.self)
            .replacing(Self.upn, with: "X428558133462").utf8), bad)
      let refused = try await GatehouseProcess.run(["ctf", "import", "--profile", school, bad])
      #expect(refused.code == 4 && refused.out.contains("[P01, stop pupil]"))
    }

    @Test("A transfer file in outbox goes where its name says, and lands under its name")
    func folders() async throws {
      let (directory, gateway) = try await serve()
      func connect(_ party: String) async throws -> ProcessEnd {
        let process = try GatehouseProcess([
          "connect", "--profile", try profile(party, directory, gateway), "--directory",
          "\(directory.path)/ctf-\(party)", "--settle", "0.2", "--once",
        ])
        return try await process.wait(seconds: 60)
      }
      let name = "8504321_CTF_8514551_001.xml"
      let folder = directory.path + "/ctf-4321/"
      let bytes = file(to: ("851", "4551"))
      try write(bytes, folder + "outbox/" + name)
      try write(bytes, folder + "outbox/8504321_CTF_8514551_1.xml")
      try write(file(to: ("851", "4552")), folder + "outbox/8504321_CTF_8514551_002.xml")
      let school = try await connect("4321")
      #expect(school.code == 1, "\(school.talk)")
      #expect(read(folder + "sent/" + name) == bytes)
      let receipt = try #require(read(folder + "sent/8504321_CTF_8514551_001.receipt.json"))
      let root = try JSONDocument.parse(receipt).root
      #expect(root["report"]?["verdict"]?.string == "accept")
      let id = try #require(root["messageId"]?.string)
      for (bad, word) in [
        ("8504321_CTF_8514551_1", "Rename it"), ("8504321_CTF_8514551_002", "F0"),
      ] {
        let reason = try #require(read(folder + "quarantine/\(bad).xml.reason.txt"), "\(bad)")
        let text = String(decoding: reason, as: UTF8.self)
        #expect(text.contains(word) || text.contains("name"), "\(text)")
      }
      let other = try await connect("851-4551")
      #expect(other.code == 0, "\(other.talk)")
      let inbox = directory.path + "/ctf-851-4551/inbox/"
      #expect(read(inbox + name) == bytes)
      #expect(read(inbox + id + ".json") != nil)
    }
  }
}
