// The name of one request, in X-Request-Id and in problem documents. Never taken from the peer.

/// A version 4 UUID (RFC 9562) made by the gateway.
package struct RequestID: Sendable, Hashable, CustomStringConvertible {
  package let high: UInt64
  package let low: UInt64

  /// Sets the version and variant bits over 128 random bits.
  package init(random high: UInt64, _ low: UInt64) {
    self.high = high & 0xFFFF_FFFF_FFFF_0FFF | 0x4000
    self.low = low & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
  }

  /// The 36 characters of the UUID, in lower case.
  package var description: String {
    String(unsafeUninitializedCapacity: 36) { write(into: $0) }
  }

  /// Writes the 36 ASCII characters.
  func write(into target: UnsafeMutableBufferPointer<UInt8>) -> Int {
    var position = 0
    for index in 0..<16 {
      if index == 4 || index == 6 || index == 8 || index == 10 {
        target[position] = UInt8(ascii: "-")
        position += 1
      }
      let word = index < 8 ? high : low
      let byte = UInt8(truncatingIfNeeded: word >> UInt64(56 - 8 * (index & 7)))
      target[position] = Self.digit(byte >> 4)
      target[position + 1] = Self.digit(byte & 15)
      position += 2
    }
    return position
  }

  private static func digit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x57 + value }
}

/// Random 64-bit words for request ids: SplitMix64 from a random seed. Names, not secrets, so
/// no system call a request.
struct RequestIDSource {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> RequestID { RequestID(random: word(), word()) }

  private mutating func word() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
