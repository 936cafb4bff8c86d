// The strict XML parser: received bytes to flat records, in one pass and in linear time.
// Never resolves an entity, never opens anything, never takes another encoding than UTF-8.
import ExchangeModel

/// The state of one parse. Positions are offsets into `bytes`.
///
/// It takes less than XML 1.0 does: no DOCTYPE, so no entities but the predefined five; no
/// processing instructions; no XInclude; Namespaces in XML 1.0 is obeyed throughout.
struct XMLParser {
  /// The whole document, or, when it comes in pieces, the part of it that is still needed.
  var bytes: [UInt8]
  let limits: Limits
  var position = 0
  var nodes: [XMLNode] = []
  var attributes: [XMLAttributeRecord] = []
  var bindings: [XMLBinding] = [
    XMLBinding(prefixStart: 0, prefixLength: 0, namespace: 1, outer: -1)
  ]
  var namespaces = ["", XMLNamespace.xml]
  var namespaceNumbers: [String: Int32] = ["": 0, XMLNamespace.xml: 1]
  /// The elements whose end tag has not come, outermost first.
  var open: [OpenElement] = []
  private var line = 1
  private var lineCountedTo = 0

  struct OpenElement {
    var node: Int
    /// Raw bytes of its own character data so far.
    var textBytes = 0
  }

  static let commentStart = Array("<!--".utf8)
  static let commentEnd = Array("-->".utf8)
  static let cdataStart = Array("<![CDATA[".utf8)
  static let cdataEnd = Array("]]>".utf8)
  static let doctypeStart = Array("<!DOCTYPE".utf8)

  init(bytes: [UInt8], limits: Limits) {
    self.bytes = bytes
    self.limits = limits
  }

  /// Reads the whole document.
  mutating func parse() throws(MalformedDocument) -> XMLStorage {
    guard bytes.count <= min(limits.envelopeBytes, Int(Int32.max)) else {
      throw fault(.tooLarge(bytes: limits.envelopeBytes))
    }
    nodes.reserveCapacity(min(bytes.count / 24 + 1, limits.nodesPerDocument))
    try refuseForeignEncoding()
    try parseDeclaration()
    try parseMisc()
    guard peek() == 0x3C else { throw fault(position < bytes.count ? .notXML : .empty) }
    try parseStartTag()
    while let innermost = open.last {
      try parseText(in: innermost.node)
      try parseMarkup(in: innermost.node)
    }
    try parseMisc()
    guard position == bytes.count else { throw fault(.afterRoot) }
    return XMLStorage(
      bytes: bytes, nodes: nodes, attributes: attributes, bindings: bindings,
      namespaces: namespaces)
  }

  // MARK: Content

  /// What stands at `<`, or the end of the bytes, inside an element.
  mutating func parseMarkup(in node: Int) throws(MalformedDocument) {
    guard peek() == 0x3C else { throw fault(.unfinished) }
    switch peek(1) {
    case 0x2F: try parseEndTag(of: node)
    case 0x21: try parseExclamation(in: node)
    case 0x3F: throw fault(.processingInstruction)
    default:
      nodes[node].isPlain = false
      try parseStartTag()
    }
  }

  private mutating func parseExclamation(in node: Int) throws(MalformedDocument) {
    nodes[node].isPlain = false
    if isAt(Self.commentStart) {
      try skipComment()
    } else if isAt(Self.cdataStart) {
      try parseCDATA(in: node)
    } else {
      throw fault(isAt(Self.doctypeStart) ? .doctype : .markup)
    }
  }

  /// Character data up to the next `<` or the end.
  mutating func parseText(in node: Int) throws(MalformedDocument) {
    let start = position
    var isPlain = true
    var hasText = false
    while position < bytes.count {
      let byte = bytes[position]
      if byte > 0x20, byte < 0x7F, byte != 0x3C, byte != 0x26, byte != 0x5D {
        hasText = true
        position += 1
        continue
      }
      switch byte {
      case 0x20, 0x0A, 0x09: position += 1
      case 0x3C: break
      case 0x0D:
        isPlain = false
        position += 1
      case 0x26:
        isPlain = false
        if !isWhiteSpace(try parseReference()) { hasText = true }
      case 0x5D:
        if isAt(Self.cdataEnd) { throw fault(.cdataEndInText) }
        hasText = true
        position += 1
      default:
        try skipScalar()
        hasText = true
      }
      if byte == 0x3C { break }
    }
    if !isPlain { nodes[node].isPlain = false }
    if hasText { nodes[node].hasText = true }
    try countText(position - start)
  }

