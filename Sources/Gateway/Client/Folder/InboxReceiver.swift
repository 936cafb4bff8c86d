// From the gateway to `inbox`: each message is written whole, and only then acknowledged.
// Never acknowledges what is not on disk.

import ExchangeModel
import Foundation
import Storage
import Validation

/// Fetches what awaits the party, with its attachments.
///
/// A note in `.gatehouse/unacknowledged` says that a message is in `inbox` and only its
/// acknowledgement is open: after a crash the case system does not get it again, though it may have
/// taken the file away. In the instant between file and note it would get it twice, with one id.
struct InboxReceiver {
  /// What one pass came to.
  struct Pass {
    var received = 0
    /// How long to leave the gateway alone, and why; nil when it answered everything.
    var wait: (Duration, String)?
  }

  let folder: ConnectorFolder
  let client: PartyClient
  let limits: Limits
  let format: ContentFormat

  private var notes: String { folder.file("unacknowledged", in: .notes) }

  /// Takes everything that waits now; with `patience`, waits for the first to come.
  func pass(patience: Int) async throws -> Pass {
    var pass = Pass()
    do {
      for name in (try? FileManager.default.contentsOfDirectory(atPath: notes)) ?? [] {
        if let id = MessageID(name) { try await acknowledge(id) }
      }
      var after: MessageID?
      var wait = patience
      while !Task.isCancelled {
        let start = after.map { "&after=\($0)" } ?? ""
        let page = try await client.call("GET", "/v1/inbox?limit=100&wait=\(wait)" + start)
        try Self.expectAnswer(page)
        wait = 0
        let listed =
          try JSONDocument.parse(page.bytes).root["messages"].map { Array($0.elements) } ?? []
        for message in listed {
          guard let id = message["messageId"]?.string.flatMap(MessageID.init) else { continue }
          after = id
          if try await receive(id) { pass.received += 1 }
        }
        guard !listed.isEmpty else { break }
      }
    } catch let pause as Pause {
      pass.wait = (pause.duration, pause.reason)
    } catch let fault as ClientFault {
      pass.wait = (.zero, "\(fault)")
    } catch is MalformedDocument {
      pass.wait = (.seconds(60), "the gateway's answer cannot be read; is it a gateway?")
    }
    return pass
  }

  /// The gateway wants to be left alone.
  private struct Pause: Error {
    let duration: Duration
    let reason: String
  }

  private static func expectAnswer(_ answer: ClientAnswer) throws {
    guard answer.status >= 400 else { return }
    let pause = answer.isPassing ? answer.retryAfter : .seconds(60)
    throw Pause(duration: pause, reason: ProblemText(answer).text)
  }

  /// True when the message was put into `inbox`. One that is withheld, recalled or gone is left.
  private func receive(_ id: MessageID) async throws -> Bool {
    let answer = try await client.call(
      "GET", "/v1/inbox/\(id)", headers: [("Accept", format.envelopeMediaType)])
    if answer.status >= 400, !answer.isPassing { return false }
    try Self.expectAnswer(answer)
    for digest in Self.digests(in: answer.bytes).prefix(limits.attachmentsPerMessage) {
      try await fetch(digest)
    }
    try await placeTransfer(of: id, in: answer.bytes)
    let name = "\(id).\(format.rawValue)"
    try WholeFile.write(answer.bytes, to: folder.file(name, in: .inbox), mode: 0o660)
    // If we crash here the message is fetched again, under the same name.
    Failpoint.hit(.connectorBeforeNote)
    try WholeFile.write([], to: "\(notes)/\(id)", mode: 0o600)
    // If we crash here the note says what is left to do.
    Failpoint.hit(.connectorBeforeAcknowledgement)
    try await acknowledge(id)
    return true
  }

  private func fetch(_ digest: String) async throws {
    let path = folder.file("attachments/" + digest, in: .inbox)
    guard access(path, F_OK) != 0 else { return }
    let status = try await client.download(
      "/v1/attachments/\(digest)", to: path, sha256: digest, limit: limits.attachmentBytes)
    // A digest that names no attachment of this party is just a value of the content.
    guard ClientAnswer.isPassing(status) else { return }
    throw Pause(duration: .zero, reason: "an attachment could not be fetched (\(status))")
  }

  private func acknowledge(_ id: MessageID) async throws {
    let answer = try await client.call(
      "POST", "/v1/inbox/\(id)/acknowledgement", headers: [("Content-Type", "application/json")],
      body: Array(#"{"outcome":"taken"}"#.utf8))
    // Final refusals end it too: it was acknowledged before, or is no longer to be had.
    if answer.isPassing { try Self.expectAnswer(answer) }
    unlink("\(notes)/\(id)")
  }

  /// Every value that looks as a SHA-256 does, each once: where attachments are named.
  static func digests(in bytes: [UInt8]) -> [String] {
    var found: [String] = []
    var run: [UInt8] = []
    for byte in bytes + [0] {
      if (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte) {
        if run.count <= 64 { run.append(byte) }
        continue
      }
      if run.count == 64 {
        let text = String(decoding: run, as: UTF8.self)
        if !found.contains(text) { found.append(text) }
      }
      run.removeAll(keepingCapacity: true)
    }
    return found
  }
}
