// Rows of a CSV file (RFC 4180), fed in pieces of any size. Bounded: a row, a field or a header
// beyond its limit is a fault that names the line. Never guesses another separator.

/// Reads rows as they come.
package struct CSVRows {
  package static let fieldBytes = 4096
  package static let columns = 256

  private var row: [UInt8] = []
  private var ends: [Int] = []
  private var isQuoted = false
  private var wasQuote = false
  private var isAfterReturn = false
  private var isFirst = true
  private var line = 1
  private var startLine = 1

  package init() {}

  /// Takes bytes and calls for each whole row. Throws `TraceFault`, or what `body` throws.
  package mutating func feed(
    _ bytes: UnsafeRawBufferPointer, _ body: (_ fields: [String], _ line: Int) throws -> Void
  ) throws {
    for byte in bytes {
      if isQuoted {
        if byte == UInt8(ascii: "\"") {
          isQuoted = false
          wasQuote = true
        } else {
          if byte == 0x0A { line += 1 }
          try put(byte)
        }
        continue
      }
      switch byte {
      case UInt8(ascii: "\""):
        if wasQuote {
          try put(byte)
          isQuoted = true
        } else if row.count == (ends.last ?? 0) {
          isQuoted = true
        } else {
          try put(byte)
        }
        wasQuote = false
      case UInt8(ascii: ","):
        wasQuote = false
        try endField()
      case 0x0D:
        wasQuote = false
        try endRow(body)
        isAfterReturn = true
        line += 1
        startLine = line
        continue
      case 0x0A:
        wasQuote = false
        if !isAfterReturn {
          try endRow(body)
          line += 1
          startLine = line
        }
      default:
        wasQuote = false
        try put(byte)
      }
      isAfterReturn = false
    }
  }

  /// Takes the last row, if the file did not end with a line's end.
  package mutating func finish(
    _ body: (_ fields: [String], _ line: Int) throws -> Void
  ) throws {
    guard !isQuoted else {
      throw TraceFault("line \(startLine): a quoted field is not closed; add the closing quote")
    }
    try endRow(body)
  }

  private mutating func put(_ byte: UInt8) throws {
    row.append(byte)
    guard row.count - (ends.last ?? 0) <= Self.fieldBytes else {
      throw TraceFault(
        "line \(startLine): a field is longer than \(Self.fieldBytes) bytes; is a quote missing?")
    }
  }

  private mutating func endField() throws {
    ends.append(row.count)
    guard ends.count <= Self.columns else {
      throw TraceFault("line \(startLine): more than \(Self.columns) columns")
    }
  }

  private mutating func endRow(
    _ body: (_ fields: [String], _ line: Int) throws -> Void
  ) throws {
    defer {
      row.removeAll(keepingCapacity: true)
      ends.removeAll(keepingCapacity: true)
      isFirst = false
    }
    if row.isEmpty, ends.isEmpty { return }
    try endField()
    var fields: [String] = []
    fields.reserveCapacity(ends.count)
    var start = isFirst && row.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    for end in ends {
      fields.append(String(decoding: row[min(start, end)..<end], as: UTF8.self))
      start = end
    }
    try body(fields, startLine)
  }
}
