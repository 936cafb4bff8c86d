// Where an element stands: its path and line for people, and its bytes cut out to stand alone.

extension XMLElement {
  /// The path from an ancestor's child to this element in local names, such as
  /// `/event/data/item[2]/upn`. A number follows where siblings share the name. An absent
  /// ancestor means from the root.
  package func path(below ancestor: XMLElement? = nil) -> String {
    var steps: [String] = []
    var current: XMLElement? = self
    while let element = current, element.index != ancestor?.index {
      steps.append("/" + element.localName + element.siblingNumber)
      current = element.parent
    }
    return steps.reversed().joined()
  }

  /// `[n]` among the siblings of one name; empty when there is only one.
  private var siblingNumber: String {
    guard let parent else { return "" }
    let name = storage.bytes[node.name.localRange]
    var count = 0
    var own = 0
    for sibling in parent.children
    where storage.bytes[sibling.node.name.localRange].elementsEqual(name) {
      count += 1
      if sibling.index == index { own = count }
    }
    return count > 1 ? "[\(own)]" : ""
  }

  /// The line of the element at a path that starts with this element's own name, as `path`
  /// writes it; where the path leads nowhere, the line of the last element that is there.
  package func line(at path: String) -> Int {
    var steps = path.split(separator: "/")[...]
    guard let first = steps.popFirst(), stepMatches(first) else { return line }
    var current = self
    for step in steps {
      let bracket = step.firstIndex(of: "[")
      let name = step[..<(bracket ?? step.endIndex)]
      let number = bracket.flatMap { Int(step[$0...].dropFirst().dropLast()) } ?? 1
      let matching = current.children.filter { $0.stepMatches(name) }
      guard number >= 1, number <= matching.count else { break }
      current = matching[number - 1]
    }
    return current.line
  }

  private func stepMatches(_ name: Substring) -> Bool {
    storage.bytes[node.name.localRange].elementsEqual(name.utf8)
  }

  /// The line where the content starts, after the start tag.
  package var contentLine: Int {
    line + storage.bytes[Int(node.start)..<Int(node.contentStart)].count { $0 == 0x0A }
  }

  /// The element's exact bytes, with the namespace declarations that it needs from outside
  /// itself added to its start tag, so that it is a document of its own.
  ///
  /// Needed is what a name of an element or attribute uses, or the prefix of an `xsi:type`.
  package func standaloneBytes() -> [UInt8] {
    let own = storage.bytes[byteRange]
    let needed = outsideBindings()
    guard !needed.isEmpty else { return Array(own) }
    let afterName = node.name.range.upperBound
    var output = Array(storage.bytes[Int(node.start)..<afterName])
    for number in needed {
      let binding = storage.bindings[Int(number)]
      output.append(contentsOf: " xmlns".utf8)
      if binding.prefixLength > 0 {
        output.append(0x3A)
        output.append(contentsOf: storage.bytes[binding.prefixRange])
      }
      output.append(contentsOf: "=\"".utf8)
      XMLWriter.appendEscaped(
        storage.namespaces[Int(binding.namespace)].utf8, inAttribute: true, to: &output)
      output.append(0x22)
    }
    output.append(contentsOf: storage.bytes[afterName..<Int(node.end)])
    return output
  }

  /// Bindings made by ancestors that a name in this element uses, in document order.
  private func outsideBindings() -> [Int32] {
    let first = node.firstBinding
    var needed: Set<Int32> = []
    func note(_ binding: Int32) {
      // Number 0 is the `xml` prefix, which needs no declaration.
      if binding > 0, binding < first { needed.insert(binding) }
    }
    for index in index..<Int(node.subtreeEnd) {
      let descendant = XMLElement(storage: storage, index: index)
      note(descendant.node.binding)
      for attribute in descendant.attributeRecords {
        note(attribute.binding)
        if descendant.isTypeAttribute(attribute) {
          note(descendant.binding(ofPrefixIn: storage.value(of: attribute)))
        }
      }
    }
    return needed.sorted()
  }

  func isTypeAttribute(_ attribute: XMLAttributeRecord) -> Bool {
    attribute.name.hasPrefix
      && storage.bytes[attribute.name.localRange].elementsEqual("type".utf8)
      && storage.namespace(ofBinding: attribute.binding) == XMLNamespace.schemaInstance
  }

  /// The `xsi:type` of the element as an expanded name; nil when it has none. The namespace is
  /// nil when the prefix is not declared.
  package var schemaType: (namespace: String?, localName: String)? {
    guard let attribute = attributeRecords.first(where: isTypeAttribute) else { return nil }
    let value = storage.value(of: attribute)
    guard let colon = value.utf8.firstIndex(of: 0x3A) else {
      return (storage.namespace(ofBinding: binding(ofPrefixIn: value)), value)
    }
    let binding = binding(ofPrefixIn: value)
    return (
      binding < 0 ? nil : storage.namespace(ofBinding: binding),
      String(value[colon...].dropFirst())
    )
  }

  /// The binding in scope for the prefix of a qualified name in content; -1 for none.
  private func binding(ofPrefixIn qualifiedName: String) -> Int32 {
    let utf8 = qualifiedName.utf8
    let prefix = utf8.firstIndex(of: 0x3A).map { utf8[..<$0] } ?? utf8.prefix(0)
    if prefix.elementsEqual("xml".utf8) { return 0 }
    var candidate = node.scope
    while candidate >= 0 {
      let binding = storage.bindings[Int(candidate)]
      if storage.bytes[binding.prefixRange].elementsEqual(prefix) {
        return binding.namespace == 0 ? -1 : candidate
      }
      candidate = binding.outer
    }
    return -1
  }
}
