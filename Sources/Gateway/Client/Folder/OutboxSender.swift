// From `outbox` to the gateway: each file is sent once, and ends in `sent` with its receipt or in
// `quarantine` with the reason. Never takes a file away before one of both is on disk.

import ExchangeModel
import Foundation
import Storage
import Validation

/// Sends what waits in the folder's `outbox`.
///
/// A file stands in `outbox` until its receipt is written; sent again after a crash, it is a
/// duplicate and gets the same receipt.
struct OutboxSender {
  /// What one pass came to.
  struct Pass {
    var sent = 0
    var quarantined = 0
    /// Files that stay: unfinished, or the gateway could not take them now.
    var left = 0
    /// Those of them that may still be being written.
    var unfinished = 0
    /// How long to leave the gateway alone, and why; nil when it answered everything.
    var wait: (Duration, String)?
  }

  /// What becomes of one file.
  private enum Fate {
    case sent
    case quarantined
    case left
    case wait(Duration, String)
  }

  let folder: ConnectorFolder
  let client: PartyClient
  let limits: Limits
  /// A file is finished when it has not changed for this long.
  let settle: Duration
  /// How long an envelope waits for an attachment that the case system has not yet written.
  let attachmentPatience: Duration
  /// The time since some start; never goes back.
  let elapsed: @Sendable () -> Duration

  /// When each waiting file was first seen as it is now.
  private var firstSeen: [ConnectorFolder.Waiting: Duration] = [:]
  private var digests: [ConnectorFolder.Waiting: String] = [:]

  init(
    folder: ConnectorFolder, client: PartyClient, limits: Limits, settle: Duration,
    attachmentPatience: Duration, elapsed: @escaping @Sendable () -> Duration
  ) {
    self.folder = folder
    self.client = client
    self.limits = limits
    self.settle = settle
    self.attachmentPatience = attachmentPatience
    self.elapsed = elapsed
  }

  /// Sends every finished file, by name. Stops at the first that the gateway cannot take now:
  /// those after it may be about the same child.
  mutating func pass() async throws -> Pass {
    var pass = Pass()
    let envelopes = try folder.waiting()
    let attachments = try folder.waiting(in: "attachments")
    forget(allBut: Set(envelopes + attachments))
    let usable = attachments.filter { isSettled($0) }
    for (position, file) in envelopes.enumerated() {
      guard isSettled(file) else {
        pass.left += 1
        pass.unfinished += 1
        continue
      }
      switch try await send(file, usable) {
      case .sent: pass.sent += 1
      case .quarantined: pass.quarantined += 1
      case .left: pass.left += 1
      case .wait(let duration, let reason):
        pass.left += envelopes.count - position
        pass.wait = (duration, reason)
        return pass
      }
    }
    return pass
  }

  private mutating func forget(allBut present: Set<ConnectorFolder.Waiting>) {
    firstSeen = firstSeen.filter { present.contains($0.key) }
    digests = digests.filter { present.contains($0.key) }
  }

  /// True once the file has kept its size and time for `settle`.
  private mutating func isSettled(_ file: ConnectorFolder.Waiting) -> Bool {
    age(of: file) >= settle
  }

  private mutating func age(of file: ConnectorFolder.Waiting) -> Duration {
    let now = elapsed()
    let seen = firstSeen[file] ?? now
    firstSeen[file] = seen
    return now - seen
  }

  private mutating func send(
    _ file: ConnectorFolder.Waiting, _ attachments: [ConnectorFolder.Waiting]
  ) async throws -> Fate {
    switch OutboxKind(file.name) {
    case .envelope: break
    case .transfer: return try await sendTransfer(file)
    case .misnamed(let reason): return try quarantine(file, reason)
    }
    guard file.size <= limits.envelopeBytes else {
      return try quarantine(
        file,
        "The file holds more than \(limits.envelopeBytes) bytes. Send large content as "
          + "attachments.")
    }
    let path = folder.file(file.name, in: .outbox)
    guard let bytes = folder.read(path, limit: limits.envelopeBytes) else { return .left }
    guard !bytes.isEmpty else {
      return try quarantine(file, "The file is empty. Write a whole envelope, in JSON or XML.")
    }
    let text = String(decoding: bytes, as: UTF8.self)
    var named: [(file: ConnectorFolder.Waiting, digest: String)] = []
    for attachment in attachments {
      guard let digest = digest(of: attachment), text.contains(digest) else { continue }
      named.append((attachment, digest))
    }
    do {
      for (attachment, digest) in named {
        let answer = try await client.upload(
          file: folder.file("attachments/" + attachment.name, in: .outbox), sha256: digest)
        if answer.status >= 400 { return try fate(of: file, answer) }
      }
      let answer = try await client.send(bytes, format: ContentFormat(lookingAt: bytes))
      guard answer.status == 200 || answer.status == 202 else { return try fate(of: file, answer) }
      try keep(file, receipt: answer.bytes)
    } catch let fault as ClientFault {
      return .wait(.zero, "\(fault)")
    }
    // Another envelope may name them as well: the gateway has them, it needs no second upload.
    for (attachment, digest) in named {
      let from = "attachments/" + attachment.name
      try folder.move(from, to: .sent, mark: digest)
    }
    return .sent
  }

