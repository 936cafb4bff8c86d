// The parser's second part: the XML declaration, tags, names and attributes.
// Never keeps a tag that breaks Namespaces in XML 1.0.
import ExchangeModel

extension XMLParser {
  // MARK: Before the root

  /// Refuses what is plainly another encoding, by its first bytes (XML 1.0, appendix F).
  mutating func refuseForeignEncoding() throws(MalformedDocument) {
    let first = Array(bytes.prefix(4))
    let marks: [[UInt8]] = [
      [0xEF, 0xBB, 0xBF], [0xFE, 0xFF], [0xFF, 0xFE], [0x00, 0x00], [0x00, 0x3C], [0x3C, 0x00],
      [0x2B, 0x2F, 0x76], [0x4C, 0x6F, 0xA7, 0x94], [0xDD, 0x73, 0x66, 0x73],
    ]
    if marks.contains(where: { first.starts(with: $0) }) { throw fault(.encoding) }
  }

  /// `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>`, which may be absent.
  mutating func parseDeclaration() throws(MalformedDocument) {
    guard isAt(Array("<?xml".utf8)), XMLCharacters.isSpace(peek(5)) else { return }
    position += 5
    var seen: [String] = []
    while true {
      let hadSpace = XMLCharacters.isSpace(peek())
      skipSpace()
      if peek() == 0x3F, peek(1) == 0x3E { break }
      guard hadSpace, let (name, value) = declarationPart() else { throw fault(.declaration) }
      switch name {
      case "version" where seen.isEmpty:
        guard value == "1.0" else { throw fault(.version) }
      case "encoding" where seen == ["version"]:
        guard value.lowercased() == "utf-8" else { throw fault(.encoding) }
      case "standalone" where seen.first == "version" && !seen.contains(name):
        guard value == "yes" || value == "no" else { throw fault(.declaration) }
      default: throw fault(.declaration)
      }
      seen.append(name)
    }
    guard !seen.isEmpty else { throw fault(.declaration) }
    position += 2
  }

  /// One `name="value"` of the declaration; nil when it is none.
  private mutating func declarationPart() -> (name: String, value: String)? {
    let nameStart = position
    while (0x61...0x7A).contains(peek()) { position += 1 }
    let name = String(decoding: bytes[nameStart..<position], as: UTF8.self)
    skipSpace()
    guard peek() == 0x3D else { return nil }
    position += 1
    skipSpace()
    let quote = peek()
    guard quote == 0x22 || quote == 0x27 else { return nil }
    position += 1
    let valueStart = position
    while peek() != quote {
      guard peek() > 0x20, peek() < 0x7F, position - valueStart < 40 else { return nil }
      position += 1
    }
    defer { position += 1 }
    return (name, String(decoding: bytes[valueStart..<position], as: UTF8.self))
  }

  // MARK: Tags

  mutating func parseStartTag() throws(MalformedDocument) {
    guard open.count < limits.documentDepth else {
      throw fault(.tooDeep(levels: limits.documentDepth))
    }
    guard nodes.count < limits.nodesPerDocument else {
      throw fault(.tooManyElements(count: limits.nodesPerDocument))
    }
    let start = position
    let line = currentLine()
    position += 1
    let name = try parseName()
    let parent = open.last?.node ?? -1
    var node = XMLNode(
      start: Int32(start), end: 0, name: name, line: Int32(clamping: line),
      parent: Int32(parent))
    node.firstAttribute = Int32(attributes.count)
    node.firstBinding = Int32(bindings.count)
    node.scope = parent < 0 ? -1 : nodes[parent].scope
    let isEmpty = try parseAttributes(of: &node)
    node.attributeCount = Int32(attributes.count) - node.firstAttribute
    try resolveNames(of: &node)
    node.contentStart = Int32(position)
    node.contentEnd = Int32(position)
    node.end = Int32(position)
    node.subtreeEnd = Int32(nodes.count + 1)
    nodes.append(node)
    if !isEmpty { open.append(OpenElement(node: nodes.count - 1)) }
  }

  mutating func parseEndTag(of node: Int) throws(MalformedDocument) {
    let contentEnd = position
    let name = nodes[node].name.range
    position += 2
    guard bytes.count - position > name.count else { throw fault(.unfinished) }
    for offset in 0..<name.count where bytes[position + offset] != bytes[name.lowerBound + offset] {
      throw fault(.endTag)
    }
    position += name.count
    skipSpace()
    guard peek() == 0x3E else { throw fault(position < bytes.count ? .endTag : .unfinished) }
    position += 1
    nodes[node].contentEnd = Int32(contentEnd)
    nodes[node].end = Int32(position)
    nodes[node].subtreeEnd = Int32(nodes.count)
    open.removeLast()
  }

