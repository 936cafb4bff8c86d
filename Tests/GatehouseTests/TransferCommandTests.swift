// `gatehouse ctf`: checks, names, export and import by files alone, with their exit codes.

import Foundation
import Testing
import Validation

extension GatehouseTests {
  @Suite("ctf")
  struct TransferCommandTests {
    private let folder = FileManager.default.temporaryDirectory.path + "/ctf-\(UUID().uuidString)"

    private func run(_ arguments: String...) async throws -> ProcessEnd {
      try await GatehouseProcess.run(["ctf"] + arguments)
    }

    /// Writes a file of one or two invented pupils; returns its path.
    private func file(
      _ name: String, version: String = "25.0", upns: [String] = ["R850412325001"]
    ) throws -> String {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      let pupils = upns.enumerated().map { index, upn in
        "<Pupil><UPN>\(upn)</UPN><Surname>Sample\(index)</Surname><Forename>Ali</Forename>"
          + "<DOB>2014-01-29</DOB><Sex>M</Sex></Pupil>"
      }
      let text = """
        <CTfile><Header><DocumentName>Common Transfer File</DocumentName>
        <CTFversion>\(version)</CTFversion><DateTime>2026-11-12T09:30:00</DateTime>
        <DocumentQualifier>full</DocumentQualifier>
        <SourceSchool><LEA>850</LEA><Estab>4321</Estab><AcademicYear>2026</AcademicYear>
        </SourceSchool><DestSchool><LEA>851</LEA><Estab>4551</Estab></DestSchool></Header>
        <CTFpupilData>\(pupils.joined())</CTFpupilData></CTfile>
        """
      let path = folder + "/" + name
      try Data(text.utf8).write(to: URL(fileURLWithPath: path))
      return path
    }

    @Test("`ctf check` has a verdict, a line and an exit code for each file")
    func check() async throws {
      defer { try? FileManager.default.removeItem(atPath: folder) }
      let good = try file("8504321_CTF_8514551_001.xml")
      let bad = try file("mixed.xml", upns: ["R850412325001", "X428558133462"])
      let fine = try await run("check", "--on", "2026-11-21", good)
      #expect(fine.code == 0)
      #expect(fine.out == "\(good): accept (1 pupil)\n")
      let both = try await run("check", "--json", "--on", "2026-11-21", good, bad)
      #expect(both.code == 4)
      let lines = both.out.split(separator: "\n")
      try #require(lines.count == 2)
      let root = try JSONDocument.parse(Array(lines[1].utf8)).root
      #expect(root["file"]?.string == bad)
      #expect(root["verdict"]?.string == "reject-pupil")
      #expect(root["pupils"]?.integer == 2)
      let issue = root["issues"]?.elements.first { _ in true }
      #expect(issue?["rule"]?.string == "P01" && issue?["level"]?.string == "stop pupil")
      #expect(issue?["pupil"]?.integer == 2)
      #expect(try await run("check", "--receiver", "8509999", good).code == 4)
      #expect(try await run("check", folder + "/none.xml").code == 3)
      #expect(try await run("check", "--receiver", "LLLLLLL", good).code == 2)
    }

