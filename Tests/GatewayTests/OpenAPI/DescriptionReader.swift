// The description as a reader of the served bytes sees it. Never used outside tests.

import ExchangeModel
import Testing
import Validation

@testable import Gateway

/// The document, parsed, with the few things its readers do.
struct DescriptionReader: Sendable {
  let root: JSONNode

  init(_ limits: Limits = Limits()) throws {
    root = try JSONDocument.parse(OpenAPIDocument.bytes(limits)).root
  }

  /// One call of the document.
  struct Call: Sendable {
    let verb: String
    let path: String
    let node: JSONNode
    var name: String { verb + " " + path }
  }

  var calls: [Call] {
    guard let paths = root["paths"] else { return [] }
    var calls: [Call] = []
    for path in paths.members {
      for verb in path.value.members {
        calls.append(Call(verb: verb.key.uppercased(), path: path.key, node: verb.value))
      }
    }
    return calls
  }

  /// The node itself, or what its `$ref` leads to within the document; nil when nowhere.
  func resolved(_ node: JSONNode) -> JSONNode? {
    guard let reference = node["$ref"]?.string, reference.utf8.first == UInt8(ascii: "#") else {
      return node
    }
    return find(reference)
  }

  /// What `#/a/b` names. No name of ours has a `~` or a `%`.
  func find(_ reference: String) -> JSONNode? {
    var node: JSONNode? = root
    for name in reference.split(separator: "/").dropFirst() { node = node?[String(name)] }
    return node
  }

  /// The responses of a call, references followed.
  func responses(of call: Call) throws -> [(status: Int, node: JSONNode)] {
    let responses = try #require(call.node["responses"])
    return try responses.members.map { member in
      (try #require(Int(member.key)), try #require(resolved(member.value), "\(member.key)"))
    }
  }

  /// The codes that a problem answer names.
  func codes(of response: JSONNode) -> [String] {
    let schema = response["content"]?[ProblemDetails.mediaType]?["schema"]
    return schema?["properties"]?["code"]?["enum"]?.elements.compactMap(\.string) ?? []
  }

  /// Every value in the document named so, however deep.
  func values(named name: String) -> [JSONNode] {
    var found: [JSONNode] = []
    var waiting = [root]
    while let node = waiting.popLast() {
      if node.kind == .object {
        for member in node.members {
          if member.key == name { found.append(member.value) }
          waiting.append(member.value)
        }
      } else if node.kind == .array {
        waiting += node.elements
      }
    }
    return found
  }
}
