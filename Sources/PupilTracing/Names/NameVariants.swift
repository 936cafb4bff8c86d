// Groups of spellings of one name, read from the project's data (`schemas/names/variants-*.txt`).
// Never decides: to share a group is one level of agreement, weighed like the others.

/// The table of name variants. A name may stand in several groups (Alex in two).
package struct NameVariants: Sendable {
  /// Names and groups that count; what goes beyond is refused when it is read.
  package static let nameLimit = 100_000
  package static let none = NameVariants()

  private var groups: [[[UInt8]]] = []
  private var groupsOf: [[UInt8]: [Int32]] = [:]

  /// No variants at all.
  package init() {}

  /// Reads files of lines `name name name`; `#` starts a comment. The first name of a line leads.
  ///
  /// Throws `TraceFault` naming the line when a line is not a group, or there are too many names.
  package init(files: [(name: String, bytes: [UInt8])]) throws {
    var count = 0
    for file in files {
      var number = 0
      for line in file.bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
        number += 1
        let text = String(decoding: line.prefix { $0 != UInt8(ascii: "#") }, as: UTF8.self)
        let names = text.split(whereSeparator: { $0 == " " || $0 == "," || $0 == "\t" })
        guard !names.isEmpty else { continue }
        count += names.count
        guard names.count > 1, count <= Self.nameLimit else {
          throw TraceFault("\(file.name) line \(number): give two names or more in a group")
        }
        add(names.map { NameForm(String($0)).bytes }.filter { !$0.isEmpty })
      }
    }
  }

  private mutating func add(_ names: [[UInt8]]) {
    let index = Int32(groups.count)
    var seen: Set<[UInt8]> = []
    let group = names.filter { seen.insert($0).inserted }
    groups.append(group)
    for name in group { groupsOf[name, default: []].append(index) }
  }

  /// True when a word of this name stands in a group.
  package func knows(_ name: String) -> Bool {
    NameForm(name).words.contains { groupsOf[Array($0)] != nil }
  }

  /// How many groups there are.
  package var count: Int { groups.count }

  /// Other spellings of one folded word, without the word.
  func spellings(of word: [UInt8]) -> Set<[UInt8]> {
    guard let indices = groupsOf[word] else { return [] }
    var names: Set<[UInt8]> = []
    for index in indices { names.formUnion(groups[Int(index)]) }
    names.remove(word)
    return names
  }

  /// A key that names share when each of their words is the same or a variant by its first group.
  func canonical(_ form: NameForm) -> UInt32 {
    guard form.bytes.contains(UInt8(ascii: "-")) else {
      return ShortHash.of(leader(of: form.bytes))
    }
    var key: [UInt8] = []
    for word in form.words { key += leader(of: Array(word)) }
    return ShortHash.of(key)
  }

  private static let feminine: [([UInt8], [UInt8])] = [
    ("ska", "ski"), ("cka", "cki"), ("dzka", "dzki"), ("ova", "ov"), ("eva", "ev"),
    ("skaya", "ski"), ("skaia", "ski"),
  ].map { (Array($0.0.utf8), Array($0.1.utf8)) }

  /// The first spelling of a word's first group; the word itself when it has none.
  func leader(of word: [UInt8]) -> [UInt8] {
    // A Polish or Czech surname has a form for women; registers of a family hold both.
    for (feminine, masculine) in Self.feminine where word.count > 5 && word.ends(feminine) {
      return word.dropLast(feminine.count) + masculine
    }
    guard let index = groupsOf[word]?.first else { return word }
    return groups[Int(index)].first ?? word
  }
}

extension [UInt8] {
  fileprivate func ends(_ ending: [UInt8]) -> Bool { suffix(ending.count).elementsEqual(ending) }
}
