// The sender's calls: send a message, see what became of it, fetch its receipt.

import ExchangeModel
import MessageLog
import Storage
import Validation

struct MessageRoutes: Sendable {
  let admission: Admission
  let store: Store
  let publisher: LogPublisher
  let limits: Limits
  private let decisions = DecisionTexts()

  /// Bytes of the longest message that is read and checked on its connection's event loop, which
  /// saves two changes of thread. A longer one would hold up the loop's other connections.
  private static let longestOnLoop = 16 << 10

  init(admission: Admission, store: Store, publisher: LogPublisher, limits: Limits) {
    self.admission = admission
    self.store = store
    self.publisher = publisher
    self.limits = limits
  }

  var routes: [Route] {
    [
      .onLoop(
        .post, "/v1/messages", body: .buffered(limit: limits.envelopeBytes), handler: send),
      Route(.get, "/v1/messages/{messageId}", handler: status),
      Route(.get, "/v1/messages/{messageId}/receipt", handler: receipt),
    ]
  }

  private func send(_ request: HTTPRequest) async throws -> HTTPResponse {
    guard request.bytes.count > Self.longestOnLoop else { return try await admit(request) }
    return try await withTaskExecutorPreference(globalConcurrentExecutor) {
      try await admit(request)
    }
  }

  private func admit(_ request: HTTPRequest) async throws -> HTTPResponse {
    let sender = SenderProof.certificate(try request.spki())
    guard let format = MediaType.envelopeFormat(request.header("Content-Type")) else {
      throw Refusal(.unsupportedMediaType)
    }
    switch try await admission.admit(request.bytes, format: format, from: sender) {
    case .admitted(let receipt): return answer(receipt, status: 202)
    case .duplicate(let receipt): return answer(receipt, status: 200)
    case .refused(let refusal, let decision):
      return ProblemDetails.response(
        refusal.explained(by: decision, in: format), instance: request.id)
    }
  }

  private func answer(_ receipt: Receipt, status: Int) -> HTTPResponse {
    let decision = decisions.json(of: receipt.decision)
    var writer = JSONWriter(capacity: decision.count + 512)
    writer.write(receipt, decision: decision)
    return .json(
      writer.bytes, status: status, fields: ["Location": "/v1/messages/\(receipt.messageID)"])
  }

  private func status(_ request: HTTPRequest) async throws -> HTTPResponse {
    let id = try request.messageID()
    var writer = JSONWriter()
    writer.write(try await store.status(of: id, for: try request.spki()))
    return .json(writer.bytes, fields: ["Cache-Control": "no-store"])
  }

  private func receipt(_ request: HTTPRequest) async throws -> HTTPResponse {
    let id = try request.messageID()
    let proof = try await publisher.proof(of: id, for: try request.spki())
    return HTTPResponse(
      status: 200, fields: ["Content-Type": "text/plain; charset=utf-8"],
      body: .bytes(proof))
  }
}

extension HTTPRequest {
  /// The message id in the path. Throws `not-found` when it is not one.
  func messageID() throws -> MessageID {
    guard let id = MessageID(parameter("messageId")) else { throw Refusal(.notFound) }
    return id
  }

  /// The fingerprint of the caller's key. Throws `certificate-unknown` without TLS.
  func spki() throws -> String {
    guard let peer else { throw Refusal(.certificateUnknown) }
    return peer.spkiSHA256
  }

  /// A page of a listing, fetched after the cursor `after` of the query, or from the start. A text
  /// that is no cursor, also by the word of whoever fetches, is `bad-parameter`.
  ///
  /// - `listing`: whose `next` the caller should give, as in "an earlier page of this inbox".
  func page<Cursor, Page>(
    of listing: String, cursor: (String) -> Cursor?, fetch: (Cursor?) async throws -> Page
  ) async throws -> Page {
    let refusal = Refusal(
      .badParameter,
      issues: [
        ValidationIssue(
          place: "after", line: nil, rule: "cursor",
          message: "Give the `next` value of an earlier page of \(listing).")
      ])
    var after: Cursor?
    if let text = try query("after") {
      after = cursor(text)
      guard after != nil else { throw refusal }
    }
    do {
      return try await fetch(after)
    } catch let found as Refusal where found.code == .badParameter {
      throw refusal
    }
  }

  /// A whole number in the query, or a default; out of range is `bad-parameter`.
  func integer(_ name: String, default value: Int, in range: ClosedRange<Int>) throws -> Int {
    guard let text = try query(name) else { return value }
    guard let number = Int(text), range.contains(number) else {
      throw Refusal(
        .badParameter,
        issues: [
          ValidationIssue(
            place: name, line: nil, rule: "range",
            message: "Give a whole number from \(range.lowerBound) to \(range.upperBound).")
        ])
    }
    return number
  }
}
