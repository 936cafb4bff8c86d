// A JSON document (RFC 8259) as received, parsed once, strictly, with every limit named.
// Never repairs: a document that two parsers could read differently is refused.
package import ExchangeModel

/// A parsed document. Holds the received bytes; nodes are cursors into them.
package struct JSONDocument: Sendable {
  let storage: JSONStorage

  /// The bytes as received.
  package var bytes: [UInt8] { storage.bytes }

  /// Parses a whole document in one pass. Strict: UTF-8 without a byte order mark, no duplicate
  /// keys, no lone surrogate escapes, nothing after the value, and within the limits.
  package static func parse(
    _ bytes: [UInt8], limits: Limits = Limits()
  ) throws(MalformedDocument) -> JSONDocument {
    let result = bytes.withUnsafeBufferPointer { input in
      JSONParser.tape(of: input, limits: limits)
    }
    switch result {
    case .success(let tape):
      return JSONDocument(storage: JSONStorage(bytes: bytes, tape: tape))
    case .failure(let fault):
      throw MalformedDocument(
        rule: fault.rule.rawValue, line: bytes.line(at: fault.offset),
        message: fault.message(column: bytes.column(at: fault.offset), limits: limits))
    }
  }

  /// The document's one value.
  package var root: JSONNode { JSONNode(storage: storage, index: 0) }
}

extension [UInt8] {
  /// The line, from 1, that the byte at an offset stands in.
  func line(at offset: Int) -> Int { linesBetween(0, offset) + 1 }

  /// Line feeds in a range of offsets, clamped to the array.
  func linesBetween(_ start: Int, _ end: Int) -> Int {
    withUnsafeBufferPointer { buffer in
      var count = 0
      var index = Swift.max(0, start)
      let stop = Swift.min(end, buffer.count)
      while index < stop {
        if buffer[index] == 0x0A { count &+= 1 }
        index &+= 1
      }
      return count
    }
  }

  /// The byte column, from 1, within its line.
  func column(at offset: Int) -> Int {
    let stop = Swift.min(Swift.max(0, offset), count)
    var start = stop
    while start > 0, self[start - 1] != 0x0A { start -= 1 }
    return stop - start + 1
  }
}
