// The sentences of schema faults. They speak of rules, known names and allowed values.
// Never given a value from a document, so they cannot repeat one.

enum SchemaWords {
  /// Texts longer than this are not listed.
  private static let longestList = 300

  static func types(_ bits: UInt8) -> String {
    var names: [String] = []
    if bits & TypeBits.of(.string) != 0 { names.append("a string") }
    if bits & TypeBits.of(.number) != 0 {
      names.append("a number")
    } else if bits & TypeBits.integer != 0 {
      names.append("a whole number")
    }
    if bits & TypeBits.of(.boolean) != 0 { names.append("true or false") }
    if bits & TypeBits.of(.object) != 0 { names.append("an object") }
    if bits & TypeBits.of(.array) != 0 { names.append("an array") }
    if bits & TypeBits.of(.null) != 0 { names.append("null") }
    return names.isEmpty ? "left out" : names.joined(separator: ", or ")
  }

  static func count(_ number: Int, _ thing: String) -> String {
    "\(number) \(thing)\(number == 1 ? "" : "s")"
  }

  static func oneOf(_ names: [String]) -> String {
    let list = names.joined(separator: ", ")
    if names.count == 1, list.utf8.count <= longestList { return "must be \"\(list)\"." }
    if list.utf8.count > longestList {
      return "must be one of the \(names.count) values listed in the schema."
    }
    return "must be one of: \(list)."
  }

  static func oneOf(_ constants: ArraySlice<JSONNode>) -> String {
    let texts = constants.map { String(decoding: $0.rawBytes, as: UTF8.self) }
    let list = texts.joined(separator: ", ")
    if list.utf8.count > longestList {
      return "must be one of the \(texts.count) values listed in the schema."
    }
    return texts.count == 1 ? "must be \(list)." : "must be one of: \(list)."
  }

  static func short(_ pattern: String) -> String {
    pattern.utf8.count <= 120 ? pattern : "given in the schema"
  }

  static func missing(_ name: String, because cause: String? = nil) -> String {
    if let cause { return "\"\(name)\" must be given together with \"\(cause)\"." }
    return "\"\(name)\" is missing; it must be given."
  }

  /// The unknown name itself is left out: it may be personal.
  static func unknownMember(allowed names: [String]) -> String {
    let list = names.joined(separator: ", ")
    if names.isEmpty || list.utf8.count > longestList {
      return "has a member that is not allowed here; the schema lists the names it may have."
    }
    return "has a member that is not allowed here; allowed are: \(list)."
  }
}
