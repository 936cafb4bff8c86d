// The address of an endpoint as an operator writes it. Pure: no name is resolved here.
// Never takes a user, a password or a fragment, nor plain HTTP.

import Foundation

/// `https://host[:port][/path][?query]`.
package struct EndpointURL: Sendable, Equatable {
  /// Lower case; an IPv6 address without its brackets.
  package let host: String
  package let port: Int
  /// Path and query, as they go into the request line.
  let target: String
  /// The value of the Host field.
  let authority: String

  /// Bytes of the longest URL.
  private static let longest = 2048

  package init?(_ text: String) {
    guard text.utf8.count <= Self.longest, text.lowercased().hasPrefix("https://"),
      text.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != 0x5C && $0 != 0x22 })
    else { return nil }
    let rest = text.dropFirst("https://".count)
    let end = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
    let authority = rest[..<end].lowercased()
    let target = String(rest[end...])
    guard !authority.contains("@"), !target.contains("#"), !authority.contains("#") else {
      return nil
    }
    guard let (host, port) = Self.split(authority) else { return nil }
    self.host = host
    self.port = port
    self.authority = authority
    self.target = target.hasPrefix("/") ? target : "/" + target
  }

  private static func split(_ authority: String) -> (String, Int)? {
    var host = authority[...]
    var digits: Substring?
    if host.hasPrefix("[") {
      guard let close = host.firstIndex(of: "]") else { return nil }
      let after = host[host.index(after: close)...]
      guard after.isEmpty || after.hasPrefix(":") else { return nil }
      digits = after.isEmpty ? nil : after.dropFirst()
      host = host[host.index(after: host.startIndex)..<close]
      guard IPAddress.bytes(of: String(host))?.count == 16 else { return nil }
    } else if let colon = host.firstIndex(of: ":") {
      digits = host[host.index(after: colon)...]
      host = host[..<colon]
    }
    guard !host.isEmpty, host.utf8.count <= 253 else { return nil }
    guard let digits else { return (String(host), 443) }
    guard let port = Int(digits), (1...65_535).contains(port) else { return nil }
    return (String(host), port)
  }
}

/// IP addresses as text and bytes.
enum IPAddress {
  /// 4 or 16 bytes of a dotted or colon form; nil for anything else, a name among it.
  static func bytes(of text: String) -> [UInt8]? {
    // Bytes, not `in_addr`: NIO's C module declares those structures too, and which of the two the
    // compiler takes changes with the files that it compiles together.
    for (family, size) in [(AF_INET, 4), (AF_INET6, 16)] {
      var bytes = [UInt8](repeating: 0, count: size)
      if inet_pton(family, text, &bytes) == 1 { return bytes }
    }
    return nil
  }
}
