// How each keyword becomes steps: assertions, properties, arrays, combinations.
// Never guesses: a keyword with a value of the wrong kind is an error in the schema.

extension SchemaCompiler {
  /// `type`, `const`, `enum`, and the bounds of strings, numbers, arrays and objects.
  mutating func assertions(_ source: inout KeywordSource) throws(SchemaError) -> [Step] {
    var result: [Step] = []
    if let value = source["type"] { result.append(.types(try types(value, source))) }
    if let value = source["const"] { result.append(constants([value], .constant)) }
    if let value = source["enum"] {
      guard value.kind == .array else {
        throw error(value, source.resource, "enum takes an array")
      }
      result.append(constants(Array(value.elements), .enumeration))
    }
    let counts: [(String, (Int) -> Step)] = [
      ("minLength", Step.minLength), ("maxLength", Step.maxLength),
      ("minItems", Step.minItems), ("maxItems", Step.maxItems),
      ("minProperties", Step.minProperties), ("maxProperties", Step.maxProperties),
    ]
    for (keyword, make) in counts {
      if let value = source[keyword] { result.append(make(try count(value, source))) }
    }
    let bounds: [(String, NumberRule)] = [
      ("minimum", .minimum), ("maximum", .maximum), ("exclusiveMinimum", .exclusiveMinimum),
      ("exclusiveMaximum", .exclusiveMaximum), ("multipleOf", .multipleOf),
    ]
    for (keyword, rule) in bounds {
      guard let value = source[keyword] else { continue }
      guard let text = value.numberText, rule != .multipleOf || isPositive(text) else {
        throw error(value, source.resource, "\(keyword) takes a number (multipleOf: above 0)")
      }
      result.append(.bound(rule, name(Array(text.utf8))))
    }
    if let value = source["pattern"] {
      guard let text = value.string else {
        throw error(value, source.resource, "pattern takes a string")
      }
      var description: Int32 = -1
      if let words = source["description"]?.string {
        plan.descriptions.append(words)
        description = Int32(plan.descriptions.count - 1)
      }
      result.append(
        .pattern(try pattern(value, text, source.resource), description: description))
    }
    if source["uniqueItems"]?.bool == true { result.append(.uniqueItems) }
    if let value = source["dependentRequired"] {
      for (name, names) in value.members {
        result.append(.dependentRequired(key(name), try self.names(names, source)))
      }
    }
    return result
  }

  private func isPositive(_ text: String) -> Bool {
    Array(text.utf8).withUnsafeBufferPointer {
      let number = ExactDecimal($0)
      return !number.isZero && !number.isNegative
    }
  }

  private func types(_ value: JSONNode, _ source: KeywordSource) throws(SchemaError) -> UInt8 {
    var bits: UInt8 = 0
    for item in value.kind == .array ? Array(value.elements) : [value] {
      switch item.string {
      case "null": bits |= TypeBits.of(.null)
      case "boolean": bits |= TypeBits.of(.boolean)
      case "number": bits |= TypeBits.of(.number)
      case "integer": bits |= TypeBits.integer
      case "string": bits |= TypeBits.of(.string)
      case "array": bits |= TypeBits.of(.array)
      case "object": bits |= TypeBits.of(.object)
      default: throw error(value, source.resource, "type names one of the seven types")
      }
    }
    return bits
  }

  private func count(_ value: JSONNode, _ source: KeywordSource) throws(SchemaError) -> Int {
    let count = Array((value.numberText ?? "-1").utf8).withUnsafeBufferPointer {
      ExactDecimal($0).asCount
    }
    guard let count else {
      throw error(value, source.resource, "this keyword takes a whole number from 0")
    }
    return count
  }

  private mutating func constants(_ values: [JSONNode], _ rule: StringRule) -> Step {
    if !values.isEmpty, values.allSatisfy({ $0.kind == .string }) {
      return .strings(list(values.map { name($0.utf8) }), rule: rule)
    }
    let start = plan.constants.count
    plan.constants += values
    if rule == .constant { return .constant(Int32(start)) }
    return .enumeration(Slice(start: Int32(start), count: Int32(values.count)))
  }

  /// The number of a property name, which pointers and messages may show from now on.
  private mutating func key(_ text: String) -> Int32 {
    let bytes = Array(text.utf8)
    plan.knownNames.insert(bytes)
    return name(bytes)
  }

  private mutating func names(
    _ value: JSONNode, _ source: KeywordSource
  ) throws(SchemaError) -> Slice {
    guard value.kind == .array else {
      throw error(value, source.resource, "this keyword takes an array of names")
    }
    var numbers: [Int32] = []
    for item in value.elements {
      guard let text = item.string else {
        throw error(item, source.resource, "a property name is a string")
      }
      numbers.append(key(text))
    }
    return list(numbers)
  }

  mutating func formatStep(_ source: inout KeywordSource) throws(SchemaError) -> [Step] {
    guard let value = source["format"] else { return [] }
    guard let text = value.string else {
      throw error(value, source.resource, "format takes a string")
    }
    // An unknown format asserts nothing (Validation, section 7.2.3).
    return StringFormat(rawValue: text).map { [.format($0)] } ?? []
  }

