// A parsed XML document and the cursor that walks it.
// Never made but by the strict parser, so holding one proves that the bytes were accepted.
package import ExchangeModel

/// Bytes that the strict parser accepted, with their elements.
package struct XMLDocument: Sendable {
  let storage: XMLStorage

  /// Parses a whole document.
  ///
  /// Taken is XML 1.0 in UTF-8 with namespaces, within `limits`; refused are a byte order mark,
  /// DOCTYPE, processing instructions, entities that are not predefined, and XInclude. Stops at
  /// the first fault, which names its line, its rule and a remedy.
  package static func parse(
    _ bytes: [UInt8], limits: Limits = Limits()
  ) throws(MalformedDocument) -> XMLDocument {
    var parser = XMLParser(bytes: bytes, limits: limits)
    return XMLDocument(storage: try parser.parse())
  }

  /// The bytes as received.
  package var bytes: [UInt8] { storage.bytes }

  /// The first element with an `xsi:schemaLocation` or `xsi:noNamespaceSchemaLocation`; nil when
  /// there is none. We never follow one; a caller may refuse it.
  package var firstSchemaLocation: XMLElement? {
    let found = storage.attributes.firstIndex {
      let name = storage.bytes[$0.name.localRange]
      return $0.binding > 0
        && (name.elementsEqual("schemaLocation".utf8)
          || name.elementsEqual("noNamespaceSchemaLocation".utf8))
        && storage.namespace(ofBinding: $0.binding) == XMLNamespace.schemaInstance
    }
    guard let found else { return nil }
    let owner = storage.nodes.lastIndex { $0.firstAttribute <= found && $0.attributeCount > 0 }
    return owner.map { XMLElement(storage: storage, index: $0) }
  }

  package var root: XMLElement { XMLElement(storage: storage, index: 0) }
}

/// One attribute as written, namespace declarations apart.
package struct XMLAttribute: Sendable, Equatable {
  /// Empty when it has none.
  package let namespace: String
  package let localName: String
  package let value: String
}

/// A cursor on one element. Cheap to copy; texts are decoded when asked for.
package struct XMLElement: Sendable {
  let storage: XMLStorage
  let index: Int

  var node: XMLNode { storage.nodes[index] }

  /// The namespace name; empty when there is none.
  package var namespace: String { storage.namespace(ofBinding: node.binding) }
  package var localName: String { storage.string(node.name.localRange) }
  /// The line of the start tag, from 1.
  package var line: Int { Int(node.line) }
  /// The whole element in the document's bytes.
  package var byteRange: Range<Int> { Int(node.start)..<Int(node.end) }

  /// Whether the element has this name in this namespace, compared byte for byte.
  package func isNamed(_ localName: StaticString, in namespace: String) -> Bool {
    let range = node.name.localRange
    guard range.count == localName.utf8CodeUnitCount else { return false }
    let matches = localName.withUTF8Buffer { storage.bytes[range].elementsEqual($0) }
    return matches && self.namespace.utf8.elementsEqual(namespace.utf8)
  }

  /// Whether an element of the same document has the same namespace. Quicker than comparing
  /// the names.
  func hasSameNamespace(as other: XMLElement) -> Bool {
    storage.namespaceNumber(ofBinding: node.binding)
      == other.storage.namespaceNumber(ofBinding: other.node.binding)
  }

  // MARK: Content

  /// The character data that the element holds directly, joined; CDATA and references resolved.
  package var text: String {
    let node = self.node
    if node.isPlain { return storage.string(Int(node.contentStart)..<Int(node.contentEnd)) }
    return String(decoding: storage.textBytes(ofNode: index), as: UTF8.self)
  }

  /// `text` in UTF-8.
  package var textBytes: [UInt8] { storage.textBytes(ofNode: index) }

  /// Whether it holds character data of its own other than white space.
  package var hasText: Bool { node.hasText }

  package var hasChildren: Bool { Int(node.subtreeEnd) > index + 1 }

  /// The child elements, in document order.
  package var children: [XMLElement] {
    var result: [XMLElement] = []
    var child = index + 1
    let last = Int(node.subtreeEnd)
    while child < last {
      result.append(XMLElement(storage: storage, index: child))
      child = Int(storage.nodes[child].subtreeEnd)
    }
    return result
  }

  /// The enclosing element; nil for the root.
  package var parent: XMLElement? {
    node.parent < 0 ? nil : XMLElement(storage: storage, index: Int(node.parent))
  }

  // MARK: Attributes

  var attributeRecords: ArraySlice<XMLAttributeRecord> {
    let first = Int(node.firstAttribute)
    return storage.attributes[first..<first + Int(node.attributeCount)]
  }

  package var hasAttributes: Bool { node.attributeCount > 0 }

  /// The attributes, in document order, without namespace declarations.
  package var attributes: [XMLAttribute] {
    attributeRecords.map {
      XMLAttribute(
        namespace: storage.namespace(ofBinding: $0.binding),
        localName: storage.string($0.name.localRange), value: storage.value(of: $0))
    }
  }

  /// The value of one attribute; nil when it is absent.
  package func attribute(_ localName: String, in namespace: String = "") -> String? {
    attributeRecords.first {
      storage.bytes[$0.name.localRange].elementsEqual(localName.utf8)
        && storage.namespace(ofBinding: $0.binding) == namespace
    }.map { storage.value(of: $0) }
  }
}
