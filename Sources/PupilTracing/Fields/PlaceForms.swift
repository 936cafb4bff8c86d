// Postcodes and addresses as they are compared. Never looked up in a gazetteer: any country's
// postcodes will do, British ones are known by their shape.

/// A postcode without its spaces, in capitals.
struct PostcodeForm: Equatable, Sendable {
  static let byteLimit = 12
  let bytes: [UInt8]
  /// How many bytes name the district (`SO23` of `SO23 9ZZ`); half of a foreign code.
  let district: Int

  init(_ text: String) {
    var bytes: [UInt8] = []
    for byte in text.utf8 where bytes.count < Self.byteLimit {
      switch byte {
      case 0x30...0x39, 0x41...0x5A: bytes.append(byte)
      case 0x61...0x7A: bytes.append(byte & 0xDF)
      default: break
      }
    }
    self.init(bytes: bytes)
  }

  init(bytes: [UInt8]) {
    self.bytes = bytes
    district = Self.isBritish(bytes) ? bytes.count - 3 : (bytes.count + 1) / 2
  }

  var isEmpty: Bool { bytes.isEmpty }

  private static func isBritish(_ bytes: [UInt8]) -> Bool {
    guard (5...7).contains(bytes.count), isLetter(bytes[0]) else { return false }
    let inward = bytes.suffix(3)
    return inward.dropFirst().allSatisfy { isLetter($0) }
      && inward.first.map { !isLetter($0) } ?? false
  }

  private static func isLetter(_ byte: UInt8) -> Bool { byte >= 0x41 }

  /// The letters a British postcode begins with; the first byte of another.
  var area: ArraySlice<UInt8> {
    let letters = bytes.prefix { Self.isLetter($0) }
    return letters.isEmpty ? bytes.prefix(1) : letters
  }

  /// The digest that rows of an image hold: district above, the whole below; 0 for none.
  var key: UInt32 {
    guard !bytes.isEmpty else { return 0 }
    return districtKey << 18 | max(1, ShortHash.of(bytes) & 0x3FFFF)
  }
  var districtKey: UInt32 { ShortHash.of(bytes.prefix(district), seed: 2) & 0x3FFF }

  func level(_ other: PostcodeForm) -> PostcodeLevel {
    if isEmpty || other.isEmpty { return .missing }
    if bytes == other.bytes { return .exact }
    if EditDistance.edits(bytes, other.bytes, limit: 1) == 1 { return .near }
    if bytes.prefix(district) == other.bytes.prefix(other.district) { return .sameDistrict }
    if area == other.area { return .sameArea }
    return .other
  }
}

/// An address in folded words with the usual words shortened alike.
struct AddressForm: Equatable, Sendable {
  let bytes: [UInt8]

  private static let short: [[UInt8]: [UInt8]] = Dictionary(
    uniqueKeysWithValues: [
      ("road", "rd"), ("street", "st"), ("avenue", "av"), ("ave", "av"), ("close", "cl"),
      ("lane", "ln"), ("drive", "dr"), ("crescent", "cr"), ("cres", "cr"), ("gardens", "gdn"),
      ("gdns", "gdn"), ("garden", "gdn"), ("court", "ct"), ("place", "pl"), ("grove", "gr"),
      ("terrace", "ter"), ("square", "sq"), ("saint", "st"), ("apartment", "flat"),
      ("apt", "flat"), ("number", "no"), ("house", "hse"), ("north", "n"), ("south", "s"),
      ("east", "e"), ("west", "w"),
    ].map { (Array($0.0.utf8), Array($0.1.utf8)) })

  init(_ text: String) {
    let folded = LetterFolding.fold(text)
    let words = folded.split(separator: UInt8(ascii: "-"))
    var bytes: [UInt8] = []
    for word in words {
      if !bytes.isEmpty { bytes.append(UInt8(ascii: "-")) }
      bytes += Self.short[Array(word)] ?? Array(word)
    }
    self.bytes = bytes
  }

  init(bytes: [UInt8]) { self.bytes = bytes }

  var isEmpty: Bool { bytes.isEmpty }
  /// The digest that rows of an image hold; 0 for none.
  var key: UInt16 {
    isEmpty ? 0 : max(1, UInt16(truncatingIfNeeded: ShortHash.of(bytes, seed: 3)))
  }
  /// The digits that the address begins with or that follow a flat's.
  var number: ArraySlice<UInt8> {
    let start = bytes.firstIndex { (0x30...0x39).contains($0) } ?? bytes.endIndex
    return bytes[start...].prefix { (0x30...0x39).contains($0) }
  }
}

/// An address made ready to be compared with many.
struct AddressProbe: Sendable {
  let form: AddressForm
  private var grams: [UInt64]
  private var count = 0

  init(_ form: AddressForm) {
    self.form = form
    grams = [UInt64](repeating: 0, count: 32)
    Self.each(form.bytes) { gram in
      let (word, bit) = (Int(gram >> 6), UInt64(1) << (gram & 63))
      if grams[word] & bit == 0 { count += 1 }
      grams[word] |= bit
    }
  }

  func level(_ other: AddressForm) -> AddressLevel {
    if form.isEmpty || other.isEmpty { return .missing }
    if form.bytes == other.bytes { return .exact }
    var seen = [UInt64](repeating: 0, count: 32)
    var shared = 0
    var theirs = 0
    Self.each(other.bytes) { gram in
      let (word, bit) = (Int(gram >> 6), UInt64(1) << (gram & 63))
      guard seen[word] & bit == 0 else { return }
      seen[word] |= bit
      theirs += 1
      if grams[word] & bit != 0 { shared += 1 }
    }
    var likeness = 2 * Double(shared) / Double(max(1, count + theirs))
    // Another house of the same street is another house.
    let (mine, its) = (form.number, other.number)
    if !mine.isEmpty, !its.isEmpty, mine != its { likeness *= 0.8 }
    if likeness >= 0.8 { return .strong }
    if likeness >= 0.6 { return .half }
    return likeness >= 0.4 ? .weak : .other
  }

  /// Calls for each pair of neighbouring bytes, as a number below 2048, words parted.
  private static func each(_ bytes: [UInt8], _ body: (UInt32) -> Void) {
    guard bytes.count > 1 else { return }
    for index in 1..<bytes.count {
      body((UInt32(bytes[index - 1] & 0x3F) << 6 | UInt32(bytes[index] & 0x3F)) % 2039)
    }
  }
}

enum UPNForm {
  static let byteLimit = 24

  /// Letters in capitals and digits, nothing else.
  static func fold(_ text: String) -> [UInt8] {
    var bytes: [UInt8] = []
    for byte in text.utf8 where bytes.count < byteLimit {
      switch byte {
      case 0x30...0x39, 0x41...0x5A: bytes.append(byte)
      case 0x61...0x7A: bytes.append(byte & 0xDF)
      default: break
      }
    }
    return bytes
  }

  static func level(_ left: [UInt8], _ right: [UInt8]) -> UPNLevel {
    if left == right { return .exact }
    let limit = min(left.count, right.count) >= 9 ? 2 : 1
    return EditDistance.edits(left, right, limit: limit) <= limit ? .near : .other
  }
}
