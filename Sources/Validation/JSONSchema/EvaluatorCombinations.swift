// allOf, anyOf, oneOf, not: and, of alternatives that all fail, which to tell the sender about.
// Never tells about every branch: the nearest one helps, twenty others confuse.

extension Evaluator {
  mutating func checkAllOf(_ slice: Slice, _ index: Int, _ region: Int) -> Bool {
    var isValid = true
    for place in slice.range where !evaluate(plan.lists[place], index, region) {
      isValid = false
      if isQuiet { return false }
    }
    return isValid
  }

  mutating func checkAnyOf(_ slice: Slice, _ index: Int, _ region: Int) -> Bool {
    var isValid = false
    for place in slice.range where isolated(plan.lists[place], index, region) {
      isValid = true
      // All branches that hold count as evaluating members, so go on when somebody asks.
      if region < 0 { return true }
    }
    return isValid || failAlternatives("anyOf", slice, index)
  }

  mutating func checkOneOf(_ slice: Slice, _ index: Int, _ region: Int) -> Bool {
    var matches = 0
    for place in slice.range where isolated(plan.lists[place], index, region) {
      matches += 1
      if matches > 1 { break }
    }
    switch matches {
    case 1: return true
    case 0: return failAlternatives("oneOf", slice, index)
    default:
      return fail(
        "oneOf", index,
        "fits more than one of \(slice.count) alternatives that exclude each other; keep to one.")
    }
  }

  mutating func checkNot(_ node: Int32, _ index: Int) -> Bool {
    if !isolated(node, index, -1) { return true }
    return fail("not", index, "has a form that is excluded here.")
  }

  /// Reports that no alternative fits, and the faults of the nearest: the one with the fewest.
  private mutating func failAlternatives(_ rule: String, _ slice: Slice, _ index: Int) -> Bool {
    if isQuiet { return false }
    var nearest: [FoundIssue]?
    for place in slice.range {
      let found = faults(of: plan.lists[place], index)
      if found.count < nearest?.count ?? .max { nearest = found }
    }
    _ = fail(
      rule, index,
      "fits none of \(slice.count) alternatives; what the nearest one lacks is listed with this.")
    keep(nearest ?? [])
    return false
  }
}
