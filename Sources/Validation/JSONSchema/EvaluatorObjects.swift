// Checks of objects: each member's name is looked up once, by its bytes, in a small hash table.
// Never shows a name the schema does not know: it tells which names are allowed instead.

extension Evaluator {
  /// The entry is an object's.
  mutating func checkObject(
    _ step: Step, _ index: Int, _ entry: JSONTapeEntry, _ region: Int
  ) -> Bool {
    switch step {
    case .properties(let number): return checkProperties(number, index, entry, region)
    case .minProperties(let least):
      return entry.count >= least
        || fail(
          "minProperties", index, "must have at least \(SchemaWords.count(least, "member")).")
    case .maxProperties(let most):
      return entry.count <= most
        || fail("maxProperties", index, "must have at most \(SchemaWords.count(most, "member")).")
    case .required(let names): return checkRequired(names, index, entry)
    case .dependentRequired(let name, let names):
      if member(name, index, entry) == nil { return true }
      return checkRequired(names, index, entry, because: name)
    case .dependentSchema(let name, let node):
      return member(name, index, entry) == nil || evaluate(node, index, region)
    case .propertyNames(let node): return checkNames(node, index, entry)
    case .unevaluatedProperties(let node, let owner):
      return checkUnevaluated(node, owner, index, entry, region)
    default: return true
    }
  }

  private mutating func checkProperties(
    _ number: Int32, _ index: Int, _ entry: JSONTapeEntry, _ region: Int
  ) -> Bool {
    let table = plan.tables[Int(number)]
    var isValid = true
    var seen: UInt64 = 0
    var cursor = index &+ 1
    let stop = Int(entry.next)
    var ordinal = 0
    while cursor < stop {
      let value = cursor &+ 1
      let key = document.entries[cursor]
      let slot = document.withText(key) { find($0, table.slots) }
      seen |= slot.requiredBit
      var isEvaluated = slot.node >= 0
      if isEvaluated, !evaluate(slot.node, value, -1) { isValid = false }
      if table.patterns.count > 0 {
        isValid = checkPatterns(table.patterns, key, value, &isEvaluated) && isValid
      }
      if !isEvaluated, table.additional >= 0 {
        isEvaluated = true
        isValid = checkAdditional(table, cursor, index) && isValid
      }
      if !isValid, isQuiet { return false }
      if isEvaluated, region >= 0 { marks[region + ordinal] = 1 }
      cursor = Int(document.entries[value].next)
      ordinal &+= 1
    }
    if seen == table.required { return isValid }
    return failRequired(table, missing: table.required & ~seen, index)
  }

  /// The slot of a name, or an empty one.
  @inline(__always)
  private func find(_ name: UnsafeBufferPointer<UInt8>, _ slice: Slice) -> PropertySlot {
    let mask = Int(slice.count) &- 1
    var place = Int(SchemaPlan.hash(name)) & mask
    while true {
      let slot = plan.slots[Int(slice.start) &+ place]
      // Tables are at most half full, so an empty slot ends every search.
      if slot.name < 0 || plan.text(slot.name).isEqual(name) { return slot }
      place = (place &+ 1) & mask
    }
  }

  private mutating func checkPatterns(
    _ slice: Slice, _ key: JSONTapeEntry, _ value: Int, _ isEvaluated: inout Bool
  ) -> Bool {
    var isValid = true
    var place = Int(slice.start)
    while place < slice.range.upperBound {
      let pattern = Int(plan.lists[place])
      if document.withText(key, { schema.plan.patterns[pattern].matches($0) }) {
        isEvaluated = true
        if !evaluate(plan.lists[place + 1], value, -1) { isValid = false }
      }
      place += 2
    }
    return isValid
  }

  private func isNever(_ node: Int32) -> Bool {
    let steps = plan.nodes[Int(node)].steps
    guard steps.count == 1, case .never = plan.steps[Int(steps.start)] else { return false }
    return true
  }

  private mutating func checkAdditional(
    _ table: PropertyTable, _ key: Int, _ index: Int
  ) -> Bool {
    guard isNever(table.additional) else { return evaluate(table.additional, key &+ 1, -1) }
    if isQuiet { return false }
    var names: [String] = []
    for slot in plan.slots[table.slots.range] where slot.node >= 0 {
      names.append(schema.plan.name(slot.name))
    }
    return fail(
      "additionalProperties", index, SchemaWords.unknownMember(allowed: names.sorted()),
      lineIndex: key)
  }

  private mutating func failRequired(
    _ table: PropertyTable, missing: UInt64, _ index: Int
  ) -> Bool {
    if isQuiet { return false }
    let slots = plan.slots[table.slots.range].filter { $0.requiredBit & missing != 0 }
    for slot in slots.sorted(by: { $0.requiredBit < $1.requiredBit }) {
      let name = schema.plan.name(slot.name)
      _ = fail("required", index, SchemaWords.missing(name))
    }
    return false
  }

  /// The tape index of a member's value.
  private func member(_ name: Int32, _ index: Int, _ entry: JSONTapeEntry) -> Int? {
    let wanted = plan.text(name)
    var cursor = index &+ 1
    let stop = Int(entry.next)
    while cursor < stop {
      if document.withText(document.entries[cursor], { wanted.isEqual($0) }) { return cursor &+ 1 }
      cursor = Int(document.entries[cursor &+ 1].next)
    }
    return nil
  }

  private mutating func checkRequired(
    _ slice: Slice, _ index: Int, _ entry: JSONTapeEntry, because cause: Int32? = nil
  ) -> Bool {
    var isValid = true
    for place in slice.range where member(plan.lists[place], index, entry) == nil {
      isValid = false
      if isQuiet { return false }
      let name = schema.plan.name(plan.lists[place])
      let reason = cause.map { schema.plan.name($0) }
      _ = fail(
        cause == nil ? "required" : "dependentRequired", index,
        SchemaWords.missing(name, because: reason))
    }
    return isValid
  }

  private mutating func checkNames(_ node: Int32, _ index: Int, _ entry: JSONTapeEntry) -> Bool {
    var isValid = true
    var cursor = index &+ 1
    let stop = Int(entry.next)
    while cursor < stop {
      if !isolated(node, cursor, -1) {
        isValid = false
        if isQuiet { return false }
        _ = fail(
          "propertyNames", index, "has a member whose name the schema does not allow.",
          lineIndex: cursor)
      }
      cursor = Int(document.entries[cursor &+ 1].next)
    }
    return isValid
  }

  private mutating func checkUnevaluated(
    _ node: Int32, _ owner: Int32, _ index: Int, _ entry: JSONTapeEntry, _ region: Int
  ) -> Bool {
    var isValid = true
    var cursor = index &+ 1
    let stop = Int(entry.next)
    var ordinal = 0
    while cursor < stop {
      if marks[region + ordinal] == 0 {
        if isNever(node) {
          if isQuiet { return false }
          let names = schema.plan.namesProvided(by: owner)
          isValid = fail(
            "unevaluatedProperties", index, SchemaWords.unknownMember(allowed: names),
            lineIndex: cursor)
        } else if !evaluate(node, cursor &+ 1, -1) {
          isValid = false
        }
        if !isValid, isQuiet { return false }
        marks[region + ordinal] = 1
      }
      cursor = Int(document.entries[cursor &+ 1].next)
      ordinal &+= 1
    }
    return isValid
  }
}
