// A mailbox's inbox: list, count, retrieve, acknowledge. The same inbox that the JSON API shows, by
// the same verbs of the store, so the same decision stands before each. Never hands out a message
// that was acknowledged.

import ExchangeModel
import Storage
import Validation

extension MeshDoor {
  /// Ids of a page when the client names no number, and the bounds of what it may name.
  private static let pageDefault = 500
  private static let pageBounds = 10...5000

  func list(_ request: HTTPRequest, _ version: MeshVersion) async throws -> HTTPResponse {
    let caller = try caller(request)
    let limit = try request.meshNumber("max_results", Self.pageDefault, in: Self.pageBounds)
    let filterText = try request.query("workflow_filter")
    if let filterText, !(2...255).contains(filterText.utf8.count) {
      throw MeshRefusal.field("workflow_filter", "Give 2 to 255 characters")
    }
    let filter = filterText.flatMap { WorkflowFilter($0) }
    var after: MessageID?
    if let cursor = try request.query("continue_from") {
      guard let id = try await messageID(cursor: cursor) else {
        throw MeshRefusal.field("continue_from", "Give what an earlier page gave")
      }
      after = id
    }
    let spki = try request.spki()
    let page: InboxPage
    do {
      page = try await store.inbox(of: spki, after: after, limit: limit, wait: .zero)
    } catch let refusal as Refusal where refusal.code == .badParameter {
      throw MeshRefusal.field("continue_from", "Give what an earlier page gave")
    }
    let names = try await store.names(of: page.messages.map(\.messageID))
    var shown = names
    if let filter {
      let listed = try await listed(page.messages, names)
      shown = zip(names, listed).filter { filter.lets($1.workflow) }.map { $0.0 }
    }
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("messages")
    writer.beginArray()
    for name in shown { writer.string(name.meshID) }
    writer.endArray()
    if version == .v2 {
      let isAll = after == nil && !page.hasMore
      writer.member(
        "approx_inbox_count", Int64(isAll ? page.messages.count : try await inboxCount(spki)))
      var items: [String] = []
      if limit != Self.pageDefault { items.append("max_results=\(limit)") }
      if let filterText { items.append("workflow_filter=\(Self.escaped(filterText))") }
      Self.writeLinks(
        &writer, "\(Self.base)/\(caller.mailbox.id)/inbox", items,
        next: page.hasMore ? page.messages.last?.messageID.text : nil)
    }
    writer.endObject()
    return .json(
      writer.bytes, mediaType: version.mediaType, fields: ["Cache-Control": "no-store"])
  }

  func count(_ request: HTTPRequest, _ version: MeshVersion) async throws -> HTTPResponse {
    _ = try caller(request)
    let count = try await inboxCount(try request.spki())
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("count", Int64(count))
    if version == .v1 {
      writer.member("internalID", request.id.description)
      writer.key("allResultsIncluded")
      writer.bool(count < Self.pageBounds.upperBound)
    }
    writer.endObject()
    return .json(writer.bytes, fields: ["Cache-Control": "no-store"])
  }

  func acknowledge(_ request: HTTPRequest, _ version: MeshVersion) async throws -> HTTPResponse {
    _ = try caller(request)
    let meshID = request.parameter("meshId").uppercased()
    guard let id = try await store.messageID(named: meshID) else { throw MeshRefusal.noMessage }
    do {
      _ = try await store.acknowledge(
        id, by: try request.spki(),
        Acknowledgement(outcome: .taken, reason: nil, detail: nil))
    } catch let refusal as Refusal where refusal.code == .alreadyAcknowledged {
      // A second one changes nothing, and is no error here.
    } catch let refusal as Refusal where refusal.code == .notFound {
      throw MeshRefusal.noMessage
    }
    guard version == .v1 else { return .empty(200) }
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("messageId", meshID)
    writer.endObject()
    return .json(writer.bytes)
  }

  // MARK: Pages

