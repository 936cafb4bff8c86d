// The inbox as Server-Sent Events (WHATWG HTML, 9.2): a line for each message as it comes. A second
// form of the listing, under the same decision; content is fetched as ever.
// Never without an end: after a while the stream closes, and the client comes back with the id of
// the last event it saw.

import ExchangeModel
import Storage
import Synchronization
import Validation

/// Streams of inboxes, a bounded number for each party.
final class InboxStreams: Sendable {
  private let store: Store
  private let limits: Limits
  private let counts = Mutex<[String: Int]>([:])

  init(store: Store, limits: Limits) {
    self.store = store
    self.limits = limits
  }

  /// True when a request asks for a stream.
  static func isAsked(_ request: HTTPRequest) -> Bool {
    request.headers("Accept").contains { value in
      value.split(separator: ",").contains { part in
        let type = part.split(separator: ";").first ?? ""
        return type.trimmed.lowercased().utf8.elementsEqual("text/event-stream".utf8)
      }
    }
  }

  /// The stream after `after`. Throws `too-many-requests` above the number that a party may have.
  func response(to spki: String, after: MessageID?, limit: Int) throws -> HTTPResponse {
    let most = limits.eventStreamsPerParty
    let mayOpen = counts.withLock { counts in
      guard counts[spki, default: 0] < most else { return false }
      counts[spki, default: 0] += 1
      return true
    }
    guard mayOpen else { throw Refusal(.tooManyRequests) }
    // Given back when the last who knows of it is gone: also when the peer went away before the
    // stream began.
    let place = Place { [self] in
      counts.withLock { counts in
        counts[spki, default: 1] -= 1
        if counts[spki] == 0 { counts[spki] = nil }
      }
    }
    return HTTPResponse(
      status: 200,
      fields: [
        "Content-Type": "text/event-stream", "Cache-Control": "no-store", "Vary": "Accept",
      ],
      body: .stream(length: nil) { [self] writer in
        try await write(to: writer, spki, after: after, limit: limit)
        withExtendedLifetime(place) {}
      })
  }

  private final class Place: Sendable {
    private let giveBack: @Sendable () -> Void
    init(_ giveBack: @escaping @Sendable () -> Void) { self.giveBack = giveBack }
    deinit { giveBack() }
  }

  private func write(
    to writer: ResponseWriter, _ spki: String, after: MessageID?, limit: Int
  ) async throws {
    let end = ContinuousClock.now + .seconds(limits.eventStreamSeconds)
    var last = after
    try await writer.write(Array("retry: 3000\n\n".utf8))
    while ContinuousClock.now < end, !store.hasEndedLongPolls {
      let page: InboxPage
      do {
        page = try await store.inbox(
          of: spki, after: last, limit: limit, wait: .seconds(limits.heartbeatSeconds))
      } catch is Refusal {
        // Suspended or revoked meanwhile: the next request is told why.
        return
      }
      if page.messages.isEmpty {
        // A comment: proxies and clients see that the line is alive.
        try await writer.write(Array(": \n\n".utf8))
      } else {
        try await writer.write(page.messages.flatMap(Self.event))
        last = page.messages.last?.messageID
      }
    }
  }

  /// One event: the message's line of the listing, under its id.
  static func event(_ message: MessageSummary) -> [UInt8] {
    var writer = JSONWriter()
    writer.write(message)
    return Array("id: \(message.messageID)\nevent: message\ndata: ".utf8) + writer.bytes
      + Array("\n\n".utf8)
  }
}

extension Substring {
  /// Without blanks at its ends.
  fileprivate var trimmed: Substring {
    var text = self
    while text.first == " " || text.first == "\t" { text.removeFirst() }
    while text.last == " " || text.last == "\t" { text.removeLast() }
    return text
  }
}
