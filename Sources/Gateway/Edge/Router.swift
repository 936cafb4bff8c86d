// Finds the route of a verb and a path. Never decides who may call it, and never looks at bodies.

/// The route table, arranged as a tree of path segments.
package struct Router: Sendable {
  /// Every route, in the order given.
  package let routes: [Route]
  private var nodes: [Node] = [Node()]

  private struct Node: Sendable {
    var literals: [String: Int] = [:]
    var parameter: Int?
    /// The node that takes all remaining segments, for `{name...}`.
    var tail: Int?
    var routes: [HTTPVerb: Match] = [:]
  }

  private struct Match: Sendable {
    let route: Route
    let names: [String]
  }

  /// What the table says of a request.
  enum Outcome: Sendable {
    case found(Route, [(name: String, value: String)])
    case noSuchPath
    /// The path exists; `allow` is the value of the Allow field (RFC 9110, section 10.2.1).
    case noSuchVerb(allow: String)
  }

  /// Builds the table. A template that is malformed or given twice is a programmer's error.
  package init(_ routes: [Route]) {
    self.routes = routes
    for route in routes { add(route) }
  }

  private mutating func add(_ route: Route) {
    precondition(route.template.utf8.first == UInt8(ascii: "/"), "a template starts with /")
    var index = 0
    var names: [String] = []
    for segment in route.template.split(separator: "/") {
      if segment.hasPrefix("{"), segment.hasSuffix("...}") {
        names.append(String(segment.dropFirst().dropLast(4)))
        index = child(of: index, \.tail)
      } else if segment.hasPrefix("{"), segment.hasSuffix("}") {
        names.append(String(segment.dropFirst().dropLast()))
        index = child(of: index, \.parameter)
      } else if let existing = nodes[index].literals[String(segment)] {
        index = existing
      } else {
        nodes.append(Node())
        nodes[index].literals[String(segment)] = nodes.count - 1
        index = nodes.count - 1
      }
    }
    precondition(nodes[index].routes[route.verb] == nil, "\(route.template) is given twice")
    nodes[index].routes[route.verb] = Match(route: route, names: names)
  }

  private mutating func child(of index: Int, _ slot: WritableKeyPath<Node, Int?>) -> Int {
    if let existing = nodes[index][keyPath: slot] { return existing }
    nodes.append(Node())
    nodes[index][keyPath: slot] = nodes.count - 1
    return nodes.count - 1
  }

  /// Finds the route. `HEAD` falls back on `GET`; a literal segment wins over a parameter.
  func find(_ verb: HTTPVerb, _ segments: [String]) -> Outcome {
    var values: [String] = []
    guard let index = descend(0, segments[...], &values) else { return .noSuchPath }
    let node = nodes[index]
    let match = node.routes[verb] ?? (verb == .head ? node.routes[.get] : nil)
    guard let match else { return .noSuchVerb(allow: allow(node)) }
    if match.names.isEmpty { return .found(match.route, []) }
    var named: [(name: String, value: String)] = []
    named.reserveCapacity(values.count)
    for (name, value) in zip(match.names, values) { named.append((name, value)) }
    return .found(match.route, named)
  }

  /// Depth-first over at most three ways a segment, so bounded by the size of the table.
  private func descend(
    _ index: Int, _ rest: ArraySlice<String>, _ values: inout [String]
  ) -> Int? {
    let node = nodes[index]
    guard let segment = rest.first else { return node.routes.isEmpty ? nil : index }
    if let next = node.literals[segment],
      let found = descend(next, rest.dropFirst(), &values)
    {
      return found
    }
    if let next = node.parameter {
      values.append(segment)
      if let found = descend(next, rest.dropFirst(), &values) { return found }
      values.removeLast()
    }
    if let next = node.tail {
      values.append(rest.joined(separator: "/"))
      return next
    }
    return nil
  }

  private func allow(_ node: Node) -> String {
    var verbs = Set(node.routes.keys)
    if verbs.contains(.get) { verbs.insert(.head) }
    return verbs.map(\.rawValue).sorted().joined(separator: ", ")
  }
}
