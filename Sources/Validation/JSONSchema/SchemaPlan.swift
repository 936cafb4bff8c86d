// A compiled schema: flat tables of plain numbers, so that checking a document follows no
// reference counts. Never changes after compilation; one plan serves all threads.

/// A part of one of the plan's tables.
struct Slice: Sendable {
  var start: Int32
  var count: Int32

  var range: Range<Int> { Int(start)..<(Int(start) + Int(count)) }
}

/// One thing to check. `node` numbers are indices into `SchemaPlan.nodes`; -1 is "none".
enum Step: Sendable {
  case never
  case types(UInt8)
  case reference(Int32)
  case dynamicReference(Int32)
  case allOf(Slice)
  case anyOf(Slice)
  case oneOf(Slice)
  case not(Int32)
  case conditional(test: Int32, then: Int32, otherwise: Int32)
  /// Equal to the constant with this number.
  case constant(Int32)
  /// Equal to one of the constants.
  case enumeration(Slice)
  /// A string equal to one of these names; for `enum` and `const` with strings alone.
  case strings(Slice, rule: StringRule)
  case minLength(Int)
  case maxLength(Int)
  /// A pattern's number, and that of the schema's description; -1 without one.
  case pattern(Int32, description: Int32)
  case format(StringFormat)
  case bound(NumberRule, Int32)
  case minItems(Int)
  case maxItems(Int)
  case uniqueItems
  case items(Int32, after: Int32)
  case prefixItems(Slice)
  case contains(Int32, min: Int32, max: Int32)
  case unevaluatedItems(Int32)
  case minProperties(Int)
  case maxProperties(Int)
  case required(Slice)
  case dependentRequired(Int32, Slice)
  case dependentSchema(Int32, Int32)
  case properties(Int32)
  case propertyNames(Int32)
  /// `owner` is the schema the keyword stands in.
  case unevaluatedProperties(Int32, owner: Int32)
}

/// Which keyword a set of strings came from, for the message.
enum StringRule: UInt8, Sendable { case constant, enumeration }

/// The keywords that compare a number with a bound.
enum NumberRule: UInt8, Sendable {
  case minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf
}

/// Bits of `Step.types`: the kinds by raw value, and one for `integer`.
enum TypeBits {
  static let integer: UInt8 = 1 << 6

  static func of(_ kind: JSONNode.Kind) -> UInt8 { 1 << kind.rawValue }
}

/// A schema: its steps, and the resource it stands in (for the dynamic scope).
struct PlanNode: Sendable {
  var steps = Slice(start: 0, count: 0)
  var resource: Int32 = 0
  /// True when it has `unevaluatedProperties` or `unevaluatedItems` itself.
  var tracks = false
}

/// The `properties`, `patternProperties`, `additionalProperties` and `required` of one schema.
struct PropertyTable: Sendable {
  /// Slots of a hash table with open addressing; its size is a power of two.
  var slots: Slice
  /// Pairs of pattern number and node, flat in `lists`.
  var patterns: Slice
  var additional: Int32
  /// A bit for each required name, at most 64; more are a `required` step of their own.
  var required: UInt64
  /// True when `additionalProperties` stands in the schema.
  var isClosed: Bool
}

/// One name of a property table; `name` is -1 in an empty slot.
struct PropertySlot: Sendable {
  var name: Int32 = -1
  /// The subschema, or -1 when the name is only required.
  var node: Int32 = -1
  var requiredBit: UInt64 = 0
}

/// `$dynamicRef`: the anchor's number, and the target when no outer resource has it.
struct DynamicReference: Sendable {
  var anchor: Int32
  var fallback: Int32
}

/// Everything a check needs.
struct SchemaPlan: Sendable {
  var root: Int32 = 0
  var nodes: [PlanNode] = []
  var steps: [Step] = []
  /// Node, name, pattern and constant numbers that `Slice`s refer to.
  var lists: [Int32] = []
  /// UTF-8 of names and texts of numbers; `names` are parts of it.
  var blob: [UInt8] = []
  var names: [Slice] = []
  var tables: [PropertyTable] = []
  var slots: [PropertySlot] = []
  var dynamicReferences: [DynamicReference] = []
  /// Where each resource has a dynamic anchor: `resource << 32 | anchor` to node.
  var dynamicTargets: [UInt64: Int32] = [:]
  var patterns: [LinearRegex] = []
  var patternTexts: [String] = []
  /// What schemas with a pattern say of their value: more use to a person than the pattern.
  var descriptions: [String] = []
  var constants: [JSONNode] = []
  /// What a `contains` schema asks for in its author's words (its `description`), by node.
  var wanted: [Int32: String] = [:]
  /// Property names that stand somewhere in the schema: a pointer may show them.
  var knownNames: Set<[UInt8]> = []

  /// A name's text.
  func name(_ number: Int32) -> String {
    String(decoding: blob[names[Int(number)].range], as: UTF8.self)
  }

  /// The property names that a schema and those applied in its place provide for, sorted.
  func namesProvided(by root: Int32) -> [String] {
    var found: Set<Int32> = []
    var seen: Set<Int32> = []
    var waiting = [root]
    while let node = waiting.popLast() {
      guard node >= 0, seen.insert(node).inserted else { continue }
      for step in steps[nodes[Int(node)].steps.range] {
        switch step {
        case .properties(let table):
          for slot in slots[tables[Int(table)].slots.range] where slot.node >= 0 {
            found.insert(slot.name)
          }
        case .reference(let target): waiting.append(target)
        case .allOf(let list), .anyOf(let list), .oneOf(let list): waiting += lists[list.range]
        case .conditional(let test, let then, let otherwise): waiting += [test, then, otherwise]
        case .dependentSchema(_, let target): waiting.append(target)
        default: break
        }
      }
    }
    return found.map { name($0) }.sorted()
  }

  /// A cheap hash of a name: its length and three of its bytes.
  @inline(__always)
  static func hash(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt32 {
    let count = bytes.count
    guard count > 0 else { return 0 }
    let first = UInt32(bytes[0])
    let middle = UInt32(bytes[count / 2])
    let last = UInt32(bytes[count &- 1])
    return
      (UInt32(truncatingIfNeeded: count) &* 0x9E37 &+ first &* 0x85EB &+ middle &* 0xC2B3
      &+ last &* 0x27D5) &* 0x9E37_79B1 >> 7
  }
}