  /// A transfer file goes to where its name says; the receipt has the report of its checks.
  private mutating func sendTransfer(_ file: ConnectorFolder.Waiting) async throws -> Fate {
    let most = OutboxKind.longestTransfer
    guard file.size <= most else {
      return try quarantine(file, "The file holds more than \(most) bytes. Export fewer pupils.")
    }
    let path = folder.file(file.name, in: .outbox)
    guard let bytes = folder.read(path, limit: most) else { return .left }
    do {
      let answer = try await client.handIn(transfer: bytes, named: file.name)
      guard answer.status == 200 || answer.status == 202 else { return try fate(of: file, answer) }
      try keep(file, receipt: answer.bytes)
    } catch let fault as ClientFault {
      return .wait(.zero, "\(fault)")
    }
    return .sent
  }

  private mutating func digest(of file: ConnectorFolder.Waiting) -> String? {
    if let known = digests[file] { return known }
    let digest = FileDigest.sha256(of: folder.file("attachments/" + file.name, in: .outbox))
    digests[file] = digest
    return digest
  }

  /// Writes the receipt, then moves the file beside it.
  private func keep(_ file: ConnectorFolder.Waiting, receipt: [UInt8]) throws {
    let root = try? JSONDocument.parse(receipt).root
    let id = root?["messageId"]?.string.flatMap(MessageID.init)
    guard let id else {
      throw ConnectorFault.folder("the gateway's receipt cannot be read; is it a gateway?")
    }
    let name = folder.freeName(file.name, in: .sent, mark: id.description)
    let receiptName = ConnectorFolder.split(name).stem + ".receipt.json"
    try WholeFile.write(receipt, to: folder.file(receiptName, in: .sent), mode: 0o660)
    // If we crash here the file is sent again, is a duplicate, and gets this receipt again.
    Failpoint.hit(.connectorBeforeSent)
    try folder.move(file.name, to: .sent, mark: id.description)
  }

  /// What a refusal means for the file: final ones end it, others leave it where it is.
  private mutating func fate(
    of file: ConnectorFolder.Waiting, _ answer: ClientAnswer
  ) throws -> Fate {
    let problem = try? JSONDocument.parse(answer.bytes).root
    let code = problem?["code"]?.string.flatMap(RefusalCode.init(rawValue:))
    switch code {
    case .attachmentMissing where age(of: file) < attachmentPatience:
      return .left
    case .certificateUnknown, .certificateRevoked, .certificateExpired, .certificateNotYetValid,
      .partySuspended, .notFound, .methodNotAllowed:
      // About this connector, not about the file.
      return .wait(.seconds(60), problem?["title"]?.string ?? "the gateway refuses this party")
    default: break
    }
    let isRetryable = problem?["retryable"]?.bool ?? (answer.status >= 500)
    guard !isRetryable else {
      let title = problem?["title"]?.string ?? "the gateway answered \(answer.status)"
      return .wait(answer.retryAfter, title)
    }
    return try quarantine(file, ProblemText(answer).text)
  }

  /// Writes the reason, then moves the file beside it.
  private func quarantine(_ file: ConnectorFolder.Waiting, _ reason: String) throws -> Fate {
    let mark = String(file.changed)
    let name = folder.freeName(file.name, in: .quarantine, mark: mark)
    let text = """
      \(reason)

      Nothing of this file was sent on. When it is put right, move it back to outbox.

      """
    try WholeFile.write(
      Array(text.utf8), to: folder.file(name + ".reason.txt", in: .quarantine), mode: 0o660)
    // If we crash here the file is refused again, with this reason again.
    Failpoint.hit(.connectorBeforeQuarantine)
    try folder.move(file.name, to: .quarantine, mark: mark)
    return .quarantined
  }
}
