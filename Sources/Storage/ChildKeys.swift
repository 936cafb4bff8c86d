// Keyed hashes by which a child is found again without its identifiers being stored.
// Never keeps what it hashes, and never gives out its key.

import Crypto
import ExchangeModel
import Foundation

/// One keyed hash of one identifier of a child: the first 16 bytes of an HMAC-SHA256.
package struct ChildKey: Sendable, Hashable {
  package static let byteCount = 16
  package let bytes: [UInt8]

  /// Nil when there are not 16 bytes.
  init?(_ bytes: [UInt8]) {
    guard bytes.count == Self.byteCount else { return nil }
    self.bytes = bytes
  }

  fileprivate init(_ code: HMAC<SHA256>.MAC) { bytes = Array(code.prefix(Self.byteCount)) }

  /// 64 hexadecimal digits, as a payload's `subjectKey` has it: the key and zeros.
  package var subjectKey: String {
    Hex.text(bytes) + String(repeating: "0", count: 64 - 2 * Self.byteCount)
  }

  /// Reads a `subjectKey`; nil when it is not one of ours.
  package init?(subjectKey: String) {
    guard let bytes = Hex.decode(subjectKey.utf8), bytes.count == 32,
      bytes.dropFirst(Self.byteCount).allSatisfy({ $0 == 0 })
    else { return nil }
    self.bytes = Array(bytes.prefix(Self.byteCount))
  }
}

/// Makes the keys. The secret lies in a file of its own beside the database, so that a copy of the
/// database alone tells nobody whether a child is in it.
struct ChildKeys: Sendable {
  private let secret: SymmetricKey

  /// Reads the secret, or makes it when the store is new.
  init(file: String, surroundings: Surroundings) throws {
    secret = try SecretFile(file).read(surroundings)
  }

  /// The keys of a child's identifiers, by the names of `MessageType.childIdentifiers`: one for
  /// each number, one for the names with the date of birth, one for the names alone.
  func keys(of identifiers: [String: String]) -> [ChildKey] {
    guard !identifiers.isEmpty else { return [] }
    var keys: [ChildKey] = []
    for (name, kind) in Self.numbers {
      guard let value = identifiers[name] else { continue }
      keys.append(key(kind, Self.foldedNumber(value)))
    }
    if let subject = identifiers["subjectKey"].flatMap({ ChildKey(subjectKey: $0) }) {
      keys.append(subject)
    }
    if let surname = identifiers["surname"], let forename = identifiers["forename"] {
      let names = Self.folded(forename) + [0x7C] + Self.folded(surname)
      keys.append(key("name", names))
      if let born = identifiers["dateOfBirth"] {
        keys.append(key("name-born", names + [0x7C] + Array(born.utf8)))
      }
    }
    return keys
  }

  /// The key of a pair of names alone, for looking whether a text names a child.
  func nameKey(forename: String, surname: String) -> ChildKey {
    key("name", Self.folded(forename) + [0x7C] + Self.folded(surname))
  }

  /// A keyed hash of a request, by which its repeat is known without its texts being stored.
  func requestKey(_ bytes: [UInt8]) -> ChildKey { key("request", bytes) }

  /// The key of the officers' own reference of a case, where a message gives one.
  func references(of effect: MessageEffect?) -> [ChildKey] {
    guard case .caseStep(.missingChildStatus(let reference, _)) = effect else { return [] }
    return [key("case", Array(reference.utf8))]
  }

  /// A keyed hash of a party's own number for a pupil, or of anything of a pool.
  func poolKey(_ kind: String, _ value: [UInt8]) -> ChildKey { key("pool-" + kind, value) }

  private static let numbers = [
    ("upn", "upn"), ("formerUpn", "upn"), ("uln", "uln"), ("uci", "uci"),
    ("nhsNumber", "nhs"),
  ]

  private func key(_ kind: String, _ value: [UInt8]) -> ChildKey {
    var code = HMAC<SHA256>(key: secret)
    code.update(data: Array(kind.utf8) + [0x3A])
    code.update(data: value)
    return ChildKey(code.finalize())
  }

  /// Letters and digits in capitals; spaces and hyphens do not count.
  private static func foldedNumber(_ text: String) -> [UInt8] {
    text.utf8.compactMap { byte in
      switch byte {
      case 0x30...0x39, 0x41...0x5A: byte
      case 0x61...0x7A: byte - 0x20
      default: nil
      }
    }
  }

  /// Letters in lower case without accents, hyphens, apostrophes and spaces.
  static func folded(_ text: String) -> [UInt8] {
    if text.utf8.allSatisfy({ $0 < 0x80 }) {
      return text.utf8.compactMap { byte in
        switch byte {
        case 0x61...0x7A: byte
        case 0x41...0x5A: byte + 0x20
        default: nil
        }
      }
    }
    let plain = text.folding(options: [.diacriticInsensitive, .caseInsensitive], locale: nil)
    return Array(plain.lowercased().filter(\.isLetter).utf8)
  }
}
