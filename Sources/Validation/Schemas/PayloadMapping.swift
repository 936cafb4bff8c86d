// The mapping between a payload in JSON and the same payload in XML, as its schema directs it
// (schemas/README.md, "JSON and XML"). Loses nothing: what cannot be carried over is a fault.
// Never validates: types, codes and conditions are the JSON Schema's work.
package import ExchangeModel

/// One message type's mapping. A value, made once when the schemas are read.
package struct PayloadMapping: Sendable {
  let shape: PayloadShape
  /// Bytes of a number that a JSON document may hold.
  let numberBytes: Int
  /// Faults noted of one document: one more than are reported, so that more are known of.
  let issueLimit: Int

  init(shape: PayloadShape, limits: Limits) {
    self.shape = shape
    numberBytes = limits.numberBytes
    issueLimit = limits.issuesPerDocument + 1
  }

  /// The name of the payload's XML element, e.g. `medicalReferral`.
  package var rootName: String { shape.rootName }

  /// The namespace of all its elements, e.g. `urn:gatehouse:message:medical-referral:v1`.
  package var namespace: String { shape.namespace }

  /// A payload in the other format, with what could not be carried over.
  package struct Mapped: Sendable, Equatable {
    package let bytes: [UInt8]
    /// Empty when nothing was lost; otherwise `bytes` are for finding more faults only.
    package let issues: [ValidationIssue]
  }

  /// The XPath of the place a JSON Pointer names, from the payload's element on, e.g.
  /// `/parents/0/name` -> `/medicalReferral/parents/item[1]/name`. A token that the schema does
  /// not know becomes `*`.
  package func path(of pointer: String) -> String {
    var path = "/" + rootName
    var node: Int? = shape.root
    for token in pointer.split(separator: "/") {
      let step = node.flatMap { self.step(token, from: $0) }
      path += "/" + (step?.written ?? "*")
      node = step?.node
    }
    return path
  }

  private func step(_ token: Substring, from node: Int) -> (written: String, node: Int)? {
    switch shape.nodes[node].kind {
    case .object:
      guard let member = shape.member(token, of: node) else { return nil }
      return (member.name, member.node)
    case .array(let items):
      guard let position = Int(token), (0..<1_000_000).contains(position) else { return nil }
      return ("item[\(position + 1)]", items.node)
    case .simple:
      return nil
    }
  }

  /// The path and the line of the element that a JSON Pointer into the mapped JSON names; where
  /// there is none, the path it would have below the innermost element there is.
  package func locate(
    _ pointer: String, in payload: XMLElement
  ) -> (path: String, line: Int) {
    var element = payload
    var node = shape.root
    var rest = pointer.split(separator: "/")[...]
    while let token = rest.first, let step = step(token, from: node) {
      let next: XMLElement?
      if case .array = shape.nodes[node].kind {
        next = Int(token).flatMap { element.children.dropFirst($0).first }
      } else {
        next = element.children.first { $0.localName.utf8.elementsEqual(token.utf8) }
      }
      guard let next else { break }
      element = next
      node = step.node
      rest.removeFirst()
    }
    var path = element.path(below: payload.parent)
    for token in rest {
      path += "/" + (step(token, from: node)?.written ?? "*")
      node = step(token, from: node)?.node ?? shape.root
    }
    return (path, element.line)
  }
}
