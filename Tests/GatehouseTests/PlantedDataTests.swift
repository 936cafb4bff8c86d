// A whole run of a gateway with invented names, numbers and dates planted wherever somebody can put
// one: messages good and bad, consents, answers, addresses, reasons. Then every leaf, event, tile,
// export, proof and line of talk is searched for them. And the search itself is tried out.

import Crypto
import ExchangeModel
import Foundation
import Gateway
import MessageLog
import Policy
import Storage
import Testing
import Validation

/// Looks for planted words, as they are, in capitals, and as digests that anybody could make again.
struct PlantSearch {
  static let words = ["Quibblesworth", "Zebedee", "W850203924017", "2014-01-29", "9990000018"]

  private let needles: [(word: String, bytes: Data)]

  init() {
    needles = Self.words.flatMap { word -> [(String, Data)] in
      let digest = Data(SHA256.hash(data: Data(word.utf8)))
      return [
        (word, Data(word.utf8)), (word, Data(word.uppercased().utf8)),
        (word, Data(word.lowercased().utf8)),
        (word, Data(Data(word.utf8).base64EncodedString().utf8)),
        (word, digest), (word, Data(Hex.text(digest).utf8)),
        (word, Data(digest.base64EncodedString().utf8)),
      ]
    }
  }

  /// The words found in some bytes.
  func found(in bytes: Data) -> [String] {
    needles.filter { bytes.range(of: $0.bytes) != nil }.map(\.word)
  }

  /// The words found in the files of a folder, each with its file.
  func found(below folder: String) throws -> [String] {
    let files = try #require(FileManager.default.enumerator(atPath: folder))
    var hits: [String] = []
    for case let name as String in files {
      guard let bytes = FileManager.default.contents(atPath: "\(folder)/\(name)") else { continue }
      hits += found(in: bytes).map { "\(name): \($0)" }
    }
    return hits
  }
}

extension GatehouseTests {
  @Suite("planted data")
  struct PlantedDataTests {
    private let search = PlantSearch()

    private func plant(_ path: String) throws -> String {
      let text = try String(contentsOfFile: path, encoding: .utf8)
      return text.replacing("Sampleson", with: "Quibblesworth").replacing(
        "Ali\"", with: "Zebedee\"")
    }

    /// Commands at the gateway's machine; what they say is searched.
    private func command(
      _ arguments: [String], _ talk: inout [String], code: Int32 = 0, keepsOut: Bool = true
    ) async throws {
      let end = try await GatehouseProcess.run(arguments)
      #expect(end.code == code, "\(arguments): \(end.talk.suffix(500))")
      talk.append(end.talk)
      if keepsOut { talk.append(end.out) }
    }

