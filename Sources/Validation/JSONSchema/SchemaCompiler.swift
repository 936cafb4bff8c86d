// Turns schemas into a plan: resolves every reference, and checks that keywords are well-formed.
// Never runs on a message: schemas are compiled once, when the set is loaded.

struct SchemaCompiler {
  /// Which vocabularies a resource's dialect switches on.
  struct Dialect {
    var applicator = true
    var unevaluated = true
    var validation = true
    var formatAssertion = false
  }

  static let draft = "https://json-schema.org/draft/2020-12/"
  /// Schema objects in one plan; a bound on what a schema author can make us build.
  private static let largestPlan = 200_000

  let registry: JSONSchemaRegistry
  let assertFormats: Bool
  var plan = SchemaPlan()
  /// Steps of each node, until they are laid out flat.
  private var steps: [[Step]] = []
  private var nodeOf: [ObjectIdentifier: [Int: Int32]] = [:]
  private var nameOf: [[UInt8]: Int32] = [:]
  private var patternOf: [String: Int32] = [:]
  private var anchorOf: [String: Int32] = [:]
  private var dialects: [Int: Dialect] = [:]
  private var depth = 0

  init(registry: JSONSchemaRegistry, assertFormats: Bool) {
    self.registry = registry
    self.assertFormats = assertFormats
  }

  /// Compiles the schema a URI names, and everything reachable from it.
  mutating func compile(_ id: String) throws(SchemaError) -> SchemaPlan {
    guard let target = registry.target(of: SchemaURI(id)) else {
      throw SchemaError(place: id, reason: "no such schema was added")
    }
    plan.root = try node(target.node, target.resource)
    try compileDynamicTargets()
    for (index, own) in steps.enumerated() {
      plan.nodes[index].steps = Slice(start: Int32(plan.steps.count), count: Int32(own.count))
      plan.steps += own
    }
    return plan
  }

  /// Every resource in the plan that has a dynamic anchor in use may be its target; compiling one
  /// may bring further resources in, hence the loop.
  private mutating func compileDynamicTargets() throws(SchemaError) {
    var done = 0
    var anchors = 0
    while done < plan.nodes.count || anchors < anchorOf.count {
      done = plan.nodes.count
      anchors = anchorOf.count
      for resource in Set(plan.nodes.map { Int($0.resource) }).sorted() {
        let known = registry.resources[resource]
        for (anchor, number) in anchorOf.sorted(by: { $0.value < $1.value }) {
          guard let place = known.dynamicAnchors[anchor] else { continue }
          let target = JSONNode(storage: known.root.storage, index: place)
          plan.dynamicTargets[UInt64(resource) << 32 | UInt64(number)] =
            try node(target, resource)
        }
      }
    }
  }

  func error(_ schema: JSONNode, _ resource: Int, _ reason: String) -> SchemaError {
    let known = registry.resources[resource]
    let start = known.root.storage === schema.storage ? known.root.index : 0
    let pointer = JSONPointer.text(
      from: JSONNode(storage: schema.storage, index: start), to: schema.index,
      known: Set(
        schema.storage.tape.lazy.filter { $0.kind == .string }.map {
          Array(schema.storage.bytes[(Int($0.start) + 1)..<(Int($0.end) - 1)])
        }))
    return SchemaError(place: known.uri + "#" + pointer, reason: reason)
  }

  /// The node of a schema; compiled at the first request, so that recursion ends.
  mutating func node(_ schema: JSONNode, _ outer: Int) throws(SchemaError) -> Int32 {
    let resource = registry.resource(of: schema, otherwise: outer)
    if let known = nodeOf[ObjectIdentifier(schema.storage)]?[schema.index] { return known }
    guard plan.nodes.count < Self.largestPlan, depth < 400 else {
      throw error(schema, resource, "the schema is too large or nests too deep")
    }
    let number = Int32(plan.nodes.count)
    nodeOf[ObjectIdentifier(schema.storage), default: [:]][schema.index] = number
    plan.nodes.append(PlanNode(resource: Int32(resource)))
    steps.append([])
    depth += 1
    defer { depth -= 1 }
    switch schema.kind {
    case .boolean:
      if schema.bool == false { steps[Int(number)] = [.never] }
    case .object:
      let own = try keywords(schema, resource)
      steps[Int(number)] = own
      plan.nodes[Int(number)].tracks = own.contains {
        switch $0 {
        case .unevaluatedItems, .unevaluatedProperties: true
        default: false
        }
      }
    default: throw error(schema, resource, "a schema is an object or a boolean")
    }
    return number
  }

  private mutating func keywords(
    _ schema: JSONNode, _ resource: Int
  ) throws(SchemaError) -> [Step] {
    let dialect = try dialect(of: resource)
    var found: [String: JSONNode] = [:]
    for member in schema.members { found[member.key] = member.value }
    var source = KeywordSource(schema: schema, resource: resource, members: found)
    var result: [Step] = []
    if dialect.validation { result += try assertions(&source) }
    if dialect.formatAssertion || assertFormats { result += try formatStep(&source) }
    result += try references(&source)
    if dialect.applicator {
      result += try properties(&source, dialect)
      result += try arrays(&source, dialect)
      result += try combinations(&source)
    } else if dialect.validation, found["required"] != nil {
      result += try properties(&source, dialect)
    }
    // Last, since these look at what the others have evaluated.
    if dialect.unevaluated {
      if let child = found["unevaluatedProperties"] {
        let owner = try node(schema, resource)
        result.append(.unevaluatedProperties(try node(child, resource), owner: owner))
      }
      if let child = found["unevaluatedItems"] {
        result.append(.unevaluatedItems(try node(child, resource)))
      }
    }
    return result
  }

