// What stands in the log for one event: when, what kind, about which opaque id, and a commitment
// to the rest. Never personal data: a leaf is for ever, and what it commits to can be destroyed.

package import ExchangeModel

/// 32 random bytes kept beside an event. Without them nobody can tell what a leaf commits to, so
/// destroying them (and the event) leaves the log whole and says nothing.
package struct LeafSalt: Hashable, Sendable {
  package static let byteCount = 32
  package let bytes: [UInt8]

  /// Nil when there are not 32 bytes.
  package init?(_ bytes: [UInt8]) {
    guard bytes.count == Self.byteCount else { return nil }
    self.bytes = bytes
  }

  /// Draws a salt.
  package init(using generator: inout some RandomNumberGenerator) {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Self.byteCount)
    for _ in 0..<4 {
      let word: UInt64 = generator.next()
      withUnsafeBytes(of: word) { bytes.append(contentsOf: $0) }
    }
    self.bytes = bytes
  }
}

/// One record of the log, version 1:
/// `{"at":TIME,"commitment":"sha256:HEX","event":KIND,"subject":ID,"v":1}`.
package struct LeafEntry: Hashable, Sendable {
  /// Bytes of the longest subject.
  package static let maximumSubjectBytes = 128

  /// When it happened.
  package let at: Timestamp
  /// `SHA-256(salt || canonical bytes of the event)`.
  package let commitment: MerkleHash
  package let kind: LogEvent.Kind
  /// An opaque id, such as a message's; nil where the event has none.
  package let subject: String?

  /// The leaf of an event. Refused when the subject is not 1 to 128 of `A-Z a-z 0-9 . _ : -`, or
  /// the time is not of the years 0 to 9999.
  package init(
    at: Timestamp, event: LogEvent, subject: String?, salt: LeafSalt
  ) throws(LogFault) {
    try self.init(
      at: at, commitment: Self.commitment(event.canonicalBytes, salt: salt), kind: event.kind,
      subject: subject)
  }

  /// The leaf with a commitment made before.
  package init(
    at: Timestamp, commitment: MerkleHash, kind: LogEvent.Kind, subject: String?
  ) throws(LogFault) {
    guard Self.times.contains(at.milliseconds), subject.map(Self.isSubject) ?? true else {
      throw .malformedEntry
    }
    self.at = at
    self.commitment = commitment
    self.kind = kind
    self.subject = subject
  }

  /// The canonical bytes: what is hashed, stored and served.
  package var bytes: [UInt8] {
    var text = CanonicalText(capacity: 256)
    text.append("{\"at\":\"")
    text.time(at)
    text.append("\",\"commitment\":\"sha256:")
    text.hex(commitment)
    text.append("\",\"event\":\"")
    text.plain(kind.rawValue)
    if let subject {
      text.append("\",\"subject\":\"")
      text.plain(subject)
    }
    text.append("\",\"v\":1}")
    return text.bytes
  }

  /// Reads canonical bytes; refused when they are not exactly what an entry writes.
  package init(_ bytes: [UInt8]) throws(LogFault) {
    var reader = CanonicalReader(bytes)
    guard reader.take("{\"at\":"), let time = reader.string(), let at = Timestamp(rfc3339: time),
      reader.take(",\"commitment\":"), let committed = reader.string(),
      let commitment = MerkleHash(hex: String(committed.dropFirst(7))),
      reader.take(",\"event\":"), let name = reader.string(),
      let kind = LogEvent.Kind(rawValue: name)
    else { throw .malformedEntry }
    var subject: String?
    if reader.take(",\"subject\":") { subject = reader.string() }
    try self.init(at: at, commitment: commitment, kind: kind, subject: subject)
    guard self.bytes == bytes else { throw .malformedEntry }
  }

  /// The hash of the leaf in the tree.
  package var leafHash: MerkleHash { .leaf(bytes) }

  /// True when this leaf commits to these canonical bytes of an event with this salt.
  package func isOpened(by event: [UInt8], salt: LeafSalt) -> Bool {
    commitment == Self.commitment(event, salt: salt)
  }

  /// `SHA-256(salt || event)`.
  package static func commitment(_ event: [UInt8], salt: LeafSalt) -> MerkleHash {
    .plain(salt.bytes, event)
  }

  /// Years 0 to 9999, in milliseconds since 1970: RFC 3339 has no others.
  private static let times = Int64(-62_167_219_200_000)...253_402_300_799_999

  private static func isSubject(_ text: String) -> Bool {
    (1...maximumSubjectBytes).contains(text.utf8.count)
      && text.utf8.allSatisfy {
        switch $0 {
        case 0x30...0x3A, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
        default: false
        }
      }
  }
}

extension CanonicalText {
  /// RFC 3339 in UTC with three decimals.
  fileprivate mutating func time(_ time: Timestamp) {
    // 719,528 days from 0000-01-01 to 1970-01-01 make the number positive, so that division floors.
    let shifted = time.milliseconds + 719_528 * 86_400_000
    let date = CivilDate(daysSinceEpoch: shifted / 86_400_000 - 719_528)
    let inDay = shifted % 86_400_000
    digits(date.year, width: 4)
    append(0x2D)
    digits(date.month, width: 2)
    append(0x2D)
    digits(date.day, width: 2)
    append(0x54)
    digits(inDay / 3_600_000, width: 2)
    append(0x3A)
    digits(inDay / 60_000 % 60, width: 2)
    append(0x3A)
    digits(inDay / 1000 % 60, width: 2)
    append(0x2E)
    digits(inDay % 1000, width: 3)
    append(0x5A)
  }
}
