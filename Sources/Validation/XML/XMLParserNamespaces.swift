// The parser's third part: Namespaces in XML 1.0, and attributes that stand twice.
// Never lets a prefix pass that nothing declares.
import ExchangeModel

/// The namespaces that the XML standards themselves reserve.
package enum XMLNamespace {
  package static let xml = "http://www.w3.org/XML/1998/namespace"
  package static let xmlns = "http://www.w3.org/2000/xmlns/"
  package static let schema = "http://www.w3.org/2001/XMLSchema"
  package static let schemaInstance = "http://www.w3.org/2001/XMLSchema-instance"
  package static let xinclude = "http://www.w3.org/2001/XInclude"
}

extension XMLParser {
  private static let xmlnsBytes = Array("xmlns".utf8)
  private static let xmlBytes = Array("xml".utf8)

  func isNamespaceDeclaration(_ name: XMLName) -> Bool {
    equals(name.hasPrefix ? name.prefixRange : name.localRange, Self.xmlnsBytes)
  }

  /// Puts one `xmlns` or `xmlns:prefix` attribute in scope for the element.
  mutating func declareNamespace(
    _ record: XMLAttributeRecord, of node: inout XMLNode
  ) throws(MalformedDocument) {
    let hasPrefix = record.name.hasPrefix
    let prefix = hasPrefix ? record.name.localRange : record.name.start.asEmptyRange
    for binding in bindings[Int(node.firstBinding)...] where sameBytes(binding.prefixRange, prefix)
    {
      throw fault(.duplicateAttribute)
    }
    let uri = namespaceName(record)
    let isXMLPrefix = hasPrefix && equals(prefix, Self.xmlBytes)
    guard uri != XMLNamespace.xinclude else { throw fault(.xinclude) }
    guard isXMLPrefix == (uri == XMLNamespace.xml), uri != XMLNamespace.xmlns,
      !(hasPrefix && uri.isEmpty), !(hasPrefix && equals(prefix, Self.xmlnsBytes))
    else { throw fault(.namespaceDeclaration) }
    if isXMLPrefix { return }
    guard
      bindings.count - Int(node.firstBinding) + bindingsInScope(node)
        <= limits.attributesPerElement
    else { throw fault(.tooManyNamespaces(count: limits.attributesPerElement)) }
    let number: Int32
    if let known = namespaceNumbers[uri] {
      number = known
    } else {
      number = Int32(namespaces.count)
      namespaces.append(uri)
      namespaceNumbers[uri] = number
    }
    let outer = node.scope
    node.scope = Int32(bindings.count)
    bindings.append(
      XMLBinding(
        prefixStart: Int32(prefix.lowerBound), prefixLength: Int32(prefix.count),
        namespace: number, outer: outer))
  }

  /// How many bindings of ancestors are in scope. At most `attributesPerElement`, because each
  /// was let in by the same bound, so that resolving a name takes bounded time.
  private func bindingsInScope(_ node: XMLNode) -> Int {
    var count = 0
    var binding = node.scope
    while binding >= 0 {
      if binding < node.firstBinding { count += 1 }
      binding = bindings[Int(binding)].outer
    }
    return count
  }

  private func namespaceName(_ record: XMLAttributeRecord) -> String {
    if record.isPlain { return String(decoding: bytes[record.valueRange], as: UTF8.self) }
    var decoded: [UInt8] = []
    XMLTextDecoder.appendAttribute(bytes[record.valueRange], to: &decoded)
    return String(decoding: decoded, as: UTF8.self)
  }

  /// Resolves the element's and its attributes' names, which may use declarations that stand
  /// after them in the tag, and refuses an attribute that stands twice.
  mutating func resolveNames(of node: inout XMLNode) throws(MalformedDocument) {
    node.binding = try resolve(
      prefix: node.name.prefixRange, hasPrefix: node.name.hasPrefix, scope: node.scope)
    let own = Int(node.firstAttribute)..<attributes.count
    guard !own.isEmpty else { return }
    for index in own where attributes[index].name.hasPrefix {
      attributes[index].binding = try resolve(
        prefix: attributes[index].name.prefixRange, hasPrefix: true, scope: node.scope)
    }
    if own.count > 1 { try refuseDuplicates(own) }
  }

  /// The innermost binding of a prefix; -1 for no namespace.
  private func resolve(
    prefix: Range<Int>, hasPrefix: Bool, scope: Int32
  ) throws(MalformedDocument) -> Int32 {
    var candidate = scope
    while candidate >= 0 {
      let binding = bindings[Int(candidate)]
      if sameBytes(binding.prefixRange, prefix) {
        return binding.namespace == 0 ? -1 : candidate
      }
      candidate = binding.outer
    }
    guard hasPrefix else { return -1 }
    guard equals(prefix, Self.xmlBytes) else { throw fault(.undeclaredPrefix) }
    return 0
  }

  /// By expanded name, so that two prefixes of one namespace cannot hide a second value.
  private func refuseDuplicates(_ own: Range<Int>) throws(MalformedDocument) {
    if own.count <= 8 {
      for index in own.dropFirst() {
        for earlier in own.lowerBound..<index
        where namespaceNumber(index) == namespaceNumber(earlier)
          && sameBytes(attributes[index].name.localRange, attributes[earlier].name.localRange)
        {
          throw fault(.duplicateAttribute)
        }
      }
      return
    }
    var seen = Set<ExpandedName>(minimumCapacity: own.count)
    for index in own {
      let name = ExpandedName(
        namespace: namespaceNumber(index), local: bytes[attributes[index].name.localRange])
      guard seen.insert(name).inserted else { throw fault(.duplicateAttribute) }
    }
  }

  private struct ExpandedName: Hashable {
    var namespace: Int32
    var local: ArraySlice<UInt8>
  }

  private func namespaceNumber(_ attribute: Int) -> Int32 {
    let binding = attributes[attribute].binding
    return binding < 0 ? 0 : bindings[Int(binding)].namespace
  }

  private func equals(_ range: Range<Int>, _ text: [UInt8]) -> Bool {
    range.count == text.count && bytes[range].elementsEqual(text)
  }

  private func sameBytes(_ left: Range<Int>, _ right: Range<Int>) -> Bool {
    guard left.count == right.count else { return false }
    for offset in 0..<left.count
    where bytes[left.lowerBound + offset] != bytes[right.lowerBound + offset] {
      return false
    }
    return true
  }
}

extension Int32 {
  fileprivate var asEmptyRange: Range<Int> { Int(self)..<Int(self) }
}
