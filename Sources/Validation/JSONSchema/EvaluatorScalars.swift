// Checks of a single value: type, constants, and the bounds of strings and numbers.
// Never converts a number, and looks at a string where it lies.

extension Evaluator {
  mutating func checkType(_ bits: UInt8, _ index: Int, _ entry: JSONTapeEntry) -> Bool {
    if bits & TypeBits.of(entry.kind) != 0 { return true }
    if bits & TypeBits.integer != 0, entry.kind == .number,
      ExactDecimal(document.raw(entry)).isInteger
    {
      return true
    }
    return fail("type", index, "must be \(SchemaWords.types(bits)).")
  }

  mutating func checkScalar(_ step: Step, _ index: Int, _ entry: JSONTapeEntry) -> Bool {
    switch step {
    case .constant(let number):
      if equals(Int(number), index) { return true }
      let constants = schema.plan.constants[Int(number)...].prefix(1)
      return fail("const", index, SchemaWords.oneOf(constants))
    case .enumeration(let slice):
      for number in slice.range where equals(number, index) { return true }
      let constants = schema.plan.constants[slice.range]
      return fail("enum", index, SchemaWords.oneOf(constants))
    case .strings(let slice, let rule):
      if entry.kind == .string, isOneOf(slice, entry) { return true }
      if isQuiet { return false }
      let names = plan.lists[slice.range].map { schema.plan.name($0) }
      return fail(rule == .constant ? "const" : "enum", index, SchemaWords.oneOf(names))
    case .bound(let rule, let number):
      return entry.kind != .number || checkBound(rule, number, index, entry)
    default: return entry.kind != .string || checkString(step, index, entry)
    }
  }

  private func equals(_ constant: Int, _ index: Int) -> Bool {
    let value = schema.plan.constants[constant]
    return value.storage.tape.withUnsafeBufferPointer { entries in
      value.storage.bytes.withUnsafeBufferPointer { bytes in
        JSONEquality(
          left: JSONView(entries: entries, bytes: bytes), right: document
        ).isEqual(value.index, index)
      }
    }
  }

  private func isOneOf(_ slice: Slice, _ entry: JSONTapeEntry) -> Bool {
    document.withText(entry) { text in
      for place in slice.range where plan.text(plan.lists[place]).isEqual(text) { return true }
      return false
    }
  }

  private mutating func checkString(
    _ step: Step, _ index: Int, _ entry: JSONTapeEntry
  ) -> Bool {
    switch step {
    case .minLength(let least):
      return length(entry) >= least
        || fail(
          "minLength", index, "must have at least \(SchemaWords.count(least, "character")).")
    case .maxLength(let most):
      return length(entry) <= most
        || fail("maxLength", index, "must have at most \(SchemaWords.count(most, "character")).")
    case .pattern(let number, let description):
      let isMatch = document.withText(entry) { schema.plan.patterns[Int(number)].matches($0) }
      if isMatch { return true }
      if description >= 0 {
        let text = schema.plan.descriptions[Int(description)]
        return fail("pattern", index, "must be: \(text)")
      }
      let pattern = schema.plan.patternTexts[Int(number)]
      return fail("pattern", index, "must match the pattern \(SchemaWords.short(pattern)).")
    case .format(let format):
      return document.withText(entry) { format.accepts($0) }
        || fail("format:" + format.rawValue, index, "must be \(format.description).")
    default: return true
    }
  }

  /// Unicode scalars of a string, as the specification counts characters.
  private func length(_ entry: JSONTapeEntry) -> Int {
    if entry.isASCII, !entry.isEscaped { return Int(entry.end &- entry.start) &- 2 }
    return document.withText(entry) { text in
      var count = 0
      for byte in text where byte & 0xC0 != 0x80 { count &+= 1 }
      return count
    }
  }

  private mutating func checkBound(
    _ rule: NumberRule, _ number: Int32, _ index: Int, _ entry: JSONTapeEntry
  ) -> Bool {
    let text = plan.text(number)
    let value = ExactDecimal(document.raw(entry))
    let bound = ExactDecimal(text)
    func words(_ relation: String) -> String {
      "must be \(relation) \(String(decoding: text, as: UTF8.self))."
    }
    switch rule {
    case .minimum:
      return ExactDecimal.compare(value, bound) >= 0 || fail("minimum", index, words("at least"))
    case .maximum:
      return ExactDecimal.compare(value, bound) <= 0 || fail("maximum", index, words("at most"))
    case .exclusiveMinimum:
      return ExactDecimal.compare(value, bound) > 0
        || fail("exclusiveMinimum", index, words("more than"))
    case .exclusiveMaximum:
      return ExactDecimal.compare(value, bound) < 0
        || fail("exclusiveMaximum", index, words("less than"))
    case .multipleOf:
      return value.isMultiple(of: bound)
        || fail("multipleOf", index, words("a whole multiple of"))
    }
  }
}

extension UnsafeBufferPointer<UInt8> {
  /// True for the same bytes.
  @inline(__always)
  func isEqual(_ other: Self) -> Bool {
    guard count == other.count else { return false }
    for index in 0..<count where self[index] != other[index] { return false }
    return true
  }
}