  /// Attributes up to the end of the start tag. Answers whether the element is empty (`/>`).
  private mutating func parseAttributes(of node: inout XMLNode) throws(MalformedDocument) -> Bool {
    var count = 0
    while true {
      let hadSpace = XMLCharacters.isSpace(peek())
      skipSpace()
      switch peek() {
      case 0x3E:
        position += 1
        return false
      case 0x2F:
        guard peek(1) == 0x3E else { throw fault(.tag) }
        position += 2
        return true
      default:
        guard position < bytes.count else { throw fault(.unfinished) }
        guard hadSpace else { throw fault(.tag) }
        count += 1
        if count > limits.attributesPerElement {
          throw fault(.tooManyAttributes(count: limits.attributesPerElement))
        }
        try parseAttribute(of: &node)
      }
    }
  }

  private mutating func parseAttribute(of node: inout XMLNode) throws(MalformedDocument) {
    let name = try parseName()
    skipSpace()
    guard peek() == 0x3D else { throw fault(.attribute) }
    position += 1
    skipSpace()
    let quote = peek()
    guard quote == 0x22 || quote == 0x27 else { throw fault(.attribute) }
    position += 1
    let start = position
    var isPlain = true
    while position < bytes.count {
      let byte = bytes[position]
      if byte == quote { break }
      if byte > 0x20, byte < 0x7F, byte != 0x3C, byte != 0x26 {
        position += 1
      } else {
        if try !parseSpecial(byte) { isPlain = false }
      }
    }
    guard position < bytes.count else { throw fault(.unfinished) }
    guard position - start <= limits.textBytes else {
      throw fault(.textTooLong(bytes: limits.textBytes))
    }
    let record = XMLAttributeRecord(
      name: name, valueStart: Int32(start), valueEnd: Int32(position), isPlain: isPlain)
    position += 1
    if isNamespaceDeclaration(name) {
      try declareNamespace(record, of: &node)
    } else {
      attributes.append(record)
    }
  }

  /// Moves over a character of an attribute's value that is not plain ASCII. Answers whether it
  /// stands for itself.
  private mutating func parseSpecial(_ byte: UInt8) throws(MalformedDocument) -> Bool {
    switch byte {
    case 0x3C: throw fault(.lessThanInAttribute)
    case 0x26:
      _ = try parseReference()
      return false
    case 0x0A, 0x0D, 0x09:
      position += 1
      return false
    default:
      try skipScalar()
      return true
    }
  }

  /// A qualified name: one or two names without a colon, joined by one.
  private mutating func parseName() throws(MalformedDocument) -> XMLName {
    let start = position
    try parseNamePart()
    var prefixLength = -1
    if peek() == 0x3A {
      prefixLength = position - start
      position += 1
      try parseNamePart()
    }
    let length = position - start
    guard length <= limits.nameBytes else { throw fault(.nameTooLong(bytes: limits.nameBytes)) }
    return XMLName(
      start: Int32(start), prefixLength: Int32(prefixLength),
      localLength: Int32(length - prefixLength - 1))
  }

  private mutating func parseNamePart() throws(MalformedDocument) {
    guard let (first, firstLength) = XMLCharacters.scalar(in: bytes, at: position) else {
      throw fault(position < bytes.count ? .notUTF8 : .unfinished)
    }
    guard XMLCharacters.isNameStart(first) else {
      throw fault(XMLCharacters.isLegal(first) ? .name : .illegalCharacter)
    }
    let start = position
    position += firstLength
    while position < bytes.count {
      let byte = bytes[position]
      if byte < 0x80 {
        guard XMLCharacters.isName(UInt32(byte)) else { return }
        position += 1
      } else {
        guard let (next, length) = XMLCharacters.scalar(in: bytes, at: position) else {
          throw fault(.notUTF8)
        }
        guard XMLCharacters.isName(next) else { throw fault(.name) }
        position += length
      }
      guard position - start <= limits.nameBytes else {
        throw fault(.nameTooLong(bytes: limits.nameBytes))
      }
    }
  }
}
