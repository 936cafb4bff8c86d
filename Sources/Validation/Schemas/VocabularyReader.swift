// Reads `vocabulary.json`, and checks that it is whole and that message types speak its words.
// Never reads received bytes: the file is the operator's own.
import ExchangeModel

/// The vocabulary with its own faults; those of descriptors are found against it.
struct VocabularyReader {
  static let path = "vocabulary.json"
  /// As many categories of data as a payload's are marked by the bits of a word.
  static let mostCategories = 64

  let vocabulary: Vocabulary
  private let lawfulBases: Set<String>
  private let specialConditions: Set<String>
  private let legalGateways: Set<String>
  private let purposes: Set<String>
  private let consentRules: Set<String>
  private let roles: Set<String>

  /// Reads the file among these. Throws `SchemaFaults` when it is missing or not whole.
  static func read(_ files: [SchemaFile]) throws(SchemaFaults) -> VocabularyReader {
    guard let file = files.first(where: { $0.path == path }) else {
      throw SchemaFaults(faults: [SchemaFault(file: path, message: "is missing")])
    }
    do {
      let document = try JSONDocument.parse(file.bytes)
      let reader = Self(try JSONNodeDecoder(node: document.root).value(Vocabulary.self))
      let faults = reader.ownFaults()
      guard faults.isEmpty else { throw SchemaFaults(faults: faults) }
      return reader
    } catch let faults as SchemaFaults {
      throw faults
    } catch let error as MalformedDocument {
      let text = "line \(error.issue.line ?? 1): \(error.issue.message)"
      throw SchemaFaults(faults: [SchemaFault(file: path, message: text)])
    } catch let error as DecodingError {
      let (place, message) = error.told
      throw SchemaFaults(faults: [SchemaFault(file: path, place: place, message: message)])
    } catch {
      throw SchemaFaults(faults: [SchemaFault(file: path, message: "cannot be read")])
    }
  }

  private init(_ vocabulary: Vocabulary) {
    self.vocabulary = vocabulary
    lawfulBases = Set(vocabulary.lawfulBases.map(\.token))
    specialConditions = Set(vocabulary.specialConditions.map(\.token))
    legalGateways = Set(vocabulary.legalGateways.map(\.token))
    purposes = Set(vocabulary.purposes.map(\.token))
    consentRules = Set(vocabulary.consentRules.map(\.token))
    roles = Set(vocabulary.roles.map(\.token))
  }

  private func ownFaults() -> [SchemaFault] {
    var faults: [SchemaFault] = []
    func fault(_ place: String, _ message: String) {
      faults.append(SchemaFault(file: Self.path, place: place, message: message))
    }
    let lists: [(name: String, tokens: [String])] = [
      ("purposes", vocabulary.purposes.map(\.token)),
      ("lawfulBases", vocabulary.lawfulBases.map(\.token)),
      ("specialConditions", vocabulary.specialConditions.map(\.token)),
      ("legalGateways", vocabulary.legalGateways.map(\.token)),
      ("consentRules", vocabulary.consentRules.map(\.token)),
      ("roles", vocabulary.roles.map(\.token)),
      ("dataCategories", vocabulary.dataCategories.map(\.token)),
    ]
    for list in lists {
      var seen: Set<String> = []
      for (position, token) in list.tokens.enumerated() where !seen.insert(token).inserted {
        fault("/\(list.name)/\(position)/token", "stands there twice")
      }
    }
    if vocabulary.dataCategories.count > Self.mostCategories {
      fault("/dataCategories", "may hold at most \(Self.mostCategories) categories")
    }
    let categories = Set(vocabulary.dataCategories.map(\.token))
    for (position, purpose) in vocabulary.purposes.enumerated() {
      for (index, token) in purpose.dataCategories.enumerated() where !categories.contains(token) {
        fault(
          "/purposes/\(position)/dataCategories/\(index)", "\(token) is no category of data")
      }
    }
    for (row, answers) in vocabulary.purposeCompatibility.table.sorted(by: { $0.key < $1.key }) {
      for token in [row] + answers.keys.sorted() where !purposes.contains(token) {
        fault("/purposeCompatibility/table/\(row)", "\(token) is no purpose")
      }
    }
    return faults
  }

  /// Words of a descriptor that the vocabulary does not have.
  func faults(of type: MessageType, in file: String) -> [SchemaFault] {
    var faults: [SchemaFault] = []
    func check(_ words: [String], _ known: Set<String>, _ place: String, _ kind: String) {
      for (position, word) in words.enumerated() where !known.contains(word) {
        faults.append(
          SchemaFault(
            file: file, place: "\(place)/\(position)",
            message: "\(word) is no \(kind) of \(Self.path)"))
      }
    }
    check(type.purposes, purposes, "/purposes", "purpose")
    check(type.lawfulBases, lawfulBases, "/lawfulBases", "lawful basis")
    check(type.specialConditions, specialConditions, "/specialConditions", "condition")
    check(type.legalGateways, legalGateways, "/legalGateways", "legal gateway")
    for (position, route) in type.routes.enumerated() {
      check(route.from, roles, "/routes/\(position)/from", "role")
      check(route.to, roles, "/routes/\(position)/to", "role")
    }
    if !consentRules.contains(type.consentRule) {
      faults.append(
        SchemaFault(
          file: file, place: "/consentRule",
          message: "\(type.consentRule) is no consent rule of \(Self.path)"))
    }
    return faults
  }
}

extension DecodingError {
  /// The place of the first thing that could not be taken, as a JSON Pointer, and why not.
  var told: (place: String, message: String) {
    let context: DecodingError.Context
    var tokens: [any CodingKey] = []
    switch self {
    case .keyNotFound(let key, let found):
      context = found
      tokens = [key]
    case .typeMismatch(_, let found), .valueNotFound(_, let found), .dataCorrupted(let found):
      context = found
    @unknown default:
      return ("", "cannot be read")
    }
    let path = (context.codingPath + tokens).map { "/" + $0.stringValue }
    return (path.joined(), context.debugDescription)
  }
}
