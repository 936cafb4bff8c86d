// The strong keys of a pupil and of a question: what two registers must share for a yes. Keyed
// hashes at rest; across authorities they are asked as tokens of the day.
// Never made of a name alone or a place alone: many children share those.

import Crypto
import ExchangeModel
import PupilTracing

/// Which identifiers together are strong enough to say yes by themselves: `TraceTokens` makes them.
enum StrongKeys {
  /// What all strong keys are of, apart from other keys of a pool.
  private static let kind = "strong"

  static func texts(of record: PupilRecord) -> [(kind: String, value: [UInt8])] {
    TraceTokens.bytes(of: record).map { (kind, $0) }
  }

  static func texts(of query: TraceQuery) -> [(kind: String, value: [UInt8])] {
    texts(
      of: PupilRecord(
        id: "", upns: query.upn.isEmpty ? [] : [query.upn], names: query.names,
        datesOfBirth: query.isDateDoubtful ? [] : [query.dateOfBirth], places: query.places))
  }
}

/// The tokens in which a question crosses from one party to another: an HMAC of each strong key
/// under a key of the two parties and the day. Of two days, or two pairs, nobody can tell that they
/// mean one child, and without the gateway's secret nobody can make them.
struct DayTokens: Sendable {
  private let key: SymmetricKey

  /// - `day`: days since 1970 in UTC.
  init(asker: PartyURN, asked: PartyURN, day: Int64, keys: ChildKeys) {
    let pair = Array("\(asker.text)|\(asked.text)|\(day)".utf8)
    key = SymmetricKey(data: keys.poolKey("pair-of-the-day", pair).bytes)
  }

  /// The token of a strong key.
  func token(of key: ChildKey) -> [UInt8] {
    Array(HMAC<SHA256>.authenticationCode(for: key.bytes, using: self.key).prefix(16))
  }
}
