// Transfer files: hand one in, see where it is, fetch it; and the lost pupil pool.
// Never takes a pupil off a roll, and never shows of a lost pupil more than the pool may.

import CommonTransfer
import ExchangeModel
import Foundation
import Storage
import Validation

struct TransferRoutes: Sendable {
  let store: Store
  let limits: Limits
  private let intake: TransferIntake
  private let pool: PoolRoutes

  /// Bytes of a file that is read at all: one that is too large is told so by its rule (F01).
  private static let longestFile = 5 << 20

  init(store: Store, admission: Admission, limits: Limits) {
    self.store = store
    self.limits = limits
    intake = TransferIntake(store: store, admission: admission)
    pool = PoolRoutes(store: store, admission: admission, limits: limits)
  }

  var routes: [Route] {
    [
      Route(
        .post, "/v1/transfers", body: .buffered(limit: Self.longestFile), handler: handIn),
      Route(.get, "/v1/transfers", handler: list),
      Route(.get, "/v1/transfers/{messageId}", handler: one),
      Route(.get, "/v1/transfers/{messageId}/file", handler: file),
    ] + pool.routes
  }

  private func handIn(_ request: HTTPRequest) async throws -> HTTPResponse {
    let party = try await request.caller(store)
    let spki = try request.spki()
    let kind = request.header("Content-Type")?.split(separator: ";").first.map { String($0) }
    guard let kind, ["application/xml", "text/xml"].contains(kind.lowercased()) else {
      throw Refusal(.unsupportedMediaType)
    }
    let strips = try request.query("addressSensitive").map { $0.utf8.elementsEqual("true".utf8) }
    let name = FileNameField.read(request.header("Content-Disposition")) ?? ""
    let bytes = request.bytes
    let outcome: TransferIntake.Outcome
    do {
      outcome = try await withTaskExecutorPreference(globalConcurrentExecutor) {
        try await intake.hand(
          in: bytes, named: name, by: spki, from: party, stripsAddresses: strips ?? false)
      }
    } catch let refusal as Refusal where refusal.code == .payloadInvalid {
      // A file that never became a message is a refusal on record all the same.
      throw try await store.recordRefusal(
        refusal, spkiSHA256: spki, type: "gatehouse.common-transfer-file.v1")
    }
    switch outcome.admitted {
    case .admitted(let receipt): return answer(receipt, outcome, name, status: 202)
    case .duplicate(let receipt): return answer(receipt, outcome, name, status: 200)
    case .refused(let refusal, let decision):
      return ProblemDetails.response(
        refusal.explained(by: decision, in: .json), instance: request.id)
    }
  }

  private func answer(
    _ receipt: Receipt, _ outcome: TransferIntake.Outcome, _ name: String, status: Int
  ) -> HTTPResponse {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("messageId", receipt.messageID.text)
    writer.member("admittedAt", receipt.admittedAt.description)
    writer.member("recipient", outcome.recipient.text)
    writer.member("way", outcome.way.rawValue)
    writer.member("receipt", "/v1/messages/\(receipt.messageID)/receipt")
    writer.key("report")
    writer.raw(outcome.report.json(file: name))
    writer.endObject()
    return .json(
      writer.bytes, status: status, fields: ["Location": "/v1/transfers/\(receipt.messageID)"])
  }

  private func list(_ request: HTTPRequest) async throws -> HTTPResponse {
    let limit = try request.integer("limit", default: 100, in: 1...500)
    let side = try request.query("side") ?? "received"
    guard ["sent", "received"].contains(side) else {
      throw Refusal(
        .badParameter,
        issues: [
          ValidationIssue(
            place: "side", line: nil, rule: "enum", message: "Give one of: sent, received.")
        ])
    }
    let page = try await request.page(of: "this listing", cursor: MessageID.init) { after in
      try await store.transfers(
        of: try request.spki(), sent: side.utf8.elementsEqual("sent".utf8), after: after,
        limit: limit)
    }
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("transfers")
    writer.beginArray()
    for transfer in page.transfers { writer.write(transfer) }
    writer.endArray()
    writer.key("next")
    if let next = page.next { writer.string(next.text) } else { writer.null() }
    writer.endObject()
    return .json(writer.bytes, fields: ["Cache-Control": "no-store"])
  }

  private func one(_ request: HTTPRequest) async throws -> HTTPResponse {
    let transfer = try await store.transfer(try request.messageID(), for: try request.spki())
    var writer = JSONWriter()
    writer.write(transfer)
    return .json(writer.bytes, fields: ["Cache-Control": "no-store"])
  }

  /// The file under its name. Fetching it is in the log.
  private func file(_ request: HTTPRequest) async throws -> HTTPResponse {
    let transfer = try await store.transfer(try request.messageID(), for: try request.spki())
    let stored = try await store.openAttachment(transfer.file.sha256, by: try request.spki())
    let bytes = try await withCheckedThrowingContinuation {
      (done: CheckedContinuation<Data, any Error>) in
      DispatchQueue.global().async {
        done.resume(
          with: Result { try Data(contentsOf: URL(fileURLWithPath: stored.path)) })
      }
    }
    return HTTPResponse(
      status: 200,
      fields: [
        "Content-Type": "application/xml", "Cache-Control": "no-store",
        "ETag": "\"\(stored.sha256)\"",
        "Content-Disposition": "attachment; filename=\"\(transfer.file.fileName)\"",
      ], body: .bytes(Array(bytes)))
  }
}

extension JSONWriter {
  mutating func write(_ transfer: Transfer) {
    beginObject()
    member("messageId", transfer.summary.messageID.text)
    member("type", transfer.summary.type)
    member("source", transfer.summary.source.text)
    member("recipient", transfer.summary.recipient.text)
    member("admittedAt", transfer.summary.admittedAt.description)
    member("fileName", transfer.file.fileName)
    member("version", transfer.file.version)
    member("sha256", transfer.file.sha256)
    member("pupils", transfer.file.pupils)
    member("state", transfer.state.rawValue)
    endObject()
  }
}

/// The file's name in `Content-Disposition` (RFC 6266), the plain form alone.
enum FileNameField {
  /// Nil when there is none. What is read is checked by the grammar of file names later.
  static func read(_ field: String?) -> String? {
    guard let field else { return nil }
    for part in field.split(separator: ";").dropFirst() {
      let trimmed = part.drop { $0 == " " }
      guard trimmed.lowercased().hasPrefix("filename=") else { continue }
      var value = trimmed.dropFirst("filename=".count)[...]
      while value.last == " " { value = value.dropLast() }
      if value.utf8.count >= 2, value.utf8.first == 0x22, value.utf8.last == 0x22 {
        value = value.dropFirst().dropLast()
      }
      return String(value)
    }
    return nil
  }
}
