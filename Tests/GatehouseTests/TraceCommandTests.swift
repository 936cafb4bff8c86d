// `gatehouse trace` and `gatehouse case` as an officer uses them who has read nothing: each command
// says what comes next, and the next command is taken from there. All children are invented.

import ExchangeModel
import Foundation
import Gateway
import Storage
import Testing
import Validation

extension GatehouseTests {
  @Suite("trace and case, against a running sandbox")
  struct TraceCommandTests {
    /// A sandbox that stays up.
    private struct Box {
      let directory = SandboxDirectory()
      let process: GatehouseProcess

      init(environment: [String: String] = [:]) async throws {
        process = try GatehouseProcess(
          [
            "sandbox", "--directory", directory.path, "--port", "0", "--schemas",
            FewSchemas.path,
          ], environment: environment)
        try await process.waitFor("Exchanged and proved")
      }

      /// A command as a party, which must succeed.
      func run(_ command: String, as party: String, code: Int32 = 0) async throws -> ProcessEnd {
        try await run(Self.words(command), as: party, code: code)
      }

      func run(
        _ words: [String], as party: String, code: Int32 = 0
      ) async throws -> ProcessEnd {
        let end = try await GatehouseProcess.run(
          words + ["--profile", directory.profile(party)])
        #expect(end.code == code, "\(words): \(end.out)\(end.talk)")
        return end
      }

      /// Takes the next command from what the one before said, with its blanks filled in.
      func follow(
        _ start: String, after end: ProcessEnd, as party: String, _ blanks: [String: String] = [:]
      ) async throws -> ProcessEnd {
        let lines = end.talk.split(separator: "\n").map { $0.drop { $0 == " " } }
        let line = try #require(
          lines.first { $0.hasPrefix("gatehouse " + start) },
          "nothing says `\(start)`: \(end.talk)")
        var text = String(line.dropFirst("gatehouse ".count))
        for (blank, value) in blanks { text = text.replacing(blank, with: value) }
        // The profile is in the line, so that it can be typed as it stands.
        let profile = " --profile " + directory.profile(party)
        #expect(text.hasSuffix(profile), "\(text)")
        text = String(text.dropLast(profile.count))
        #expect(
          text.range(of: "[A-Z]{4,}(?![A-Za-z@.-]*\")", options: .regularExpression) == nil,
          "a blank is left: \(text)")
        return try await run(text, as: party)
      }

      /// The words of a command line, quoted ones whole.
      private static func words(_ text: String) -> [String] {
        var words: [String] = []
        var word = ""
        var isQuoted = false
        for letter in text {
          if letter == "\"" {
            isQuoted.toggle()
          } else if letter == " ", !isQuoted {
            if !word.isEmpty { words.append(word) }
            word = ""
          } else {
            word.append(letter)
          }
        }
        return word.isEmpty ? words : words + [word]
      }

