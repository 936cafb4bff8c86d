// Builds a libxml2 tree from a document that our own parser accepted.
// libxml2's parser is never called: no received byte reaches it as markup.
import CLibXML2
import ExchangeModel

/// What libxml2 needs once per process.
enum LibXML2 {
  /// Sets libxml2 up, and an external entity loader that denies everything, so that neither a
  /// schema nor a document can make it open a file or a connection. Runs once.
  static let isReady: Bool = {
    xmlInitParser()
    xmlSetExternalEntityLoader { _, _, _ in nil }
    return true
  }()
}

/// A tree for one validation or one compilation. Every node's `_private` holds the index of the
/// element it stands for, plus one, so that an error leads back to our own document.
struct LibXML2Tree: ~Copyable {
  let document: xmlDocPtr

  /// Copies an element with all it holds; the namespaces in scope are declared on the copy.
  /// Nil when memory runs out.
  init?(of element: XMLElement) {
    guard LibXML2.isReady, let document = xmlNewDoc(nil) else { return nil }
    var builder = Builder(storage: element.storage, document: document)
    guard builder.build(element.index) else {
      xmlFreeDoc(document)
      return nil
    }
    self.document = document
  }

  deinit { xmlFreeDoc(document) }

  fileprivate struct Builder {
    let storage: XMLStorage
    let document: xmlDocPtr
    /// The declaration made for each binding so far, by the binding's number.
    var declared: [Int32: xmlNsPtr] = [:]
    /// The elements whose end is still to come: the node and the index after its subtree.
    var open: [(node: xmlNodePtr, end: Int, index: Int, textFrom: Int)] = []

    mutating func build(_ root: Int) -> Bool {
      let end = Int(storage.nodes[root].subtreeEnd)
      for index in root..<end {
        while let last = open.last, index >= last.end {
          guard close() else { return false }
        }
        guard addText(upTo: Int(storage.nodes[index].start)), add(index, isRoot: index == root)
        else { return false }
      }
      while !open.isEmpty {
        guard close() else { return false }
      }
      return true
    }

    private mutating func add(_ index: Int, isRoot: Bool) -> Bool {
      let record = storage.nodes[index]
      guard let name = copy(record.name.localRange),
        let node = xmlNewDocNodeEatName(document, nil, name, nil)
      else { return false }
      node.pointee._private = UnsafeMutableRawPointer(bitPattern: index + 1)
      node.pointee.line = UInt16(clamping: record.line)
      if let parent = open.last?.node {
        xmlAddChild(parent, node)
      } else {
        xmlDocSetRootElement(document, node)
      }
      guard declareNamespaces(of: record, on: node, withOuter: isRoot) else { return false }
      if record.binding >= 0 { node.pointee.ns = declared[record.binding] }
      guard addAttributes(of: index, record, to: node) else { return false }
      let contentStart = Int(record.contentStart)
      guard record.isPlain else {
        open.append((node, Int(record.subtreeEnd), index, contentStart))
        return true
      }
      // Nothing closes a plain element later: the text around it goes on behind it. Without this
      // each of many plain siblings would be read again for every next one.
      if let outer = open.indices.last { open[outer].textFrom = Int(record.end) }
      return addText(contentStart..<Int(record.contentEnd), isPlain: true, to: node)
    }

    /// Takes the innermost open element off, after the text that stands at its end.
    private mutating func close() -> Bool {
      guard let last = open.last else { return true }
      guard addText(upTo: Int(storage.nodes[last.index].contentEnd)) else { return false }
      open.removeLast()
      if let outer = open.indices.last { open[outer].textFrom = Int(storage.nodes[last.index].end) }
      return true
    }

    /// Adds the innermost open element's text from where it was left to an offset.
    private mutating func addText(upTo end: Int) -> Bool {
      guard let last = open.indices.last else { return true }
      let range = open[last].textFrom..<max(end, open[last].textFrom)
      guard addText(range, isPlain: false, to: open[last].node) else { return false }
      return true
    }

    private func addText(_ range: Range<Int>, isPlain: Bool, to node: xmlNodePtr) -> Bool {
      if range.isEmpty { return true }
      var decoded: [UInt8] = []
      if !isPlain { XMLTextDecoder.appendContent(storage.bytes[range], to: &decoded) }
      let content = isPlain ? storage.bytes[range] : decoded[...]
      if content.isEmpty { return true }
      let text = content.withUnsafeBufferPointer {
        xmlNewDocTextLen(document, $0.baseAddress, Int32(clamping: $0.count))
      }
      guard let text else { return false }
      return xmlAddChild(node, text) != nil
    }
  }
}

extension LibXML2Tree.Builder {
  /// Declares the element's own bindings, and for the root of the copy those around it.
  fileprivate mutating func declareNamespaces(
    of record: XMLNode, on node: xmlNodePtr, withOuter: Bool
  ) -> Bool {
    var seen: Set<[UInt8]> = []
    var binding = record.scope
    while binding >= 0, withOuter || binding >= record.firstBinding {
      let found = storage.bindings[Int(binding)]
      // An inner declaration hides an outer one of the same prefix.
      if seen.insert(Array(storage.bytes[found.prefixRange])).inserted {
        guard let declaration = declare(found, on: node) else { return false }
        declared[binding] = declaration
      }
      binding = found.outer
    }
    if declared[0] == nil {
      declared[0] = xmlSearchNs(document, node, "xml")
    }
    return true
  }

  private func declare(_ binding: XMLBinding, on node: xmlNodePtr) -> xmlNsPtr? {
    let name = storage.namespaces[Int(binding.namespace)]
    guard binding.prefixLength > 0 else { return xmlNewNs(node, name, nil) }
    return xmlNewNs(node, name, storage.string(binding.prefixRange))
  }

  fileprivate func addAttributes(of index: Int, _ record: XMLNode, to node: xmlNodePtr) -> Bool {
    if record.attributeCount == 0 { return true }
    let element = XMLElement(storage: storage, index: index)
    for attribute in element.attributeRecords {
      var value = storage.value(of: attribute)
      if element.isTypeAttribute(attribute) { value = element.typeForSchema ?? value }
      let namespace = attribute.binding < 0 ? nil : declared[attribute.binding]
      guard let name = copy(attribute.name.localRange),
        let made = xmlNewNsPropEatName(node, namespace, name, value)
      else { return false }
      made.pointee._private = UnsafeMutableRawPointer(bitPattern: index + 1)
    }
    return true
  }

  /// A copy that libxml2 will own, ended by NUL.
  fileprivate func copy(_ range: Range<Int>) -> UnsafeMutablePointer<xmlChar>? {
    storage.bytes[range].withUnsafeBufferPointer {
      xmlStrndup($0.baseAddress, Int32(clamping: $0.count))
    }
  }
}

extension XMLElement {
  /// The CloudEvents XML format writes `xsi:type="xs:any"`, which is no type of XML Schema; a
  /// schema sees `xs:anyType` instead. Nil for every other type.
  fileprivate var typeForSchema: String? {
    guard let type = schemaType, type.namespace == XMLNamespace.schema, type.localName == "any",
      let written = attribute("type", in: XMLNamespace.schemaInstance)
    else { return nil }
    return written + "Type"
  }
}
