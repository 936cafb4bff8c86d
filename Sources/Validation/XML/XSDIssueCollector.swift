// Turns libxml2's validation errors into issues of ours.
// Never copies what libxml2 quotes of the document: only its error number, the element, and the
// end of the message, which quotes the schema.
import CLibXML2
import ExchangeModel

/// Collects the issues of one validation, at most so many. Used by one thread.
final class XSDIssueCollector {
  private(set) var issues: [ValidationIssue] = []
  private let root: XMLElement
  private let most: Int
  /// The element and attribute of the facet fault before, after which libxml2 repeats itself.
  private var facetNode: UnsafeMutableRawPointer?

  init(root: XMLElement, most: Int) {
    self.root = root
    self.most = most
  }

  static let receive: xmlStructuredErrorFunc = { context, error in
    guard let context, let error else { return }
    Unmanaged<XSDIssueCollector>.fromOpaque(context).takeUnretainedValue().add(error.pointee)
  }

  private func add(_ error: xmlError) {
    guard issues.count < most else { return }
    let code = xmlParserErrors(UInt32(bitPattern: error.code))
    if code == XML_SCHEMAV_CVC_DATATYPE_VALID_1_2_1, error.node != nil, error.node == facetNode {
      facetNode = nil
      return
    }
    let node = error.node?.assumingMemoryBound(to: xmlNode.self)
    let element = element(of: node)
    let isWhole = isMessageWhole(code, element)
    let message = isWhole ? error.message.map { String(cString: $0) } : nil
    let fault = XSDFault(code: code, message: message ?? "")
    facetNode = fault.isFacet ? error.node : nil
    let place = element.path(below: root.parent) + attributeStep(node)
    if issues.count == most - 1 {
      issues.append(
        ValidationIssue(
          place: place, line: element.line, rule: "too-many",
          message: "There are more faults than are listed. Correct these first."))
      return
    }
    let issue = ValidationIssue(
      place: place, line: element.line, rule: fault.rule, message: fault.message)
    // libxml2 reports stray text once for each run of it.
    if issue != issues.last { issues.append(issue) }
  }

  /// Whether libxml2 cannot have cut its message, which it does when one is longer than 64,000
  /// bytes: the end may then be the document's and not the schema's.
  private func isMessageWhole(_ code: xmlParserErrors, _ element: XMLElement) -> Bool {
    let node = element.node
    let quoted = code == XML_SCHEMAV_ELEMENT_CONTENT ? node.contentStart : node.end
    return Int(quoted - node.start) + element.namespace.utf8.count < 16_000
  }

  /// Our element of a node of the tree that `LibXML2Tree` made; the root when there is none.
  private func element(of node: UnsafeMutablePointer<xmlNode>?) -> XMLElement {
    var current = node
    while let found = current {
      let index = Int(bitPattern: found.pointee._private) - 1
      if root.storage.nodes.indices.contains(index) {
        return XMLElement(storage: root.storage, index: index)
      }
      current = found.pointee.parent
    }
    return root
  }

  private func attributeStep(_ node: UnsafeMutablePointer<xmlNode>?) -> String {
    guard let node, node.pointee.type == XML_ATTRIBUTE_NODE, let name = node.pointee.name else {
      return ""
    }
    return "/@" + String(cString: name)
  }
}
