// Transfer files in the connector's folder: told by their names, sent as what they are, and put
// into `inbox` under the name that the receiver's system looks for.
// Never renames a file on its way out: its name says where it goes.

import CommonTransfer
import ExchangeModel
import Foundation
import Validation

/// What a file's name in `outbox` says it is.
enum OutboxKind {
  /// An envelope, by whatever name.
  case envelope
  /// A transfer file, such as `8504321_CTF_8519901_001.xml`.
  case transfer
  /// A name that wants to be a transfer file's and is not, with what to do about it.
  case misnamed(String)

  init(_ name: String) {
    guard TransferFileName.isClaimed(by: name) else {
      self = .envelope
      return
    }
    switch TransferFileName(name)?.kind {
    case .transfer, .leaver, .joiner: self = .transfer
    case .other: self = .misnamed("Only CTF, CML and CMJ files are sent as transfer files.")
    case nil:
      self = .misnamed(
        "The name of a transfer file is source, kind, destination and a serial of three digits, "
          + "such as 8504321_CTF_8519901_001.xml. Rename it.")
    }
  }

  /// Bytes of a transfer file that are sent at all: one that is too large is told so by its rule.
  static let longestTransfer = 5 << 20
}

extension PartyClient {
  /// Hands a transfer file in under its name.
  func handIn(transfer bytes: [UInt8], named name: String) async throws -> ClientAnswer {
    try await call(
      "POST", "/v1/transfers",
      headers: [
        ("Content-Type", "application/xml"),
        ("Content-Disposition", "attachment; filename=\"\(name)\""),
      ], body: bytes)
  }
}

extension InboxReceiver {
  private static let mark = Array("gatehouse.common-transfer-file.v".utf8)

  /// Puts the file of a transfer beside its envelope, under its own name; under one with the
  /// message's id when another file of that name still lies there.
  func placeTransfer(of id: MessageID, in envelope: [UInt8]) async throws {
    guard Self.contains(Self.mark, in: envelope) else { return }
    let answer = try await client.call("GET", "/v1/transfers/\(id)")
    // Not every message that says the word is one.
    guard answer.status == 200, let root = try? JSONDocument.parse(answer.bytes).root,
      let name = root["fileName"]?.string.flatMap({ TransferFileName($0) }),
      let digest = root["sha256"]?.string,
      digest.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }),
      let bytes = folder.read(
        folder.file("attachments/" + digest, in: .inbox), limit: OutboxKind.longestTransfer)
    else { return }
    let there = folder.read(
      folder.file(name.text, in: .inbox), limit: OutboxKind.longestTransfer)
    // After a crash it is there already.
    if there == bytes { return }
    let free = folder.freeName(name.text, in: .inbox, mark: "\(id)")
    try WholeFile.write(bytes, to: folder.file(free, in: .inbox), mode: 0o660)
  }

  private static func contains(_ text: [UInt8], in bytes: [UInt8]) -> Bool {
    guard bytes.count >= text.count else { return false }
    return (0...(bytes.count - text.count)).contains {
      bytes[$0] == text[0] && bytes[$0..<($0 + text.count)].elementsEqual(text)
    }
  }
}