  /// The dialect of a resource: its own `$schema`, or that of the resource around it.
  private mutating func dialect(of resource: Int) throws(SchemaError) -> Dialect {
    if let known = dialects[resource] { return known }
    let root = registry.resources[resource].root
    var result = Dialect()
    if let uri = root["$schema"]?.string {
      result = try dialect(named: uri, root, resource)
    } else if let parent = registry.resources[resource].parent {
      result = try dialect(of: parent)
    }
    dialects[resource] = result
    return result
  }

  private func dialect(
    named uri: String, _ root: JSONNode, _ resource: Int
  ) throws(SchemaError) -> Dialect {
    let name = SchemaURI(uri).resource
    if name == Self.draft + "schema" { return Dialect() }
    guard let meta = registry.target(of: SchemaURI(name)),
      meta.node["$schema"]?.isString(Self.draft + "schema") == true
    else { throw error(root, resource, "only JSON Schema 2020-12 is understood, not \(uri)") }
    guard let vocabulary = meta.node["$vocabulary"] else { return Dialect() }
    var result = Dialect(applicator: false, unevaluated: false, validation: false)
    for (name, isRequired) in vocabulary.members {
      switch name {
      case Self.draft + "vocab/applicator": result.applicator = true
      case Self.draft + "vocab/unevaluated": result.unevaluated = true
      case Self.draft + "vocab/validation": result.validation = true
      case Self.draft + "vocab/format-assertion": result.formatAssertion = true
      case Self.draft + "vocab/core", Self.draft + "vocab/content",
        Self.draft + "vocab/meta-data", Self.draft + "vocab/format-annotation":
        break
      default:
        if isRequired.bool == true {
          throw error(root, resource, "unknown vocabulary \(name)")
        }
      }
    }
    return result
  }

  private mutating func references(_ source: inout KeywordSource) throws(SchemaError) -> [Step] {
    var result: [Step] = []
    if let value = source["$ref"] {
      let target = try target(value, source)
      result.append(.reference(try node(target.node, target.resource)))
    }
    if let value = source["$dynamicRef"] {
      let target = try target(value, source)
      let fallback = try node(target.node, target.resource)
      if let anchor = target.dynamicAnchor {
        let number = anchorOf[anchor] ?? Int32(anchorOf.count)
        anchorOf[anchor] = number
        plan.dynamicReferences.append(DynamicReference(anchor: number, fallback: fallback))
        result.append(.dynamicReference(Int32(plan.dynamicReferences.count - 1)))
      } else {
        result.append(.reference(fallback))
      }
    }
    return result
  }

  private func target(
    _ value: JSONNode, _ source: KeywordSource
  ) throws(SchemaError) -> JSONSchemaRegistry.Target {
    guard let text = value.string else {
      throw error(value, source.resource, "a reference is a string")
    }
    let base = SchemaURI(registry.resources[source.resource].uri)
    guard let target = registry.target(of: SchemaURI(text).resolved(against: base)) else {
      throw error(value, source.resource, "\(text) is not in the closed set of schemas")
    }
    return target
  }

  // MARK: Tables

  /// The number of a name in the plan's blob; each name is kept once.
  mutating func name(_ bytes: [UInt8]) -> Int32 {
    if let known = nameOf[bytes] { return known }
    let number = Int32(plan.names.count)
    plan.names.append(Slice(start: Int32(plan.blob.count), count: Int32(bytes.count)))
    plan.blob += bytes
    nameOf[bytes] = number
    return number
  }

  mutating func list(_ numbers: [Int32]) -> Slice {
    plan.lists += numbers
    return Slice(start: Int32(plan.lists.count - numbers.count), count: Int32(numbers.count))
  }

  mutating func pattern(_ value: JSONNode, _ text: String, _ resource: Int) throws(SchemaError)
    -> Int32
  {
    if let known = patternOf[text] { return known }
    do throws(RegexError) {
      plan.patterns.append(try LinearRegex(text))
    } catch {
      throw self.error(value, resource, "pattern: \(error.reason)")
    }
    plan.patternTexts.append(text)
    patternOf[text] = Int32(plan.patterns.count - 1)
    return Int32(plan.patterns.count - 1)
  }

  /// The nodes of an array of schemas.
  mutating func nodes(_ value: JSONNode, _ resource: Int) throws(SchemaError) -> [Int32] {
    guard value.kind == .array, value.count > 0 else {
      throw error(value, resource, "this keyword takes an array of schemas that is not empty")
    }
    var result: [Int32] = []
    for child in value.elements { result.append(try node(child, resource)) }
    return result
  }
}

/// One schema object while it is compiled.
struct KeywordSource {
  let schema: JSONNode
  let resource: Int
  let members: [String: JSONNode]

  subscript(_ keyword: String) -> JSONNode? { members[keyword] }
}
