// Where a transfer file comes from or goes to, as its name and its header write it.
// Never says whether the school or authority is a party of the exchange.
import Validation

/// One end of a transfer.
package enum TransferPlace: Hashable, Sendable {
  /// `8501234`.
  case school(SchoolNumber)
  /// `850LLLL`: the authority itself, by its three digits.
  case authority(String)
  /// `XXXXXXX`: not known. As a destination, the lost pupil pool.
  case unknown
  /// `MMMMMMM`: outside the maintained sector of England and Wales, or abroad. The pool as well.
  case outside

  /// Reads the seven characters of a file's name; nil when they are no place.
  package init?(code: some StringProtocol) {
    let bytes = Array(code.utf8)
    guard bytes.count == 7 else { return nil }
    self.init(
      authority: String(decoding: bytes[..<3], as: UTF8.self),
      establishment: String(decoding: bytes[3...], as: UTF8.self))
  }

  /// Reads the `LEA` and `Estab` of a header; nil when they are no place, as are LLL with LLLL,
  /// XXX with a real establishment, and an authority that never was (rule F06).
  package init?(authority: String, establishment: String) {
    let first = Array(authority.utf8)
    let rest = Array(establishment.utf8)
    switch (first, rest) {
    case (Self.run("X", 3), Self.run("X", 4)): self = .unknown
    case (Self.run("M", 3), Self.run("M", 4)): self = .outside
    default:
      guard LocalAuthorityNumber.isReal(first) else { return nil }
      if rest == Self.run("L", 4) {
        self = .authority(authority)
      } else if let school = SchoolNumber(authority + establishment) {
        self = .school(school)
      } else {
        return nil
      }
    }
  }

  /// The seven characters, as in a file's name.
  package var code: String {
    switch self {
    case .school(let number): number.digits
    case .authority(let digits): digits + "LLLL"
    case .unknown: "XXXXXXX"
    case .outside: "MMMMMMM"
    }
  }

  /// True for the two destinations whose files go to the lost pupil pool.
  package var isLostPupilPool: Bool { self == .unknown || self == .outside }

  /// The three digits of the authority; nil for the pool.
  package var authority: String? {
    switch self {
    case .school(let number): number.authority
    case .authority(let digits): digits
    case .unknown, .outside: nil
    }
  }

  private static func run(_ letter: Unicode.Scalar, _ count: Int) -> [UInt8] {
    [UInt8](repeating: UInt8(ascii: letter), count: count)
  }
}
