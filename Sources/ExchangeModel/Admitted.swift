// What the gateway says and keeps about a message it has admitted.
// Never the content: these values go into answers, timelines and listings.

/// The gateway's own id of a message: a UUID version 7 (RFC 9562) in lower case.
package struct MessageID: Hashable, Sendable, CustomStringConvertible {
  package let text: String

  /// Reads an id. Nil when it is not 36 characters of a lower-case UUID.
  package init?(_ text: String) {
    let bytes = Array(text.utf8)
    guard bytes.count == 36 else { return nil }
    for (index, byte) in bytes.enumerated() {
      let isDash = [8, 13, 18, 23].contains(index)
      let isHex = (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte)
      guard isDash ? byte == 0x2D : isHex else { return nil }
    }
    self.text = text
  }

  /// A UUID version 7 of a time and 80 bits of randomness (74 are used).
  package init(time: Timestamp, random: (UInt16, UInt64)) {
    let milliseconds = UInt64(clamping: time.milliseconds) & 0xFFFF_FFFF_FFFF
    let high = milliseconds << 16 | 0x7000 | UInt64(random.0 & 0x0FFF)
    let low = random.1 & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
    var text: [UInt8] = []
    text.reserveCapacity(36)
    for (index, byte) in [high, low].flatMap({ word in
      (0..<8).map { UInt8(truncatingIfNeeded: word >> (56 - 8 * $0)) }
    })
    .enumerated() {
      if [4, 6, 8, 10].contains(index) { text.append(0x2D) }
      text.append(Hex.digit(byte >> 4))
      text.append(Hex.digit(byte & 15))
    }
    self.text = String(decoding: text, as: UTF8.self)
  }

  package var description: String { text }
}

/// Signed proof of admission, as the sender gets it (DESIGN 4.3).
package struct Receipt: Sendable, Equatable {
  package let messageID: MessageID
  package let source: PartyURN
  package let id: String
  package let admittedAt: Timestamp
  /// The verdict and the rules it came from.
  package let decision: Decision
  /// The index of the message's leaf in the log, from 0, and a tree size that covers it.
  package let logIndex: Int64
  package let logSize: Int64

  package init(
    messageID: MessageID, source: PartyURN, id: String, admittedAt: Timestamp,
    decision: Decision, logIndex: Int64, logSize: Int64
  ) {
    self.messageID = messageID
    self.source = source
    self.id = id
    self.admittedAt = admittedAt
    self.decision = decision
    self.logIndex = logIndex
    self.logSize = logSize
  }
}
