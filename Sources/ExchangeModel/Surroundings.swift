// Time and chance, passed in so that tests can hold them still. Never read from anywhere else.

/// Where a room gets the time and randomness from.
package struct Surroundings: Sendable {
  /// The present instant in UTC.
  package var now: @Sendable () -> Timestamp
  /// 64 random bits from the system's cryptographic generator.
  package var random: @Sendable () -> UInt64

  package init(
    now: @escaping @Sendable () -> Timestamp, random: @escaping @Sendable () -> UInt64
  ) {
    self.now = now
    self.random = random
  }

  /// A fresh message id of the present instant.
  package func messageID(at time: Timestamp) -> MessageID {
    MessageID(time: time, random: (UInt16(truncatingIfNeeded: random()), random()))
  }

  /// Thirty-two random bytes, for salts.
  package func salt() -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(32)
    for _ in 0..<4 {
      withUnsafeBytes(of: random()) { bytes.append(contentsOf: $0) }
    }
    return bytes
  }
}