  /// A CDATA section: plain characters up to `]]>`.
  private mutating func parseCDATA(in node: Int) throws(MalformedDocument) {
    position += Self.cdataStart.count
    let start = position
    while !isAt(Self.cdataEnd) {
      guard position < bytes.count else { throw fault(.unfinished) }
      if !XMLCharacters.isSpace(bytes[position]) { nodes[node].hasText = true }
      try skipScalar()
    }
    try countText(position - start)
    position += Self.cdataEnd.count
  }

  private mutating func countText(_ count: Int) throws(MalformedDocument) {
    guard count > 0, let last = open.indices.last else { return }
    open[last].textBytes += count
    if open[last].textBytes > limits.textBytes {
      throw fault(.textTooLong(bytes: limits.textBytes))
    }
  }

  /// Comments and white space outside the root element.
  mutating func parseMisc() throws(MalformedDocument) {
    while true {
      skipSpace()
      guard peek() == 0x3C else { return }
      if isAt(Self.commentStart) {
        try skipComment()
      } else if isAt(Self.doctypeStart) {
        throw fault(.doctype)
      } else if peek(1) == 0x3F {
        throw fault(.processingInstruction)
      } else if peek(1) == 0x21 {
        throw fault(.markup)
      } else {
        return
      }
    }
  }

  mutating func skipComment() throws(MalformedDocument) {
    let start = position
    position += Self.commentStart.count
    while true {
      guard position < bytes.count else {
        position = start
        throw fault(.unfinished)
      }
      if peek() == 0x2D, peek(1) == 0x2D {
        guard peek(2) == 0x3E else { throw fault(.commentDashes) }
        position += 3
        return
      }
      try skipScalar()
    }
  }

  // MARK: Bytes

  /// The byte so far ahead; 0, which no document may contain, beyond the end.
  func peek(_ ahead: Int = 0) -> UInt8 {
    position + ahead < bytes.count ? bytes[position + ahead] : 0
  }

  func isAt(_ text: [UInt8]) -> Bool {
    guard text.count <= bytes.count - position else { return false }
    for index in text.indices where bytes[position + index] != text[index] { return false }
    return true
  }

  mutating func skipSpace() {
    while position < bytes.count, XMLCharacters.isSpace(bytes[position]) { position += 1 }
  }

  /// Moves over one character; it must be UTF-8 and legal.
  mutating func skipScalar() throws(MalformedDocument) {
    guard let (scalar, length) = XMLCharacters.scalar(in: bytes, at: position) else {
      throw fault(.notUTF8)
    }
    guard XMLCharacters.isLegal(scalar) else { throw fault(.illegalCharacter) }
    position += length
  }

  /// Moves over a reference and answers with its character.
  mutating func parseReference() throws(MalformedDocument) -> UInt32 {
    guard let (scalar, length) = XMLTextDecoder.reference(bytes[position...]) else {
      throw fault(peek(1) == 0x23 ? .characterReference : .entity)
    }
    position += length
    return scalar
  }

  private func isWhiteSpace(_ scalar: UInt32) -> Bool {
    scalar == 0x20 || scalar == 0x0A || scalar == 0x09 || scalar == 0x0D
  }

  /// Forgets the bytes from an offset to the current position, which moves there. Only what no
  /// record kept points to may be forgotten.
  mutating func forget(from offset: Int) {
    _ = currentLine()
    bytes.removeSubrange(offset..<position)
    position = offset
    lineCountedTo = offset
  }

  /// The line of the current position, from 1. Counts each line end once over the whole parse.
  mutating func currentLine() -> Int {
    if lineCountedTo < position {
      for byte in bytes[lineCountedTo..<position] where byte == 0x0A { line += 1 }
      lineCountedTo = position
    }
    return line
  }
}
