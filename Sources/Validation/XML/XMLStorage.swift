// The flat form of a parsed document: records that point into the received bytes.
// Never holds a copy of a text or a value: those are decoded when somebody asks.

/// One element. Positions are offsets into the document's bytes.
struct XMLNode: Sendable {
  /// The whole element, from `<` of its start tag to after `>` of its end tag.
  var start: Int32
  var end: Int32
  /// What stands between the two tags.
  var contentStart: Int32 = 0
  var contentEnd: Int32 = 0
  var name: XMLName
  /// The line of the start tag, from 1.
  var line: Int32
  /// The enclosing element's index, or -1.
  var parent: Int32
  /// The index after the last descendant.
  var subtreeEnd: Int32 = 0
  var firstAttribute: Int32 = 0
  var attributeCount: Int32 = 0
  /// Bindings made before this element's own: an index below it came from an ancestor.
  var firstBinding: Int32 = 0
  /// The innermost binding in scope; -1 when there is none.
  var scope: Int32 = -1
  /// The binding that resolved the element's name; -1 when it has no namespace.
  var binding: Int32 = -1
  /// Some character data of its own that is not white space.
  var hasText = false
  /// The content is one run of plain characters: no child, reference, CDATA, comment or CR.
  var isPlain = true
}

/// Where a qualified name stands.
struct XMLName: Sendable {
  var start: Int32
  /// Bytes before the colon; -1 when there is no colon.
  var prefixLength: Int32
  var localLength: Int32

  var prefixRange: Range<Int> { Int(start)..<Int(start) + max(0, Int(prefixLength)) }
  var localRange: Range<Int> {
    let localStart = Int(start) + Int(prefixLength) + 1
    return localStart..<localStart + Int(localLength)
  }
  var range: Range<Int> { Int(start)..<localRange.upperBound }
  var hasPrefix: Bool { prefixLength >= 0 }
}

/// One attribute that is not a namespace declaration.
struct XMLAttributeRecord: Sendable {
  var name: XMLName
  var valueStart: Int32
  var valueEnd: Int32
  /// The value is what it looks like: no reference, no tab, no line break.
  var isPlain: Bool
  /// The binding that resolved its prefix; -1 when it has no namespace.
  var binding: Int32 = -1

  var valueRange: Range<Int> { Int(valueStart)..<Int(valueEnd) }
}

/// One namespace declaration, linked to those around it.
struct XMLBinding: Sendable {
  /// Where the prefix stands; empty for the default namespace.
  var prefixStart: Int32
  var prefixLength: Int32
  /// An index into `XMLStorage.namespaces`; 0 undeclares the default namespace.
  var namespace: Int32
  /// The binding made before it that is still in scope; -1 when there is none.
  var outer: Int32

  var prefixRange: Range<Int> { Int(prefixStart)..<Int(prefixStart) + Int(prefixLength) }
}

/// A whole document. Immutable, so that cursors may cross threads.
final class XMLStorage: Sendable {
  let bytes: [UInt8]
  /// In document order: an element's descendants follow it, up to `subtreeEnd`.
  let nodes: [XMLNode]
  let attributes: [XMLAttributeRecord]
  /// Number 0 is the predeclared `xml` prefix.
  let bindings: [XMLBinding]
  /// Namespace names, each once. Number 0 is none, number 1 that of `xml`.
  let namespaces: [String]

  init(
    bytes: [UInt8], nodes: [XMLNode], attributes: [XMLAttributeRecord], bindings: [XMLBinding],
    namespaces: [String]
  ) {
    self.bytes = bytes
    self.nodes = nodes
    self.attributes = attributes
    self.bindings = bindings
    self.namespaces = namespaces
  }

  func string(_ range: Range<Int>) -> String {
    String(decoding: bytes[range], as: UTF8.self)
  }

  /// The number of a binding's namespace in `namespaces`; 0 for none.
  func namespaceNumber(ofBinding binding: Int32) -> Int {
    binding < 0 ? 0 : Int(bindings[Int(binding)].namespace)
  }

  /// The namespace name of a binding; empty for none.
  func namespace(ofBinding binding: Int32) -> String {
    namespaces[namespaceNumber(ofBinding: binding)]
  }

  /// The value of an attribute after normalisation (XML 1.0, 3.3.3, for CDATA attributes).
  func value(of attribute: XMLAttributeRecord) -> String {
    if attribute.isPlain { return string(attribute.valueRange) }
    var decoded: [UInt8] = []
    decoded.reserveCapacity(attribute.valueRange.count)
    XMLTextDecoder.appendAttribute(bytes[attribute.valueRange], to: &decoded)
    return String(decoding: decoded, as: UTF8.self)
  }

  /// The character data that an element holds directly, joined and decoded.
  func textBytes(ofNode index: Int) -> [UInt8] {
    let node = nodes[index]
    var position = Int(node.contentStart)
    let end = Int(node.contentEnd)
    if node.isPlain { return Array(bytes[position..<end]) }
    var decoded: [UInt8] = []
    var child = index + 1
    while child < Int(node.subtreeEnd) {
      let record = nodes[child]
      XMLTextDecoder.appendContent(bytes[position..<Int(record.start)], to: &decoded)
      position = Int(record.end)
      child = Int(record.subtreeEnd)
    }
    XMLTextDecoder.appendContent(bytes[position..<end], to: &decoded)
    return decoded
  }
}