    /// What parties do, good and bad. Returns a message's id.
    private func exchange(_ box: SandboxDirectory, port: Int) async throws -> String {
      let school = try box.client("4321", port: port)
      let service = try box.client("iss", port: port)
      let absence = try plant(Example.absence)
      #expect(absence.contains("Quibblesworth") && absence.contains("W850203924017"))
      let sent = try await school.send(Array(absence.utf8), format: .json)
      #expect(sent.status == 202, "\(sent.text)")
      let id = try #require(try JSONDocument.parse(sent.bytes).root["messageId"]?.string)
      let bad = [
        absence.replacing("W850203924017", with: "W850203924018 Quibblesworth"),
        absence.replacing("medical-education", with: "Zebedee"),
        absence.replacing("urn:gatehouse:850:iss", with: "urn:gatehouse:850:nobody"),
        absence.replacing("Zebedee", with: "Other"), String(absence.dropLast(20)),
        absence.replacing("notification.v1", with: "Quibblesworth.v1"),
      ]
      for text in bad {
        #expect(try await school.send(Array(text.utf8), format: .json).status >= 400)
      }
      for path in [Example.referral, Example.question] {
        _ = try await school.send(Array(try plant(path).utf8), format: .json)
      }
      let json = [("Content-Type", "application/json")]
      func post(_ path: String, _ body: String) async throws -> Int {
        try await school.call("POST", path, headers: json, body: Array(body.utf8)).status
      }
      let child = #"{"surname":"Quibblesworth","forename":"Zebedee","dateOfBirth":"2014-01-29"}"#
      let consent = """
        {"child": \(child), "givenBy": "Zeno Quibblesworth", "capacity": "parental-responsibility",
         "purposes": ["medical-education"], "items": ["health", "identifiers"],
         "recipients": ["urn:gatehouse:850:ods-rw1"], "method": "electronic",
         "givenOn": "2026-01-10", "reviewBy": "2099-01-10"}
        """
      #expect(try await post("/v1/consents", consent) == 201)
      #expect(try await post("/v1/consents", #"{"child":"Quibblesworth"}"#) == 400)
      #expect(try await post("/v1/subject-exports", #"{"child":\#(child)}"#) == 200)
      #expect(try await post("/v1/subject-keys", #"{"child":{"upn":"W850203924017"}}"#) == 200)
      #expect(
        try await post("/v1/rectifications", #"{"child":\#(child),"field":"Zebedee"}"#) >= 400)
      for path in [
        "/v1/inbox?after=Quibblesworth", "/v1/messages/W850203924017", "/v1/Zebedee",
        "/v1/inbox/\(UUID().uuidString.lowercased())",
      ] { #expect(try await school.call("GET", path).status >= 400) }
      #expect(try await service.call("GET", "/v1/inbox/\(id)").text.contains("Quibblesworth"))
      let answer = #"{"outcome":"refused","reason":"wrong-person","detail":"Not Zebedee"}"#
      #expect(
        try await service.call(
          "POST", "/v1/inbox/\(id)/acknowledgement", headers: json, body: Array(answer.utf8)
        ).status == 200)
      try await school.close()
      try await service.close()
      return id
    }

    /// What the staff do, with planted words in their reasons and files.
    private func administer(
      _ box: SandboxDirectory, _ id: String, _ talk: inout [String]
    ) async throws {
      let child = box.path + "/child.json"
      try #"{"upn":"W850203924017"}"#.write(toFile: child, atomically: true, encoding: .utf8)
      let staff = [
        "--config", box.config, "--for", "complaint", "--reason", "Zebedee Quibblesworth's aunt",
      ]
      let auditor = staff + ["--role", "auditor"]
      for narrowing in [
        ["--child", child], ["--child", child, "--views"], ["--message", id],
        ["--decision", "deny"],
        ["--type", "Quibblesworth"], ["--actor", "zebedee"], ["--overrides"],
      ] {
        // The answer may hold the reasons of the questions before.
        try await command(["audit", "query"] + auditor + narrowing, &talk, keepsOut: false)
      }
      try await command(["message", "open", id] + auditor, &talk, code: 1)
      let opener = staff + ["--role", "caldicott-guardian", "--output", box.path + "/opened"]
      try await command(["message", "open", id] + opener, &talk)
      try await command(
        [
          "subject", "export", "--config", box.config, "--child", child, "--output",
          box.path + "/subject",
        ], &talk)
      let copies = box.path + "/copies"
      try FileManager.default.createDirectory(atPath: copies, withIntermediateDirectories: true)
      for format in ["jsonl", "csv"] {
        try await command(
          [
            "log", "export", "--config", box.config, "--format", format, "--output",
            "\(copies)/log.\(format)",
          ], &talk)
      }
      try await command(
        ["log", "export", "--config", box.config, "--tiles", copies + "/tiles"], &talk)
      try await command(
        ["log", "prove", "--config", box.config, id, "--output", copies + "/proof"], &talk)
      try await command(
        ["log", "show", "--config", box.config, "--limit", "10000", "--json"], &talk)
      try await command(["log", "show", "--config", box.config, "--witnesses"], &talk)
      try await command(["message", "held", "--config", box.config], &talk)
      try await command(["log", "verify", "--config", box.config], &talk)
    }

    /// Every leaf of the database: its entry, and its event.
    private func leaves(_ box: SandboxDirectory) async throws -> [LogRecord] {
      let store = try open(box)
      let page = try await store.logRecords(LogFilter(), from: 0, limit: 100_000)
      try store.close()
      return page.records
    }

    private func open(_ box: SandboxDirectory) throws -> Store {
      try Store(
        directory: box.path + "/data", surroundings: .system, access: Policy.decideAccess,
        due: Policy.reckonDue)
    }

    @Test("A whole run leaves nothing of it in a leaf, event, tile, copy, proof or line of talk")
    func wholeRun() async throws {
      let box = try await SandboxDirectory.make()
      var talk: [String] = []
      let gateway = try #require(try await ServedGateway(box))
      let id = try await exchange(box, port: gateway.port)
      try await gateway.stop()
      talk.append(gateway.process.talk)
      talk.append(gateway.process.out)
      try await administer(box, id, &talk)

      let records = try await leaves(box)
      let kinds = Set(records.map(\.entry.kind))
      #expect(
        kinds.isSuperset(of: [
          .admitted, .refused, .read, .acknowledged, .consentRecorded, .subjectExported,
          .searched, .logOpened, .contentOpened, .administratorActed,
        ]))
      for record in records {
        #expect(search.found(in: Data(record.entry.bytes)) == [], "leaf \(record.index)")
        let event = record.event?.canonicalBytes ?? []
        #expect(search.found(in: Data(event)) == [], "event of leaf \(record.index)")
      }
      #expect(try search.found(below: box.path + "/copies") == [])
      for text in talk { #expect(search.found(in: Data(text.utf8)) == []) }

      // The search sees what is there: in what may hold it, and in a leak made on purpose.
      #expect(try search.found(below: box.path).contains { $0.hasPrefix("opened: ") })
      #expect(try search.found(below: box.path).contains { $0.hasPrefix("data/") })
      let store = try open(box)
      try await store.recordLogAct("seen-by-Quibblesworth")
      try store.close()
      let leak = try await leaves(box).last
      #expect(search.found(in: Data(leak?.event?.canonicalBytes ?? [])) == ["Quibblesworth"])
      try await command(
        [
          "log", "export", "--config", box.config, "--output", box.path + "/copies/leak.jsonl",
        ], &talk)
      #expect(
        try search.found(below: box.path + "/copies").contains("leak.jsonl: Quibblesworth"))
    }

    @Test("The search finds a word however it is written", arguments: PlantSearch.words)
    func searchFinds(_ word: String) {
      let digest = Data(SHA256.hash(data: Data(word.utf8)))
      for bytes in [
        Data("x\(word)y".utf8), Data(word.lowercased().utf8), digest + Data([1]),
        Data(("sha256:" + Hex.text(digest)).utf8),
      ] { #expect(search.found(in: bytes).contains(word)) }
      #expect(search.found(in: Data("nothing".utf8)).isEmpty)
    }
  }
}
