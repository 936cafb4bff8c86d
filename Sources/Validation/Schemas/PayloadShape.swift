// The structure of a payload, read from its JSON Schema: objects, lists and simple values, in the
// order the schema names them. The XSD and the mapping between JSON and XML are made from it.
// Never holds a condition: if/then, oneOf and the like only narrow what the structure allows.

/// What a payload schema says about structure. A table, so that a definition may refer to itself.
struct PayloadShape: Sendable {
  /// The nodes; an index into this table stands for a node everywhere.
  var nodes: [Node]
  /// The payload itself, always an object.
  var root: Int
  /// The name of the payload's XML element, e.g. `medicalReferral`.
  var rootName: String
  /// The XML namespace, e.g. `urn:gatehouse:message:medical-referral:v1`.
  var namespace: String

  struct Node: Sendable, Equatable {
    var kind: Kind
    /// The name under `$defs`, when this is a definition.
    var name: String?
    /// Where its schema stands, to tell definitions of one name apart.
    var place: SchemaPlace
    var title: String?
    var description: String?
    /// What narrows a simple value, beside what `base` says.
    var facets = Facets()
    /// The simple definition that this one narrows.
    var base: Int?
  }

  enum Kind: Sendable, Equatable {
    case object([Member])
    case array(Items)
    case simple(Simple)
  }

  enum Simple: Sendable, Equatable { case string, integer, number, boolean }

  struct Member: Sendable, Equatable {
    let name: String
    let node: Int
    let isRequired: Bool
    let description: String?
    /// Set when it reveals where a child with a sensitive address can be found.
    let reveals: Revelation?
  }

  /// By what a marked property reveals where the child can be found (`gatehouse:sensitive`).
  enum Revelation: String, Sendable, CaseIterable { case address, phone, school }

  struct Items: Sendable, Equatable {
    let node: Int
    let minimum: Int
    let maximum: Int?
    let description: String?
  }

  /// Restrictions of a simple value, as the schema's keywords say them.
  struct Facets: Sendable, Equatable {
    /// Allowed values (`enum`, or the one of `const`); nil when any.
    var values: [String]?
    /// A title for each value, in the order of the schema (`meta:enum`).
    var titles: [String: String] = [:]
    var pattern: String?
    var format: String?
    var minLength: Int?
    var maxLength: Int?
    /// Bounds as written: exact decimals.
    var minimum: String?
    var maximum: String?
    var exclusiveMinimum: String?
    var exclusiveMaximum: String?

    /// True when the keywords narrow nothing (titles alone do not).
    var isEmpty: Bool {
      var bare = self
      bare.titles = [:]
      return bare == Facets()
    }
  }

  /// The format of a simple node, its own or its base's.
  func format(of index: Int) -> String? {
    nodes[index].facets.format ?? nodes[index].base.flatMap { format(of: $0) }
  }

  /// The member of an object node with this name.
  func member(_ name: Substring, of index: Int) -> Member? {
    guard case .object(let members) = nodes[index].kind else { return nil }
    return members.first { $0.name.utf8.elementsEqual(name.utf8) }
  }

  /// `medical-referral` -> `medicalReferral`: the name of the payload's XML element. A slug that
  /// begins with a digit cannot name an element, and is refused with the descriptor.
  static func rootName(slug: String) -> String {
    let words = slug.split(separator: "-")
    return words.enumerated().map { position, word in
      position == 0 ? String(word) : capitalised(word)
    }.joined()
  }

  /// The word with its first letter, if an ASCII one, as a capital.
  static func capitalised(_ word: some StringProtocol) -> String {
    word.prefix(1).uppercased() + word.dropFirst()
  }
}
