// Which addresses the gateway calls at a party's word: public ones, and those of networks that the
// settings name. Asked after the name was resolved, for the very address that is then called, so
// that a name cannot say one thing to the guard and another to the socket.
// Never trusts a name.

/// A network in CIDR form.
package struct NetworkRange: Sendable, Equatable, CustomStringConvertible {
  /// 4 or 16 bytes.
  let base: [UInt8]
  let prefix: Int
  package let description: String

  /// Reads `10.0.0.0/8` or `fd00::/8`. Nil when it is not one, or has bits beyond its prefix.
  package init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let base = IPAddress.bytes(of: String(parts[0])),
      let prefix = Int(parts[1]), (0...base.count * 8).contains(prefix)
    else { return nil }
    self.base = base
    self.prefix = prefix
    description = text
    var beyond = base
    for bit in 0..<prefix { beyond[bit / 8] &= ~(0x80 >> UInt8(bit % 8)) }
    guard beyond.allSatisfy({ $0 == 0 }) else { return nil }
  }

  /// True when an address lies in it.
  func contains(_ address: [UInt8]) -> Bool {
    guard address.count == base.count else { return false }
    for (place, byte) in base.enumerated() {
      let bits = min(8, max(0, prefix - place * 8))
      let mask = UInt8(truncatingIfNeeded: 0xFF00 >> bits)
      guard byte & mask == address[place] & mask else { return false }
    }
    return true
  }
}

/// The guard.
package struct AddressGuard: Sendable {
  /// Networks of the settings that are called although they are not public.
  package let allowed: [NetworkRange]

  package init(allowed: [NetworkRange] = []) { self.allowed = allowed }

  /// True when an address (4 or 16 bytes) may be called.
  func permits(_ address: [UInt8]) -> Bool {
    if allowed.contains(where: { $0.contains(address) }) { return true }
    if address.count == 16, let inner = Self.embedded(address) { return permits(inner) }
    if address.count == 16 {
      // Global unicast alone (RFC 4291, 2.4); the rest is local, multicast or reserved.
      return address[0] & 0xE0 == 0x20 && !Self.special6.contains { $0.contains(address) }
    }
    return address.count == 4 && !Self.special4.contains { $0.contains(address) }
  }

  /// The IPv4 address within an IPv6 one that a router or the system would call in its stead.
  private static func embedded(_ address: [UInt8]) -> [UInt8]? {
    if address.prefix(10).allSatisfy({ $0 == 0 }), address[10] == 0xFF, address[11] == 0xFF {
      return Array(address.suffix(4))
    }
    let isNAT64 =
      address.prefix(4).elementsEqual([0x00, 0x64, 0xFF, 0x9B])
      && address[4..<12].allSatisfy { $0 == 0 }
    if isNAT64 { return Array(address.suffix(4)) }
    if address.prefix(2).elementsEqual([0x20, 0x02]) { return Array(address[2..<6]) }
    return nil
  }

  /// Special-purpose IPv4 addresses (IANA registry, RFC 6890), the clouds' metadata among them.
  private static let special4 = [
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
    "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16",
    "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
  ].compactMap { NetworkRange($0) }

  /// Of global unicast: Teredo and other protocols, documentation.
  private static let special6 = ["2001::/23", "2001:db8::/32", "3fff::/20"]
    .compactMap { NetworkRange($0) }
}
