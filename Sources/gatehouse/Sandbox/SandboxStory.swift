// The sandbox's story: one medical referral from a school to the Inclusion Support Service, told
// step by step over the real API. Never takes a short cut: every step is a call a party can make.

import ExchangeModel
import Foundation
import Gateway
import MessageLog
import ServiceLifecycle
import Validation

/// Walks the main job once.
struct SandboxStory: Service {
  let folder: SandboxFolder
  let logKey: NoteKey
  let api: String
  let once: Bool

  func run() async throws {
    let started = ContinuousClock.now
    do {
      try await walk()
    } catch let failure as CommandFailure {
      throw failure
    } catch {
      throw CommandFailure.from(error)
    }
    let seconds = (ContinuousClock.now - started) / .milliseconds(1) / 1000
    end(after: seconds)
    if !once { try? await gracefulShutdown() }
  }

  private func walk() async throws {
    let schoolParty = try party("urn:gatehouse:850:4321")
    let serviceParty = try party("urn:gatehouse:850:iss")
    let school = try PartyClient(try folder.profile(of: schoolParty))
    let service = try PartyClient(try folder.profile(of: serviceParty))
    defer {
      Task {
        try? await school.close()
        try? await service.close()
      }
    }
    let envelope = try freshReferral()
    tell(
      1,
      "\(schoolParty.name) sends an Appendix 1 medical referral as XML (\(envelope.count) bytes).")
    let admitted = try await school.send(envelope, format: .xml).orFailure()
    try expect(admitted.status == 202, "the referral was not admitted")
    let receipt = try JSONDocument.parse(admitted.bytes).root
    let id = receipt["messageId"]?.string ?? ""
    say("202, receipt \(id)")
    say("decision: \(receipt["decision"]?["verdict"]?.string ?? "?"), because:")
    for rule in receipt["decision"]?["rules"].map({ Array($0.elements) }) ?? []
    where rule["verdict"]?.string == "permit" {
      say("  \(rule["rule"]?.string ?? ""): \(rule["reason"]?.string ?? "")")
    }

    tell(2, "The same bytes again, as after a lost answer: the same receipt, no second effect.")
    let again = try await school.send(envelope, format: .xml).orFailure()
    let same = try JSONDocument.parse(again.bytes).root["messageId"]?.string == id
    try expect(again.status == 200 && same, "the repeat was not answered with the first receipt")
    say("200, receipt \(id)")

    tell(3, "\(serviceParty.name) looks into its inbox and fetches the referral as JSON.")
    let inbox = try await service.call("GET", "/v1/inbox?wait=5").orFailure()
    try expect(inbox.text.contains(id), "the referral is not in the inbox")
    let fetched = try await service.call(
      "GET", "/v1/inbox/\(id)", headers: [("Accept", "application/cloudevents+json")]
    ).orFailure()
    let read = try EnvelopeReader.read(fetched.bytes, format: .json)
    try checkDelivered(fetched.bytes, read, receipt)
    say("basis on it: \(read.envelope.lawfulBasis?.rawValue ?? "none")")

    try await refuseStrangers(id, envelope)

    tell(5, "\(serviceParty.name)'s case system takes the referral and says so.")
    _ = try await service.call(
      "POST", "/v1/inbox/\(id)/acknowledgement", headers: [("Content-Type", "application/json")],
      body: Array(#"{"outcome":"taken"}"#.utf8)
    ).orFailure()
    let status = try await school.call("GET", "/v1/messages/\(id)").orFailure()
    let state = try JSONDocument.parse(status.bytes).root
    try expect(state["state"]?.string == "taken", "the school does not see it taken")
    for entry in state["timeline"].map({ Array($0.elements) }) ?? [] {
      say("\(entry["at"]?.string ?? "")  \(entry["event"]?.string ?? "")")
    }

    tell(
      6, "The school proves admission from its receipt alone, offline, with the log's public key.")
    let proofText = try await school.call("GET", "/v1/messages/\(id)/receipt").orFailure()
    let proof = try TlogProof(proofText.bytes)
    let entry = try LeafEntry(proof.extra ?? [])
    let opened = try proof.verify(entry: entry.bytes, log: logKey)
    try expect(entry.subject == id, "the receipt is of another message")
    say("leaf \(proof.index) of \(opened.checkpoint.size), signed by \(logKey.name): it holds")
  }

  private func refuseStrangers(_ id: String, _ envelope: [UInt8]) async throws {
    tell(
      4, "Two who should not: CAMHS tries to open it, another school to send in this one's name.")
    let camhs = try PartyClient(try folder.profile(of: try party("urn:gatehouse:850:ods-rw1")))
    let other = try PartyClient(try folder.profile(of: try party("urn:gatehouse:851:4551")))
    defer {
      Task {
        try? await camhs.close()
        try? await other.close()
      }
    }
    let opened = try await camhs.call("GET", "/v1/inbox/\(id)")
    try expect(opened.status == 404, "a stranger opened the message")
    say("\(opened.status) \(code(opened))")
    let forged = try await other.send(envelope, format: .xml)
    try expect(forged.status == 403, "a stranger sent in another's name")
    say("\(forged.status) \(code(forged))")
  }

  /// The delivered copy is valid, unless a sensitive address was taken out of it: then it may lack
  /// what its schema requires.
  private func checkDelivered(
    _ bytes: [UInt8], _ read: ReadEnvelope, _ receipt: JSONNode
  ) throws {
    let obligations = receipt["decision"]?["obligations"].map { Array($0.elements) } ?? []
    if obligations.contains(where: { $0["kind"]?.string == Obligation.maskKind }) {
      return say("\(bytes.count) bytes of JSON, without what tells where the child lives")
    }
    let schemas = try SchemaSet(
      files: try SchemaFolder(folder.schemas).files, compiling: .whenNeeded)
    _ = try schemas.validate(read)
    say("\(bytes.count) bytes of JSON, valid against its JSON Schema")
  }

  /// The first valid XML example of a medical referral, with an id of its own.
  private func freshReferral() throws -> [UInt8] {
    let examples = folder.schemas + "/messages/medical-referral/v1/examples"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: examples)) ?? []
    guard let name = names.sorted().first(where: { $0.hasSuffix(".valid.xml") }),
      let data = FileManager.default.contents(atPath: examples + "/" + name)
    else { throw CommandFailure(.error, "no example of a medical referral in \(examples)") }
    var envelope = try EnvelopeReader.read(Array(data), format: .xml).envelope
    let now = folder.surroundings.now()
    envelope.id = "sandbox-\(folder.surroundings.messageID(at: now))"
    envelope.time = now.description
    return EnvelopeWriter.write(envelope, as: .xml)
  }

  private func end(after seconds: Double) {
    let time = String(format: "%.1f", seconds)
    Terminal.say("")
    Terminal.say(Terminal.styled("Exchanged and proved in \(time) s.", .green))
    guard !once else { return }
    Terminal.say(
      """

      The sandbox stays up at \(api) until ^C. Every party's certificate, key and profile lie in
      \(folder.path)/parties. Try, in another terminal:

        gatehouse message send --profile \(folder.path)/parties/4321/client.json \\
          \(folder.schemas)/messages/medical-referral/v1/examples/*.valid.json
        gatehouse inbox list --profile \(folder.path)/parties/iss/client.json

      Sandbox: no real data, please.
      """)
  }

  private func party(_ urn: String) throws -> SandboxParty {
    guard let party = SandboxParty.all.first(where: { $0.urn == urn }) else {
      throw CommandFailure(.error, "no sandbox party \(urn)")
    }
    return party
  }

  private func code(_ answer: ClientAnswer) -> String {
    (try? JSONDocument.parse(answer.bytes).root["code"]?.string) ?? ""
  }

  private func expect(_ holds: Bool, _ otherwise: String) throws {
    guard holds else { throw CommandFailure(.error, otherwise) }
  }

  private func tell(_ step: Int, _ text: String) {
    Terminal.say("")
    Terminal.say(Terminal.styled("\(step). ", .blue) + Terminal.styled(text, .bold))
  }

  private func say(_ text: String) { Terminal.say("   " + text) }
}
