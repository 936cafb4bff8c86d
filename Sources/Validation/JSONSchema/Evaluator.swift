// Checks one document against one plan. Quiet, it stops at the first fault and allocates next to
// nothing; loud, it goes on and keeps every fault with its place.
// Never recurses without bound: depth and work are limited, beyond them a document is refused.
import ExchangeModel

struct Evaluator {
  /// Schemas entered one inside another; documents nest less (`Limits.documentDepth`).
  private static let largestDepth = 400
  /// Schemas entered in all; far beyond what any valid message of ours needs.
  private static let largestWork = 2_000_000

  let plan: PlanTables
  let schema: JSONSchema
  let document: JSONView
  var isQuiet = true
  private(set) var issues: [FoundIssue] = []
  private(set) var hasMoreIssues = false
  private var issueLimit = 0
  /// Which members or elements were evaluated: a byte each, a region a tracked object or array.
  var marks: [UInt8] = []
  /// The resources entered, outermost first, for `$dynamicRef`.
  private var scope: [Int32] = []
  private var depth = 0
  private var work = 0

  init(plan: PlanTables, schema: JSONSchema, document: JSONView) {
    self.plan = plan
    self.schema = schema
    self.document = document
  }

  mutating func prepareReport(_ limits: Limits) {
    isQuiet = false
    issueLimit = max(1, limits.issuesPerDocument)
    work = 0
  }

  mutating func check(_ node: Int32, _ index: Int) -> Bool { evaluate(node, index, -1) }

  /// True when the value at a tape index is valid. `region` is where in `marks` its members or
  /// elements are marked as evaluated; -1 when nobody asks.
  mutating func evaluate(_ number: Int32, _ index: Int, _ region: Int) -> Bool {
    let node = plan.nodes[Int(number)]
    if node.steps.count == 0 { return true }
    depth &+= 1
    work &+= 1
    defer { depth &-= 1 }
    if depth > Self.largestDepth || work > Self.largestWork {
      return fail("too-complex", index, "is too deep or too large for its schema; send less.")
    }
    let entersScope = plan.usesDynamicScope && scope.last != node.resource
    if entersScope { scope.append(node.resource) }
    defer { if entersScope { scope.removeLast() } }

    let entry = document.entries[index]
    guard node.tracks, entry.kind == .object || entry.kind == .array else {
      return run(node.steps, index, entry, region)
    }
    let own = beginRegion(entry.count)
    let isValid = run(node.steps, index, entry, own)
    endRegion(own, entry.count, mergedInto: isValid ? region : -1)
    return isValid
  }

  private mutating func run(
    _ slice: Slice, _ index: Int, _ entry: JSONTapeEntry, _ region: Int
  ) -> Bool {
    var isValid = true
    for number in slice.range where !run(plan.steps[number], index, entry, region) {
      isValid = false
      if isQuiet { return false }
    }
    return isValid
  }

  private mutating func run(
    _ step: Step, _ index: Int, _ entry: JSONTapeEntry, _ region: Int
  ) -> Bool {
    switch step {
    case .never: return fail("false", index, "is not allowed here; leave it out.")
    case .types(let bits): return checkType(bits, index, entry)
    case .reference(let node): return evaluate(node, index, region)
    case .dynamicReference(let number):
      return evaluate(dynamicTarget(number), index, region)
    case .allOf(let nodes): return checkAllOf(nodes, index, region)
    case .anyOf(let nodes): return checkAnyOf(nodes, index, region)
    case .oneOf(let nodes): return checkOneOf(nodes, index, region)
    case .not(let node): return checkNot(node, index)
    case .conditional(let test, let then, let otherwise):
      let branch = isolated(test, index, region) ? then : otherwise
      return branch < 0 || evaluate(branch, index, region)
    case .constant, .enumeration, .strings, .minLength, .maxLength, .pattern, .format, .bound:
      return checkScalar(step, index, entry)
    case .minItems, .maxItems, .uniqueItems, .items, .prefixItems, .contains, .unevaluatedItems:
      return entry.kind != .array || checkArray(step, index, entry, region)
    case .minProperties, .maxProperties, .required, .dependentRequired, .dependentSchema,
      .properties, .propertyNames, .unevaluatedProperties:
      return entry.kind != .object || checkObject(step, index, entry, region)
    }
  }

  /// The outermost resource of the dynamic scope that has the anchor (Core, section 8.2.3.2).
  private func dynamicTarget(_ number: Int32) -> Int32 {
    let reference = schema.plan.dynamicReferences[Int(number)]
    for resource in scope {
      let key = UInt64(resource) << 32 | UInt64(reference.anchor)
      if let node = schema.plan.dynamicTargets[key] { return node }
    }
    return reference.fallback
  }

  // MARK: Evaluated members and elements

  private mutating func beginRegion(_ count: Int) -> Int {
    marks.append(contentsOf: repeatElement(0, count: count))
    return marks.count - count
  }

  private mutating func endRegion(_ region: Int, _ count: Int, mergedInto other: Int) {
    if other >= 0 {
      for place in 0..<count where marks[region + place] != 0 { marks[other + place] = 1 }
    }
    marks.removeLast(count)
  }

  /// Evaluates a branch that may fail without harm: quietly, and its marks count only if it is
  /// valid.
  mutating func isolated(_ node: Int32, _ index: Int, _ region: Int) -> Bool {
    let wasQuiet = isQuiet
    isQuiet = true
    defer { isQuiet = wasQuiet }
    guard region >= 0 else { return evaluate(node, index, -1) }
    let count = document.entries[index].count
    let own = beginRegion(count)
    let isValid = evaluate(node, index, own)
    endRegion(own, count, mergedInto: isValid ? region : -1)
    return isValid
  }

  // MARK: Issues

  /// Notes a fault unless quiet. Always false, so that checks can end with it. `lineIndex` is a
  /// tape index when the line is not that of the place.
  mutating func fail(
    _ rule: @autoclosure () -> String, _ index: Int, _ message: @autoclosure () -> String,
    lineIndex: Int? = nil
  ) -> Bool {
    if isQuiet { return false }
    if issues.count >= issueLimit {
      hasMoreIssues = true
      return false
    }
    let issue = FoundIssue(
      index: index, offset: Int(document.entries[lineIndex ?? index].start), rule: rule(),
      message: message())
    if !issues.contains(issue) { issues.append(issue) }
    return false
  }

  /// The faults of a branch alone, without keeping them.
  mutating func faults(of node: Int32, _ index: Int) -> [FoundIssue] {
    let kept = issues
    let hadMore = hasMoreIssues
    issues = []
    _ = evaluate(node, index, -1)
    let found = issues
    issues = kept
    hasMoreIssues = hadMore
    return found
  }

  mutating func keep(_ found: [FoundIssue]) {
    for issue in found where !issues.contains(issue) {
      if issues.count >= issueLimit {
        hasMoreIssues = true
        return
      }
      issues.append(issue)
    }
  }
}