      func stop() async throws {
        process.send(signal: SIGTERM)
        let end = try await process.wait(seconds: 60)
        #expect(end.code == 0, "\(end.talk.suffix(2000))")
      }
    }

    private static let ask =
      "trace ask --officer cme-07 --upn R850412325001 --surname Testerly --forename Robin "
      + "--born 2011-06-03 --sex F"
    private static let day = ["YYYY-MM-DD": "2026-10-16"]
    private static let me = ["YOUR NAME": "Terry Modell", "YOUR@EMAIL": "cme@neighbour.example"]

    /// The value of a line that begins with a word.
    private func value(_ word: String, in end: ProcessEnd) throws -> String {
      let line = end.out.split(separator: "\n").first { $0.hasPrefix(word + "\t") }
      return String(try #require(line, "\(end.out)").split(separator: "\t")[1])
    }

    @Test("From a worry to a reviewed answer, by what each command says comes next")
    func walk() async throws {
      let box = try await Box()
      let looked = try await box.run(Self.ask, as: "cme")
      #expect(looked.out.contains("outcome\tnone\tno pupil of your authority"), "\(looked.out)")
      let said = try await box.follow("trace enquire", after: looked, as: "cme")
      #expect(said.out.contains("urn:gatehouse:851:cme\tsays yes"), "\(said.out)")
      let sent = try await box.follow("trace request", after: said, as: "cme", Self.day)
      let open = try await box.follow("case show", after: sent, as: "cme")
      #expect(try value("state", in: open) == "open")
      #expect(open.out.contains("asked\turn:gatehouse:851:cme\ton 20"), "\(open.out)")
      #expect(open.talk.contains("Wait for urn:gatehouse:851:cme"), "\(open.talk)")

      // The other side finds it in its cases, and does as it is told.
      let theirs = try await box.follow(
        "case show", after: try await box.run("case list", as: "851-cme"), as: "851-cme")
      let taken = try await box.follow(
        "trace ask", after: theirs, as: "851-cme", ["YOUR-NUMBER": "cme-22"])
      #expect(taken.out.contains("Robin Testerly, 2011"), "\(taken.out)")
      #expect(taken.out.contains("another child of the household"), "her brother is shown as one")
      let school = try await box.follow(
        "trace disclose", after: taken, as: "851-cme", ["REASON": "moved-unknown"])
      #expect(school.out.contains("8514551") && !school.out.contains("Pretend"), "\(school.out)")
      let confirmed = try await box.follow("trace confirm", after: school, as: "851-cme")
      let answered = try await box.follow("trace answer", after: confirmed, as: "851-cme", Self.me)
      #expect(answered.out.contains("sent as message"), "\(answered.out)")

      let back = try await box.follow("case show", after: sent, as: "cme")
      #expect(try value("state", in: back) == "answered-match")
      let read = try await box.follow("inbox get", after: back, as: "cme")
      #expect(read.out.contains("school\t8514551"), "\(read.out)")
      #expect(read.out.contains("contactOfficer email\t"), "\(read.out)")
      let reply = try await box.follow("trace reply", after: back, as: "cme")
      let done = try await box.follow("case show", after: reply, as: "cme")
      #expect(try value("state", in: done) == "confirmed")
      #expect(!done.talk.contains("trace reply"), "\(done.talk)")
      try await box.stop()
    }

    @Test("A child whom nobody knows, a twin, and a child in a refuge")
    func others() async throws {
      let box = try await Box()
      // Nobody says yes: the choices are named. One is asked all the same, and finds nobody.
      let looked = try await box.run(
        "trace ask --officer cme-07 --surname Nobodyhere --forename Quentin --born 2012-05-05",
        as: "cme")
      let said = try await box.follow("trace enquire", after: looked, as: "cme")
      #expect(!said.out.contains("says yes"), "\(said.out)")
      #expect(said.talk.contains("--broadcast"), "\(said.talk)")
      let id = try value("trace", in: looked)
      let sent = try await box.run(
        "trace request \(id) --last-seen 2026-10-16 urn:gatehouse:851:cme", as: "cme")
      let theirs = try await box.follow(
        "case show", after: try await box.run("case list", as: "851-cme"), as: "851-cme")
      let taken = try await box.follow(
        "trace ask", after: theirs, as: "851-cme", ["YOUR-NUMBER": "cme-22"])
      #expect(!taken.out.contains("Testerly"), "\(taken.out)")
      let none = try await box.follow("trace confirm", after: taken, as: "851-cme")
      let answered = try await box.follow("trace answer", after: none, as: "851-cme", Self.me)
      #expect(answered.out.contains("sent as message"))
      let back = try await box.follow("case show", after: sent, as: "cme")
      #expect(try value("state", in: back) == "answered-no-match")
      #expect(back.out.contains("request erased on"), "\(back.out)")

      // A twin is not the child: she is shown as another child, and more of her is not.
      let twin = try await box.run(
        "trace ask --officer cme-07 --surname Mockford --forename Eve --born 2012-11-02 "
          + "--postcode \"SO98 1ZZ\"", as: "cme")
      let lines = twin.out.split(separator: "\n")
      #expect(lines.contains { $0.contains("Eve Mockford") && !$0.contains("another child") })
      #expect(lines.contains { $0.contains("Ada Mockford") && $0.contains("another child") })
      let number = try #require(lines.first { $0.contains("Ada Mockford") }?.first)
      let refused = try await box.run(
        "trace disclose \(try value("trace", in: twin)) \(number) --scope school "
          + "--reason moved-unknown", as: "cme", code: 1)
      #expect(refused.talk.contains("Trace not allowed"), "\(refused.talk)")

      let hidden = try await box.run(
        "trace ask --officer cme-22 --surname Hypothetical --forename Zofia --born 2013-04-21",
        as: "851-cme")
      #expect(hidden.out.contains("must stay unknown") && !hidden.out.contains("4551"))
      #expect(!hidden.talk.contains("trace disclose"), "\(hidden.talk)")
      // What is forgotten is asked for.
      for (command, hint) in [
        ("trace ask --surname Testerly", "--officer"), ("trace ask --officer cme-07", "--surname"),
        ("trace enquire \(id)", "--all"), ("trace confirm \(id) --candidate 1", "--verified-by"),
        ("trace show Testerly", "gatehouse trace ask"), ("case show 7", "gatehouse case list"),
      ] {
        let end = try await box.run(command, as: "cme", code: 2)
        #expect(end.talk.contains(hint), "\(end.talk)")
      }
      try await box.stop()
    }

    @Test(
      "A crash between the answer and the erasure leaves neither; after the start both are made")
    func crashBeforeErasure() async throws {
      let point = Failpoint.answerBeforeErasure
      let box = try await Box(environment: ["GATEHOUSE_FAILPOINT": point.rawValue])
      let looked = try await box.run(Self.ask.replacing("Robin", with: "Zzasked"), as: "cme")
      let sent = try await box.run(
        "trace request \(try value("trace", in: looked)) --last-seen 2026-10-16 "
          + "urn:gatehouse:851:cme", as: "cme")
      let request = try #require(
        sent.out.split(separator: "\n").first?.split(separator: " ").last.map { String($0) })
      let taken = try await box.run(
        "trace ask --officer cme-22 --request \(request)", as: "851-cme")
      let theirs = try value("trace", in: taken)
      _ = try await box.run("trace confirm \(theirs)", as: "851-cme")
      let answer = "trace answer \(theirs) --name \"Terry Modell\" --email cme@neighbour.example"
      let cut = try await box.run(answer, as: "851-cme", code: 5)
      #expect(!cut.out.contains("sent"), "\(cut.out)")
      #expect(try await box.process.wait(seconds: 30).signal == SIGKILL)

      let gateway = try #require(try await ServedGateway(box.directory))
      let officers = try box.directory.client("851-cme", port: gateway.port)
      let path = "/v1/inbox/\(request)"
      #expect(try await officers.call("GET", path).status == 200, "nothing was answered")
      let body = """
        {"disclose": "yes-no",
         "contactOfficer": {"name": "Terry Modell", "email": "cme@neighbour.example"}}
        """
      let again = try await officers.trace(
        try #require(MessageID(theirs)), "answer", Array(body.utf8))
      #expect(again.status == 202, "\(again.text)")
      #expect(try await officers.call("GET", path).status == 410, "now it is erased")
      try await officers.close()
      // What was erased is in no file any more, not in the journal either.
      let needle = Data("Zzasked".utf8)
      func isLeft() throws -> [String] {
        let folder = box.directory.path + "/data"
        return try FileManager.default.contentsOfDirectory(atPath: folder).filter { name in
          FileManager.default.contents(atPath: "\(folder)/\(name)")?.range(of: needle) != nil
        }
      }
      for _ in 0..<200 where try !isLeft().isEmpty { try await Task.sleep(for: .milliseconds(50)) }
      #expect(try isLeft() == [])
      try await gateway.stop()
      let verified = try await GatehouseProcess.run(
        ["log", "verify", "--config", box.directory.config])
      #expect(verified.code == 0, "\(verified.talk)")
    }
  }
}
