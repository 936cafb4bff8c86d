// One request as a handler sees it: framing, Host and path already checked, the caller known.
// Never trusts a name the peer gives itself: the caller comes from the certificate alone.

package import ExchangeModel
import NIOHTTP1

/// A request whose framing was accepted.
package struct HTTPRequest: Sendable {
  package let verb: HTTPVerb
  /// The path's segments, percent-decoded; no empty, `.` or `..` segment, no `/` or control in one.
  package let segments: [String]
  /// The template of the route that matched, for logs and counters.
  package let template: String
  /// The path's raw text, as received (ASCII), without the query.
  package let path: String
  /// The raw query without its `?`; empty when there is none. Percent escapes are well-formed.
  package let rawQuery: String
  package let body: RequestBody
  /// The certificate of this connection; nil without TLS.
  package let peer: PeerIdentity?
  /// The party of that certificate; nil on a route that is open to anyone.
  package let party: Party?
  /// When the request's head arrived.
  package let receivedAt: Timestamp
  package let id: RequestID
  let fields: HTTPHeaders
  let parameters: [(name: String, value: String)]

  /// The first field of this name, any case; nil when there is none.
  package func header(_ name: String) -> String? { fields.first(name: name) }

  /// Every field of this name, any case, in order.
  package func headers(_ name: String) -> [String] { fields[name] }

  /// The value that stands for `{name}` (or `{name...}`) in the template; empty when the template
  /// has no such name.
  package func parameter(_ name: String) -> String {
    parameters.first { $0.name == name }?.value ?? ""
  }

  /// The collected body; empty when the route takes none or streams it.
  package var bytes: [UInt8] {
    if case .bytes(let bytes) = body { bytes } else { [] }
  }

  /// The body as it arrives; nil when the route does not stream.
  package var stream: BodyStream? {
    if case .stream(let stream) = body { stream } else { nil }
  }

  /// A query item by name; nil when absent.
  ///
  /// Throws `bad-parameter` when it stands twice or is not UTF-8.
  package func query(_ name: String) throws(Refusal) -> String? {
    var found: String?
    for item in try queryItems() where item.name == name {
      guard found == nil else { throw Self.badParameter(name, "Give it once.") }
      found = item.value
    }
    return found
  }

  /// Every query item in order, percent-decoded, `+` read as a space.
  package func queryItems() throws(Refusal) -> [(name: String, value: String)] {
    guard !rawQuery.isEmpty else { return [] }
    var items: [(name: String, value: String)] = []
    for pair in rawQuery.utf8.split(separator: UInt8(ascii: "&")) {
      let parts = pair.split(
        separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
      guard let first = parts.first, let name = PercentDecoding.queryText(first),
        let value = parts.count == 2 ? PercentDecoding.queryText(parts[1]) : ""
      else { throw Self.badParameter("", "Encode query items as UTF-8.") }
      items.append((name, value))
    }
    return items
  }

  private static func badParameter(_ name: String, _ message: String) -> Refusal {
    Refusal(
      .badParameter,
      issues: [ValidationIssue(place: name, line: nil, rule: "query", message: message)])
  }
}

/// The body of a request, as its route's policy asks.
package enum RequestBody: Sendable {
  case none
  case bytes([UInt8])
  case stream(BodyStream)
}