  /// What this door says of each message: of a report, what it says of the message it is about.
  func listed(_ messages: [MessageSummary], _ names: [MeshName]) async throws -> [MeshListed] {
    let reports = messages.filter { $0.type.utf8.elementsEqual(MeshReport.type.utf8) }
    let reported = try await store.reported(reports).filter {
      MeshReport.states.contains($0.value.state)
    }
    let about = Array(Set(reported.values.map(\.messageID)))
    let aboutNames = Dictionary(
      zip(about, try await store.names(of: about))
    ) { first, _ in first }
    return zip(messages, names).map { message, name in
      guard let report = reported[message.messageID] else {
        return MeshListed(type: message.type, id: message.id, name: name, table: table)
      }
      let aboutName = aboutNames[report.messageID] ?? MeshName(report.messageID)
      return MeshListed(
        type: report.type, id: report.id, name: aboutName, table: table,
        report: MeshReport.code(state: report.state, reason: report.reason))
    }
  }

  /// Messages in the caller's inbox; counted no further than the largest page.
  private func inboxCount(_ spki: String) async throws -> Int {
    try await store.inbox(
      of: spki, after: nil, limit: Self.pageBounds.upperBound, wait: .zero
    ).messages.count
  }

  /// A cursor is the gateway's own id of the last message; in v1 it is that message's id here.
  func messageID(cursor: String) async throws -> MessageID? {
    if let id = MessageID(cursor) { return id }
    return try await store.messageID(named: cursor.uppercased())
  }

  /// `links` of a page: itself, and the next where there is one.
  static func writeLinks(
    _ writer: inout JSONWriter, _ path: String, _ items: [String], next: String?
  ) {
    func link(_ items: [String]) -> String {
      items.isEmpty ? path : path + "?" + items.joined(separator: "&")
    }
    writer.key("links")
    writer.beginObject()
    writer.member("self", link(items))
    if let next { writer.member("next", link(items + ["continue_from=\(next)"])) }
    writer.endObject()
  }

  /// Percent-encoded, all but the unreserved characters (RFC 3986, section 2.3).
  static func escaped(_ text: String) -> String {
    text.utf8.map { byte in
      let isPlain =
        (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20)
        || [0x2D, 0x2E, 0x5F, 0x7E].contains(byte)
      if isPlain { return String(UnicodeScalar(byte)) }
      return "%" + Hex.text([byte]).uppercased()
    }
    .joined()
  }
}

/// `W`, `W*`, `*W*`, each with `!` before it for all others.
struct WorkflowFilter: Sendable, Equatable {
  private enum Match: Equatable { case whole, start, part }

  private let isNot: Bool
  private let match: Match
  private let text: [UInt8]

  /// Nil for a text that filters nothing.
  init?(_ filter: String) {
    var text = Array(filter.trimmedSpaces.utf8)
    guard !text.isEmpty else { return nil }
    isNot = text.first == 0x21
    if isNot { text.removeFirst() }
    let startsOpen = text.first == 0x2A
    if startsOpen { text.removeFirst() }
    let endsOpen = text.last == 0x2A
    if endsOpen { text.removeLast() }
    match = startsOpen ? .part : endsOpen ? .start : .whole
    self.text = text
  }

  func lets(_ workflow: String) -> Bool {
    let bytes = Array(workflow.utf8)
    let matches =
      switch match {
      case .whole: bytes == text
      case .start: bytes.starts(with: text)
      case .part: text.isEmpty || bytes.indices.contains { bytes[$0...].starts(with: text) }
      }
    return matches != isNot
  }
}

extension HTTPRequest {
  /// A whole number in the query, told in the words of MESH when it is none.
  func meshNumber(
    _ name: String, _ value: Int, in range: ClosedRange<Int>
  ) throws -> Int {
    guard let text = try query(name) else { return value }
    guard let number = Int(text), range.contains(number) else {
      throw MeshRefusal.field(
        name, "Give a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }
}
