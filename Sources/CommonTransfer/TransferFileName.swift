// The names of transfer files: read, made, and counted up (reference: the S2S guide's grammar).
// Never trusts a name alone: the header of the file must say the same.

/// `8501234_CTF_8519999_001.xml`: source, kind, destination, serial.
package struct TransferFileName: Hashable, Sendable {
  /// What kind of file it is.
  package enum Kind: Hashable, Sendable {
    /// A common transfer file.
    case transfer
    /// A children missing education leaver's file, from a school to its authority.
    case leaver
    /// A children missing education joiner's file, from a school to its authority.
    case joiner
    /// Another of DfE's kinds with the same body, such as `FSP`: its three characters.
    case other(String)

    /// The three characters in a name. Case counts.
    package init?(_ code: some StringProtocol) {
      switch String(code) {
      case "CTF": self = .transfer
      case "CML": self = .leaver
      case "CMJ": self = .joiner
      default:
        let bytes = Array(code.utf8)
        guard bytes.count == 3, isCapital(bytes[0]),
          bytes.allSatisfy({ isCapital($0) || isDigit($0) })
        else { return nil }
        self = .other(String(code))
      }
    }

    package var code: String {
      switch self {
      case .transfer: "CTF"
      case .leaver: "CML"
      case .joiner: "CMJ"
      case .other(let code): code
      }
    }
  }

  package let source: TransferPlace
  package let kind: Kind
  package let destination: TransferPlace
  /// 1 to 999, counted up for each pair of source and destination.
  package let serial: Int

  /// Nil when the serial is not 1 to 999, or the source is no school and no authority.
  package init?(
    source: TransferPlace, kind: Kind, destination: TransferPlace, serial: Int
  ) {
    guard (1...999).contains(serial), !source.isLostPupilPool else { return nil }
    self.source = source
    self.kind = kind
    self.destination = destination
    self.serial = serial
  }

  /// Reads a name without its folder; nil when it breaks the grammar. The ending may be `.XML`.
  package init?(_ name: some StringProtocol) {
    let bytes = Array(name.utf8)
    guard bytes.count == 27, bytes.suffix(4).map({ lowered($0) }) == Array(".xml".utf8) else {
      return nil
    }
    let parts = bytes.dropLast(4).split(
      separator: UInt8(ascii: "_"), omittingEmptySubsequences: false
    )
    .map { String(decoding: $0, as: UTF8.self) }
    guard parts.count == 4, let source = TransferPlace(code: parts[0]),
      let kind = Kind(parts[1]), let destination = TransferPlace(code: parts[2]),
      parts[3].utf8.count == 3, parts[3].utf8.allSatisfy(isDigit), let serial = Int(parts[3])
    else { return nil }
    self.init(source: source, kind: kind, destination: destination, serial: serial)
  }

  /// The name in full.
  package var text: String {
    let digits = String(serial)
    let padding = String(repeating: "0", count: 3 - digits.utf8.count)
    return "\(source.code)_\(kind.code)_\(destination.code)_\(padding)\(digits).xml"
  }

  /// The name of the next file of the same pair; nil after 999.
  package var next: TransferFileName? {
    TransferFileName(source: source, kind: kind, destination: destination, serial: serial + 1)
  }

  /// Whether a name claims to follow the grammar, so that breaking it is a fault and not another
  /// custom: parts joined by `_`, the second a kind of file we know, and a place before or after.
  package static func isClaimed(by name: String) -> Bool {
    let parts = name.utf8.split(separator: UInt8(ascii: "_"), omittingEmptySubsequences: false)
    guard parts.count >= 3, known.contains(parts[1].map { raised($0) }) else { return false }
    return isPlaceLike(parts[0]) || isPlaceLike(parts[2])
  }

  private static let known = ["CTF", "CML", "CMJ", "FSP", "KS1", "KS2"].map { Array($0.utf8) }

  private static func isPlaceLike(_ part: Substring.UTF8View) -> Bool {
    let bytes = Array(part.prefix { $0 != UInt8(ascii: ".") })
    return bytes.count == 7 && bytes.allSatisfy { isDigit($0) || isCapital(raised($0)) }
      && (bytes.prefix(3).allSatisfy(isDigit) || Set(bytes).count == 1)
  }
}

private func isCapital(_ byte: UInt8) -> Bool { (0x41...0x5A).contains(byte) }
private func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
private func lowered(_ byte: UInt8) -> UInt8 { isCapital(byte) ? byte | 0x20 : byte }
private func raised(_ byte: UInt8) -> UInt8 {
  (0x61...0x7A).contains(byte) ? byte & 0xDF : byte
}
