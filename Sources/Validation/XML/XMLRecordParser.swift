// A document that comes in pieces, handed on record by record in flat memory: the strict parser's
// rules throughout, but no more of the document in memory than one record and one piece.
// Never takes what `XMLDocument.parse` would not take, its bound on the whole size apart.
package import ExchangeModel

/// What a document in pieces has come to.
package enum XMLRecordEvent: Sendable {
  /// An element above the records has begun: the root (depth 0), and below it down to the records.
  case began(XMLElement, depth: Int)
  /// A whole record.
  case record(XMLElement)
  /// An element above the records has ended; its name, and whether it held text of its own.
  case ended(depth: Int, hasText: Bool)
}

/// Reads elements at one depth, one at a time.
///
/// A cursor handed on is good for as long as it is kept; keeping it keeps the piece it came in.
package struct XMLRecordParser {
  private var parser: XMLParser
  private let recordDepth: Int
  /// Bytes that one tag, text, comment or CDATA section may take: what the window may grow to.
  private let mostTokenBytes: Int
  private var phase = Phase.declaration
  /// How long the lists were when an element above the records began.
  private var marks: [Mark] = []

  private enum Phase { case declaration, prolog, content, epilog }

  private struct Mark {
    var attributes: Int
    var bindings: Int
    var namespaces: Int
  }

  /// Records are the elements this deep: 0 is the root. `limits.nodesPerDocument` bounds one
  /// record, `limits.textBytes` one text.
  package init(recordDepth: Int, limits: Limits) {
    parser = XMLParser(bytes: [], limits: limits)
    self.recordDepth = recordDepth
    mostTokenBytes = limits.textBytes + (limits.nameBytes + 8) * limits.attributesPerElement
  }

  /// The next piece. Reads on as far as tokens are whole.
  package mutating func add(
    _ piece: some Collection<UInt8>, _ take: (XMLRecordEvent) -> Void
  ) throws(MalformedDocument) {
    parser.bytes.append(contentsOf: piece)
    try read(isLast: false, take)
  }

  /// There are no more pieces: reads the rest, which must complete the document.
  package mutating func finish(_ take: (XMLRecordEvent) -> Void) throws(MalformedDocument) {
    try read(isLast: true, take)
    guard phase == .epilog, parser.position == parser.bytes.count else {
      throw parser.fault(
        phase == .content ? .unfinished : phase == .epilog ? .afterRoot : .empty)
    }
  }

  private mutating func read(
    isLast: Bool, _ take: (XMLRecordEvent) -> Void
  ) throws(MalformedDocument) {
    if phase == .declaration, try !readDeclaration(isLast: isLast) { return }
    while parser.position < parser.bytes.count {
      if phase != .content { parser.skipSpace() }
      guard parser.position < parser.bytes.count else { break }
      guard isLast || isTokenWhole() else {
        guard parser.bytes.count - parser.position <= mostTokenBytes else {
          throw parser.fault(.textTooLong(bytes: parser.limits.textBytes))
        }
        break
      }
      phase == .content ? try readContent(take) : try readOutside(take)
    }
    forget()
  }

  /// Answers whether the declaration, or its absence, is known.
  private mutating func readDeclaration(isLast: Bool) throws(MalformedDocument) -> Bool {
    let longest = 256
    guard isLast || parser.bytes.count >= longest || parser.bytes.contains(0x3E) else {
      return false
    }
    try parser.refuseForeignEncoding()
    try parser.parseDeclaration()
    phase = .prolog
    return true
  }

  /// A comment before or after the root, or the root's start.
  private mutating func readOutside(
    _ take: (XMLRecordEvent) -> Void
  ) throws(MalformedDocument) {
    if parser.isAt(XMLParser.commentStart) { return try parser.skipComment() }
    try parser.parseMisc()
    guard phase == .prolog else { throw parser.fault(.afterRoot) }
    guard parser.peek() == 0x3C else { throw parser.fault(.notXML) }
    try parser.parseStartTag()
    phase = .content
    began(take)
  }

  private mutating func readContent(
    _ take: (XMLRecordEvent) -> Void
  ) throws(MalformedDocument) {
    guard let innermost = parser.open.last else {
      phase = .epilog
      return
    }
    if parser.peek() != 0x3C { return try parser.parseText(in: innermost.node) }
    let depth = parser.open.count
    let count = parser.nodes.count
    try parser.parseMarkup(in: innermost.node)
    if parser.nodes.count > count, depth <= recordDepth {
      began(take)
    } else if parser.open.count < depth {
      ended(depth: parser.open.count, take)
    }
  }

  /// An element no deeper than a record has begun; it may have ended as well (`<a/>`).
  private mutating func began(_ take: (XMLRecordEvent) -> Void) {
    let index = parser.nodes.count - 1
    let isEmpty = parser.open.last?.node != index
    let depth = parser.open.count - (isEmpty ? 0 : 1)
    guard depth < recordDepth else {
      if isEmpty { record(index, take) }
      return
    }
    take(.began(XMLElement(storage: storage(), index: index), depth: depth))
    if isEmpty {
      take(.ended(depth: depth, hasText: false))
      shorten()
      if parser.open.isEmpty { phase = .epilog }
    } else {
      marks.append(
        Mark(
          attributes: parser.attributes.count, bindings: parser.bindings.count,
          namespaces: parser.namespaces.count))
    }
  }

  /// An element has ended; `depth` is its own.
  private mutating func ended(depth: Int, _ take: (XMLRecordEvent) -> Void) {
    if depth == recordDepth {
      record(depth, take)
    } else if depth < recordDepth {
      let hasText = depth < parser.nodes.count && parser.nodes[depth].hasText
      take(.ended(depth: depth, hasText: hasText))
      if !marks.isEmpty { marks.removeLast() }
      shorten()
      if parser.open.isEmpty { phase = .epilog }
    }
  }

  private mutating func record(_ index: Int, _ take: (XMLRecordEvent) -> Void) {
    take(.record(XMLElement(storage: storage(), index: index)))
    shorten()
  }

  private func storage() -> XMLStorage {
    XMLStorage(
      bytes: parser.bytes, nodes: parser.nodes, attributes: parser.attributes,
      bindings: parser.bindings, namespaces: parser.namespaces)
  }

  /// Keeps of all lists only what belongs to the elements that are still open.
  private mutating func shorten() {
    let mark = marks.last ?? Mark(attributes: 0, bindings: 1, namespaces: 2)
    parser.nodes.removeSubrange(parser.open.count...)
    parser.attributes.removeSubrange(mark.attributes...)
    parser.bindings.removeSubrange(mark.bindings...)
    for name in parser.namespaces[mark.namespaces...] { parser.namespaceNumbers[name] = nil }
    parser.namespaces.removeSubrange(mark.namespaces...)
    // The white space between records is not one text.
    if let last = parser.open.indices.last { parser.open[last].textBytes = 0 }
    if parser.position > Self.forgetAfter { forget() }
  }

  private static let forgetAfter = 256 << 10

  /// Forgets what was read, the start tags of the open elements apart: their names are needed.
  private mutating func forget() {
    guard parser.open.count <= recordDepth else { return }
    let kept = parser.open.last.map { Int(parser.nodes[$0.node].contentStart) } ?? 0
    guard parser.position > kept else { return }
    parser.forget(from: kept)
  }

  /// Whether the tag, text, comment or section at the current position has its end in the window.
  /// Only decides whether to wait: the parser judges what it is.
  private func isTokenWhole() -> Bool {
    let bytes = parser.bytes
    let start = parser.position
    guard bytes[start] == 0x3C else { return has(0x3C, from: start) }
    guard bytes.count - start >= XMLParser.cdataStart.count else { return false }
    if parser.isAt(XMLParser.commentStart) { return has(XMLParser.commentEnd, from: start + 4) }
    if parser.isAt(XMLParser.cdataStart) { return has(XMLParser.cdataEnd, from: start + 9) }
    if bytes[start + 1] == 0x21 || bytes[start + 1] == 0x3F { return true }
    var quote: UInt8 = 0
    for byte in bytes[(start + 1)...] {
      if quote != 0 {
        if byte == quote { quote = 0 }
      } else if byte == 0x3E {
        return true
      } else if byte == 0x22 || byte == 0x27 {
        quote = byte
      }
    }
    return false
  }

  private func has(_ byte: UInt8, from start: Int) -> Bool {
    parser.bytes[start...].contains(byte)
  }

  private func has(_ text: [UInt8], from start: Int) -> Bool {
    let bytes = parser.bytes
    guard bytes.count - start >= text.count else { return false }
    for index in start...(bytes.count - text.count)
    where bytes[index] == text[0] && bytes[index..<(index + text.count)].elementsEqual(text) {
      return true
    }
    return false
  }
}
