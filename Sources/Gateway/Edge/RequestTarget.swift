// The request target (RFC 9112, section 3.2) read into path segments and a query. Pure: no I/O.
// Refuses what two programs could read differently: traversal, empty segments, encoded slashes.

/// A request target in origin form, or the path of one in absolute form.
struct RequestTarget: Sendable, Equatable {
  let path: String
  let segments: [String]
  let rawQuery: String
  /// The authority of an absolute-form target; nil in origin form.
  let authority: String?

  /// Reads a target. Nil when it is malformed, in authority or asterisk form, or has more than
  /// `maximumSegments` segments.
  init?(_ uri: String, maximumSegments: Int) {
    var rest = uri[...].utf8
    if rest.first == UInt8(ascii: "/") {
      authority = nil
    } else {
      guard let scheme = ["https://", "http://"].first(where: { rest.starts(with: $0.utf8) })
      else { return nil }
      rest = rest.dropFirst(scheme.utf8.count)
      let end = rest.firstIndex { $0 == 0x2F || $0 == 0x3F } ?? rest.endIndex
      authority = String(Substring(rest[..<end]))
      rest = rest[end...]
      if rest.isEmpty { rest = "/"[...].utf8 }
    }
    guard rest.first == UInt8(ascii: "/") else { return nil }
    let mark = rest.firstIndex(of: 0x3F)
    let pathBytes = rest[..<(mark ?? rest.endIndex)]
    guard let segments = Self.segments(pathBytes, maximum: maximumSegments) else { return nil }
    self.segments = segments
    path = String(Substring(pathBytes))
    if let mark {
      let query = rest[rest.index(after: mark)...]
      guard Self.isQuery(query) else { return nil }
      rawQuery = String(Substring(query))
    } else {
      rawQuery = ""
    }
  }

  private static func segments(_ path: Substring.UTF8View, maximum: Int) -> [String]? {
    var segments: [String] = []
    var start = path.index(after: path.startIndex)
    if start == path.endIndex { return [] }
    segments.reserveCapacity(6)
    var index = start
    var isEncoded = false
    while true {
      let isEnd = index == path.endIndex
      if isEnd || path[index] == 0x2F {
        guard segments.count < maximum,
          let segment = segment(path[start..<index], isEncoded: isEncoded)
        else { return nil }
        segments.append(segment)
        if isEnd { return segments }
        start = path.index(after: index)
        isEncoded = false
      } else if path[index] == 0x25 {
        isEncoded = true
      } else if !isPathByte(path[index]) {
        return nil
      }
      index = path.index(after: index)
    }
  }

  private static func segment(_ raw: Substring.UTF8View, isEncoded: Bool) -> String? {
    if isEncoded { return PercentDecoding.pathSegment(raw) }
    guard let first = raw.first else { return nil }
    if first == 0x2E, raw.count == 1 || (raw.count == 2 && raw.last == 0x2E) { return nil }
    return String(Substring(raw))
  }

  /// `pchar` of RFC 3986, section 3.3, without the percent sign.
  private static func isPathByte(_ byte: UInt8) -> Bool {
    byte < 128 && pathBytes[Int(byte)]
  }

  private static func isQuery(_ query: Substring.UTF8View) -> Bool {
    var hexDigitsDue = 0
    for byte in query {
      if hexDigitsDue > 0 {
        guard PercentDecoding.digit(byte) != nil else { return false }
        hexDigitsDue -= 1
      } else if byte == 0x25 {
        hexDigitsDue = 2
      } else if !isPathByte(byte) && byte != 0x2F && byte != 0x3F {
        return false
      }
    }
    return hexDigitsDue == 0
  }

  private static let pathBytes: [Bool] = {
    var table = [Bool](repeating: false, count: 128)
    let letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
    for byte in (letters + "-._~!$&'()*+,;=:@").utf8 { table[Int(byte)] = true }
    return table
  }()
}