    @Test("`ctf name` reads and makes; `ctf export` counts up and lists; `ctf import` takes in")
    func files() async throws {
      defer { try? FileManager.default.removeItem(atPath: folder) }
      #expect(try await run("name", "CTF.xml").code == 4)
      let made = try await run("name", "--from", "8504321", "--to", "XXXXXXX")
      #expect(made.out == "8504321_CTF_XXXXXXX_001.xml\n")
      let old = try file("old.xml", version: "19.0", upns: ["R850412325001", "X428558133462"])
      let outgoing = folder + "/outgoing"
      for serial in ["001", "002"] {
        let done = try await run("export", "--directory", outgoing, old)
        #expect(done.code == 0, "\(done.talk)")
        #expect(done.out == "\(outgoing)/8504321_CTF_8514551_\(serial).xml\n")
      }
      let next = try await run(
        "name", "--from", "8504321", "--to", "8514551", "--in", outgoing)
      #expect(next.out == "8504321_CTF_8514551_003.xml\n")
      let manifest = try #require(FileManager.default.contents(atPath: outgoing + "/manifest.json"))
      let listed = try JSONDocument.parse(Array(manifest)).root["files"].map { Array($0.elements) }
      #expect(listed?.count == 2)
      #expect(listed?.first?["pupils"]?.integer == 1)
      let written = outgoing + "/8504321_CTF_8514551_001.xml"
      #expect(try await run("check", written).code == 0)
      let taken = try await run(
        "import", "--receiver", "8514551", "--directory", folder + "/taken", written)
      #expect(taken.code == 0, "\(taken.talk)")
      #expect(try await run("import", "--receiver", "8504321", written).code == 4)
    }

    @Test("`--roll` tells who is on it, and whom a person must look at")
    func roll() async throws {
      defer { try? FileManager.default.removeItem(atPath: folder) }
      let path = try file("two.xml", upns: ["R850412325001", "W850203924017"])
      let roll = folder + "/roll.csv"
      let rows = """
        UPN,Legal Surname,Forename,DOB,Sex
        R850412325001,Sample0,Ali,2014-01-29,M
        H801200001001,Sample1,Ali,2014-01-29,F
        """
      try Data(rows.utf8).write(to: URL(fileURLWithPath: roll))
      let done = try await run("check", "--on", "2026-11-21", "--roll", roll, path)
      #expect(done.code == 0, "\(done.talk)")
      #expect(done.out.contains("on the roll: 1; perhaps, a person decides: 1; not on the roll: 0"))
      #expect(done.out.contains("differs in UPN, sex") && done.out.contains("[P13, review]"))
      #expect(!done.out.contains("Sample1") && !done.out.contains("H801200001001"))
      try Data("name\nx".utf8).write(to: URL(fileURLWithPath: roll))
      #expect(try await run("check", "--roll", roll, path).code == 2)
      #expect(try await run("check", "--roll", folder + "/none.csv", path).code == 3)
    }

    @Test("`export --address-sensitive` leaves nothing that tells where the child lives")
    func sensitive() async throws {
      defer { try? FileManager.default.removeItem(atPath: folder) }
      let path = try file("8504321_CTF_8514551_001.xml")
      let text = try String(contentsOfFile: path, encoding: .utf8)
        .replacing(
          "<Sex>M</Sex>", with: "<Sex>M</Sex><Address><PostCode>SO99 9AA</PostCode></Address>"
        )
        .replacing("</DocumentQualifier>", with: "</DocumentQualifier><Note>SO99 9AA</Note>")
      try Data(text.utf8).write(to: URL(fileURLWithPath: path))
      let outgoing = folder + "/outgoing"
      for (arguments, has) in [(["--address-sensitive"], false), ([], true)] {
        let done = try await GatehouseProcess.run(
          ["ctf", "export", "--directory", outgoing] + arguments + [path])
        #expect(done.code == 0, "\(done.talk)")
        let written = try #require(done.out.split(separator: "\n").first.map { String($0) })
        #expect(try String(contentsOfFile: written, encoding: .utf8).contains("SO99") == has)
      }
    }

    @Test("`delay` sets an authority's delay, and takes no other word")
    func delay() async throws {
      let directory = try await SandboxDirectory.make()
      func run(_ authority: String, _ delay: String) async throws -> ProcessEnd {
        try await self.run(
          "delay", "--config", directory.config, "--authority", authority, "--delay", delay)
      }
      let done = try await run("850", "4-weeks")
      #expect(done.code == 0, "\(done.talk)")
      #expect(done.out == "authority 850: 4-weeks\n")
      #expect(try await run("850", "20-school-days").code == 0)
      #expect(try await run("850", "3-weeks").code == 2)
      #expect(try await run("999", "4-weeks").code == 2)
    }
  }
}
