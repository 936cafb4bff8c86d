// An answer as a value. Never written by a handler itself: the connection adds the framing fields
// (Content-Length or Transfer-Encoding, Connection, Date, X-Request-Id), so do not set those.

/// The answer to a request.
package struct HTTPResponse: Sendable {
  package var status: Int
  package var fields: HTTPFields
  package var body: ResponseBody

  package init(status: Int, fields: HTTPFields = [:], body: ResponseBody = .none) {
    self.status = status
    self.fields = fields
    self.body = body
  }

  /// JSON bytes as `application/json`, or as the media type given.
  package static func json(
    _ bytes: [UInt8], status: Int = 200, mediaType: String = "application/json",
    fields: HTTPFields = [:]
  ) -> HTTPResponse {
    var fields = fields
    fields["Content-Type"] = mediaType
    return HTTPResponse(status: status, fields: fields, body: .bytes(bytes))
  }

  /// UTF-8 text.
  package static func text(
    _ text: String, status: Int = 200, mediaType: String = "text/plain; charset=utf-8"
  ) -> HTTPResponse {
    HTTPResponse(
      status: status, fields: ["Content-Type": mediaType], body: .bytes(Array(text.utf8)))
  }

  /// No body.
  package static func empty(_ status: Int, fields: HTTPFields = [:]) -> HTTPResponse {
    HTTPResponse(status: status, fields: fields)
  }

  /// The same with more fields, which replace those of their names.
  func with(_ more: [(String, String)]) -> HTTPResponse {
    guard !more.isEmpty else { return self }
    var copy = self
    for (name, value) in more { copy.fields[name] = value }
    return copy
  }
}

/// The body of an answer.
package enum ResponseBody: Sendable {
  /// Writes a body piece by piece. Runs in the request's task; each `write` waits until the peer
  /// has taken what went before.
  package typealias Producer = @Sendable (ResponseWriter) async throws -> Void

  case none
  case bytes([UInt8])
  /// `length` in bytes when known (a producer that writes another number breaks the connection);
  /// nil sends chunks.
  case stream(length: Int?, Producer)

  /// A body of pieces made by a sequence.
  package static func chunks<Chunks: AsyncSequence & Sendable>(
    length: Int?, _ chunks: Chunks
  ) -> ResponseBody where Chunks.Element == [UInt8] {
    .stream(length: length) { writer in
      for try await chunk in chunks { try await writer.write(chunk) }
    }
  }
}

/// Header fields in order; names compare without case.
package struct HTTPFields: Sendable, ExpressibleByDictionaryLiteral {
  package private(set) var items: [(name: String, value: String)]

  package init(dictionaryLiteral elements: (String, String)...) {
    items = elements.map { (name: $0.0, value: $0.1) }
  }

  /// The first value of a name; setting replaces all of them, nil removes.
  package subscript(_ name: String) -> String? {
    get { items.first { Self.same($0.name, name) }?.value }
    set {
      items.removeAll { Self.same($0.name, name) }
      if let newValue { items.append((name, newValue)) }
    }
  }

  /// Adds a field beside those of the same name.
  package mutating func add(_ name: String, _ value: String) { items.append((name, value)) }

  private static func same(_ left: String, _ right: String) -> Bool {
    left.utf8.elementsEqual(right.utf8) { $0 == $1 || lower($0) == lower($1) }
  }

  private static func lower(_ byte: UInt8) -> UInt8 {
    (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
  }
}
