// Looks through the texts of something that becomes public for what could identify a child.
// Never looks into attached files, and errs towards finding: a person then decides.
import ExchangeModel

/// Walks a payload and gathers kinds of identity and possible names.
struct PublicationScan {
  /// Pairs of words that are kept at most.
  static let mostNames = 2000

  private let shape: PayloadShape
  private let day: CivilDate?
  private var kinds: Set<String> = []
  private(set) var possibleNames: [[String]] = []
  private var known: Set<[String]> = []

  /// `day` is the day the sender says it is; dates of birth are looked for in the years before.
  init(shape: PayloadShape, day: CivilDate?) {
    self.shape = shape
    self.day = day
  }

  /// The kinds found, sorted: `date-of-birth`, `nhs-number`, `upn`.
  var findings: [String] { kinds.sorted() }

  mutating func read(_ payload: JSONNode) { read(payload, shape.root) }

  private mutating func read(_ value: JSONNode, _ node: Int) {
    switch shape.nodes[node].kind {
    case .object(let members):
      for member in members {
        if let child = value[member.name] { read(child, member.node) }
      }
    case .array(let items):
      for child in value.elements { read(child, items.node) }
    case .simple(.string):
      // A date or an id that the schema asks for is no text.
      let isTyped = ["date", "date-time", "uuid"].contains(shape.format(of: node))
      if !isTyped, let text = value.string { read(text) }
    case .simple: break
    }
  }

  private mutating func read(_ text: String) {
    let numbers = NumberScan(text)
    if numbers.holdsUPN() { kinds.insert("upn") }
    if numbers.holdsNHSNumber() { kinds.insert("nhs-number") }
    let words = TextWords(text)
    if words.holdsDateOfBirth(before: day) { kinds.insert("date-of-birth") }
    for name in words.names(most: Self.mostNames - possibleNames.count)
    where known.insert(name).inserted {
      possibleNames.append(name)
    }
  }
}

/// Looks for numbers with check digits. Spaces and hyphens within them are overlooked.
struct NumberScan {
  /// Capitals and digits stand for themselves, a space or a hyphen of any kind is 0x20, and all
  /// else 0.
  private let bytes: [UInt8]

  init(_ text: String) {
    bytes = text.unicodeScalars.map { scalar in
      switch scalar.value {
      case 0x30...0x39, 0x41...0x5A: UInt8(truncatingIfNeeded: scalar.value)
      case 0x61...0x7A: UInt8(truncatingIfNeeded: scalar.value - 0x20)
      case 0x20, 0xA0, 0x2009, 0x202F, 0x2D, 0x00AD, 0x2010...0x2015, 0x2212: 0x20
      default: 0
      }
    }
  }

  func holdsUPN() -> Bool {
    holds(13) {
      $0.isLetter
    } where: {
      Identifiers.isUPN($0)
    }
  }

  func holdsNHSNumber() -> Bool {
    holds(10) {
      $0.isDigit
    } where: {
      Identifiers.isNHSNumber($0)
    }
  }

  /// True when a run of letters and digits of this length, alone between others, is one. Between
  /// two of its characters one separator may stand.
  private func holds(
    _ length: Int, from isFirst: (UInt8) -> Bool, where isOne: (UnsafeBufferPointer<UInt8>) -> Bool
  ) -> Bool {
    var candidate: [UInt8] = []
    for start in bytes.indices
    where isFirst(bytes[start]) && (start == 0 || !bytes[start - 1].isLetterOrDigit) {
      candidate.removeAll(keepingCapacity: true)
      var index = start
      while index < bytes.count, candidate.count < length {
        if bytes[index].isLetterOrDigit {
          candidate.append(bytes[index])
        } else if bytes[index] != 0x20 || bytes[index - 1] == 0x20 {
          break
        }
        index += 1
      }
      let isAlone = index >= bytes.count || !bytes[index].isLetterOrDigit
      if candidate.count == length, isAlone,
        candidate.withUnsafeBufferPointer({ isOne($0) })
      {
        return true
      }
    }
    return false
  }
}