  /// One table for `properties`, `patternProperties`, `additionalProperties` and `required`, so
  /// that a member's name is looked up once.
  mutating func properties(
    _ source: inout KeywordSource, _ dialect: Dialect
  ) throws(SchemaError) -> [Step] {
    var result: [Step] = []
    var slots: [PropertySlot] = []
    var patterns: [Int32] = []
    var additional: Int32 = -1
    if dialect.applicator {
      for (text, child) in source["properties"]?.members ?? noMembers {
        slots.append(PropertySlot(name: key(text), node: try node(child, source.resource)))
      }
      for (text, child) in source["patternProperties"]?.members ?? noMembers {
        patterns.append(try pattern(child, text, source.resource))
        patterns.append(try node(child, source.resource))
      }
      if let child = source["additionalProperties"] {
        additional = try node(child, source.resource)
      }
    }
    var required: UInt64 = 0
    if dialect.validation, let value = source["required"] {
      let names = try names(value, source)
      if names.count > 64 {
        result.append(.required(names))
      } else {
        required = require(plan.lists[names.range], &slots)
      }
    }
    if !slots.isEmpty || !patterns.isEmpty || additional >= 0 {
      plan.tables.append(
        PropertyTable(
          slots: hashed(slots), patterns: list(patterns), additional: additional,
          required: required, isClosed: additional >= 0))
      result.append(.properties(Int32(plan.tables.count - 1)))
    }
    guard dialect.applicator else { return result }
    if let child = source["propertyNames"] {
      result.append(.propertyNames(try node(child, source.resource)))
    }
    for (text, child) in source["dependentSchemas"]?.members ?? noMembers {
      result.append(.dependentSchema(key(text), try node(child, source.resource)))
    }
    // Kept for schemas of older drafts (Core 2020-12, appendix A).
    for (text, child) in source["dependencies"]?.members ?? noMembers {
      result.append(
        child.kind == .array
          ? .dependentRequired(key(text), try names(child, source))
          : .dependentSchema(key(text), try node(child, source.resource)))
    }
    return result
  }

  private var noMembers: JSONMembers {
    JSONMembers(storage: JSONStorage(bytes: [], tape: []), cursor: 0, stop: 0)
  }

  /// Gives each required name a bit; a name without a subschema gets a slot of its own.
  private func require(_ names: ArraySlice<Int32>, _ slots: inout [PropertySlot]) -> UInt64 {
    var bits: UInt64 = 0
    for (order, name) in names.enumerated() {
      let bit: UInt64 = 1 << UInt64(order)
      if let place = slots.firstIndex(where: { $0.name == name }) {
        if slots[place].requiredBit != 0 { continue }
        slots[place].requiredBit = bit
      } else {
        slots.append(PropertySlot(name: name, requiredBit: bit))
      }
      bits |= bit
    }
    return bits
  }

  /// Lays slots out as a hash table, at most half full.
  private mutating func hashed(_ slots: [PropertySlot]) -> Slice {
    var size = 2
    while size < slots.count * 2 { size *= 2 }
    var table = [PropertySlot](repeating: PropertySlot(), count: size)
    for slot in slots {
      let bytes = Array(plan.blob[plan.names[Int(slot.name)].range])
      var place = Int(bytes.withUnsafeBufferPointer { SchemaPlan.hash($0) }) & (size - 1)
      while table[place].name >= 0 { place = (place + 1) & (size - 1) }
      table[place] = slot
    }
    plan.slots += table
    return Slice(start: Int32(plan.slots.count - size), count: Int32(size))
  }

  mutating func arrays(
    _ source: inout KeywordSource, _ dialect: Dialect
  ) throws(SchemaError) -> [Step] {
    var result: [Step] = []
    var prefix: Int32 = 0
    if let value = source["prefixItems"] {
      let nodes = try nodes(value, source.resource)
      prefix = Int32(nodes.count)
      result.append(.prefixItems(list(nodes)))
    }
    if let value = source["items"] {
      result.append(.items(try node(value, source.resource), after: prefix))
    }
    if let value = source["contains"] {
      var (least, most): (Int32, Int32) = (1, .max)
      if dialect.validation, let value = source["minContains"] {
        least = Int32(clamping: try count(value, source))
      }
      if dialect.validation, let value = source["maxContains"] {
        most = Int32(clamping: try count(value, source))
      }
      let node = try node(value, source.resource)
      if let text = value["description"]?.string { plan.wanted[node] = text }
      result.append(.contains(node, min: least, max: most))
    }
    return result
  }

  mutating func combinations(_ source: inout KeywordSource) throws(SchemaError) -> [Step] {
    var result: [Step] = []
    if let value = source["allOf"] {
      result.append(.allOf(list(try nodes(value, source.resource))))
    }
    if let value = source["anyOf"] {
      result.append(.anyOf(list(try nodes(value, source.resource))))
    }
    if let value = source["oneOf"] {
      result.append(.oneOf(list(try nodes(value, source.resource))))
    }
    if let value = source["not"] { result.append(.not(try node(value, source.resource))) }
    if let value = source["if"] {
      let test = try node(value, source.resource)
      var (then, otherwise): (Int32, Int32) = (-1, -1)
      if let branch = source["then"] { then = try node(branch, source.resource) }
      if let branch = source["else"] { otherwise = try node(branch, source.resource) }
      result.append(.conditional(test: test, then: then, otherwise: otherwise))
    }
    return result
  }
}
