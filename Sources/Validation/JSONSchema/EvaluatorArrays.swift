// Checks of arrays: counts, uniqueness, elements, contains, and elements nothing else evaluated.
// Never compares all pairs of a long array.

extension Evaluator {
  /// The entry is an array's.
  mutating func checkArray(
    _ step: Step, _ index: Int, _ entry: JSONTapeEntry, _ region: Int
  ) -> Bool {
    switch step {
    case .minItems(let least):
      return entry.count >= least
        || fail("minItems", index, "must hold at least \(SchemaWords.count(least, "item")).")
    case .maxItems(let most):
      return entry.count <= most
        || fail("maxItems", index, "must hold at most \(SchemaWords.count(most, "item")).")
    case .uniqueItems:
      guard let repeated = JSONEquality(left: document, right: document).firstRepeat(in: index)
      else { return true }
      return fail("uniqueItems", repeated, "repeats an earlier item; give each once.")
    case .items(let node, let after):
      return checkItems(node, from: Int(after), index, entry, region, onlyUnmarked: false)
    case .prefixItems(let nodes): return checkPrefix(nodes, index, entry, region)
    case .contains(let node, let least, let most):
      return checkContains(node, Int(least), Int(most), index, entry, region)
    case .unevaluatedItems(let node):
      return checkItems(node, from: 0, index, entry, region, onlyUnmarked: true)
    default: return true
    }
  }

  private mutating func checkItems(
    _ node: Int32, from first: Int, _ index: Int, _ entry: JSONTapeEntry, _ region: Int,
    onlyUnmarked: Bool
  ) -> Bool {
    var isValid = true
    var cursor = index &+ 1
    let stop = Int(entry.next)
    var ordinal = 0
    while cursor < stop {
      let next = Int(document.entries[cursor].next)
      if ordinal >= first, !onlyUnmarked || marks[region + ordinal] == 0 {
        if !evaluate(node, cursor, -1) {
          isValid = false
          if isQuiet { return false }
        }
        if region >= 0 { marks[region + ordinal] = 1 }
      }
      cursor = next
      ordinal &+= 1
    }
    return isValid
  }

  private mutating func checkPrefix(
    _ slice: Slice, _ index: Int, _ entry: JSONTapeEntry, _ region: Int
  ) -> Bool {
    var isValid = true
    var cursor = index &+ 1
    let stop = Int(entry.next)
    for (ordinal, place) in slice.range.enumerated() {
      guard cursor < stop else { break }
      if !evaluate(plan.lists[place], cursor, -1) {
        isValid = false
        if isQuiet { return false }
      }
      if region >= 0 { marks[region + ordinal] = 1 }
      cursor = Int(document.entries[cursor].next)
    }
    return isValid
  }

  private mutating func checkContains(
    _ node: Int32, _ least: Int, _ most: Int, _ index: Int, _ entry: JSONTapeEntry,
    _ region: Int
  ) -> Bool {
    var matches = 0
    var cursor = index &+ 1
    let stop = Int(entry.next)
    var ordinal = 0
    while cursor < stop {
      if isolated(node, cursor, -1) {
        matches += 1
        if region >= 0 { marks[region + ordinal] = 1 }
      }
      cursor = Int(document.entries[cursor].next)
      ordinal &+= 1
    }
    if matches < least {
      if isQuiet { return false }
      let words =
        schema.plan.wanted[node]
        ?? "must hold at least \(SchemaWords.count(least, "item")) of the kind the schema asks for."
      return fail(least == 1 ? "contains" : "minContains", index, words)
    }
    if matches > most {
      return fail(
        "maxContains", index,
        "may hold at most \(SchemaWords.count(most, "item")) of the kind the schema names.")
    }
    return true
  }
}
