// The token of a MESH request: `NHSMESH mailbox:nonce:count:timestamp:hash` (NHS England, MESH API,
// "Authorization header"). Pure. Never says more of a wrong one than that it is wrong.

import Crypto
import ExchangeModel

/// A token as it came, well-formed and not yet believed.
struct MeshToken: Sendable, Equatable {
  let mailbox: String
  let nonce: String
  let count: String
  /// `yyyyMMddHHmm` in UTC.
  let timestamp: String
  /// The HMAC-SHA256 that came with it.
  let hash: [UInt8]
  /// The minute that the timestamp names.
  let time: Timestamp

  /// Seconds that a token's minute may lie before or after now (MESH API: two hours).
  static let windowSeconds: Int64 = 7200
  private static let scheme = "NHSMESH "
  /// Characters of a mailbox and of a nonce; digits of a count.
  private static let (mailboxBytes, nonceBytes, countDigits) = (100, 128, 18)

  /// Reads an Authorization field. Nil unless it is of the scheme: one space, five parts.
  init?(_ field: String) {
    let bytes = Array(field.utf8)
    guard bytes.starts(with: Self.scheme.utf8) else { return nil }
    let parts = bytes.dropFirst(Self.scheme.utf8.count)
      .split(separator: 0x3A, omittingEmptySubsequences: false)
    guard parts.count == 5 else { return nil }
    guard (1...Self.mailboxBytes).contains(parts[0].count), parts[0].allSatisfy(Self.isVisible),
      (1...Self.nonceBytes).contains(parts[1].count), parts[1].allSatisfy(Self.isVisible),
      (1...Self.countDigits).contains(parts[2].count), parts[2].allSatisfy(Self.isDigit),
      let time = Self.time(parts[3]), parts[4].count == 64,
      // Clients that write the hash in capitals are in use.
      let hash = Hex.decode(parts[4].map { (0x41...0x46).contains($0) ? $0 | 0x20 : $0 })
    else { return nil }
    mailbox = String(decoding: parts[0], as: UTF8.self)
    nonce = String(decoding: parts[1], as: UTF8.self)
    count = String(decoding: parts[2], as: UTF8.self)
    timestamp = String(decoding: parts[3], as: UTF8.self)
    self.time = time
    self.hash = hash
  }

  /// True when whoever made it knows the mailbox's password and the shared key. Takes as long for
  /// a wrong one as for a right one.
  func isSigned(password: String, sharedKey: [UInt8]) -> Bool {
    let text = "\(mailbox):\(nonce):\(count):\(password):\(timestamp)"
    return HMAC<SHA256>.isValidAuthenticationCode(
      hash, authenticating: Array(text.utf8), using: SymmetricKey(data: sharedKey))
  }

  /// True while its minute, or a part of it, is within two hours of now.
  func isTimely(at now: Timestamp) -> Bool {
    let after = now.milliseconds - time.milliseconds
    let window = Self.windowSeconds * 1000
    return after >= -window && after < window + 60_000
  }

  /// When it can no longer be used.
  var end: Timestamp { time.adding(seconds: Self.windowSeconds + 60) }

  /// What is remembered of it: the same for the same token, whatever the case of its hash.
  var digest: [UInt8] {
    Array(SHA256.hash(data: Array("\(mailbox):\(nonce):\(count):\(timestamp)".utf8)))
  }

  /// The field that a client with these secrets sends.
  static func field(
    mailbox: String, password: String, sharedKey: [UInt8], nonce: String, count: Int,
    at time: Timestamp
  ) -> String {
    let timestamp = minute(of: time)
    let signed = "\(mailbox):\(nonce):\(count):\(password):\(timestamp)"
    let code = HMAC<SHA256>.authenticationCode(
      for: Array(signed.utf8), using: SymmetricKey(data: sharedKey))
    return "\(scheme)\(mailbox):\(nonce):\(count):\(timestamp):\(Hex.text(code))"
  }

  /// `yyyyMMddHHmm` in UTC.
  static func minute(of time: Timestamp) -> String {
    String(decoding: time.description.utf8.filter(isDigit).prefix(12), as: UTF8.self)
  }

  private static func time(_ text: ArraySlice<UInt8>) -> Timestamp? {
    guard text.count == 12, text.allSatisfy(isDigit) else { return nil }
    let digits = Array(text)
    func part(_ range: Range<Int>) -> String { String(decoding: digits[range], as: UTF8.self) }
    return Timestamp(
      rfc3339: "\(part(0..<4))-\(part(4..<6))-\(part(6..<8))T\(part(8..<10)):\(part(10..<12)):00Z")
  }

  private static func isVisible(_ byte: UInt8) -> Bool { (0x21...0x7E).contains(byte) }
  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}
