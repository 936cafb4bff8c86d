// Reads a message type's `message.json` and checks that it is whole and agrees with its folder.
// Never reads received bytes: these files are the operator's own.
import ExchangeModel

/// Reads and checks one descriptor.
struct MessageTypeReader {
  private let file: String
  private var faults: [SchemaFault] = []

  /// The message type, or every fault found in its descriptor.
  static func read(
    _ file: SchemaFile, folder: MessageFolder
  ) -> Result<MessageType, SchemaFaults> {
    var reader = MessageTypeReader(file: file.path)
    do {
      let document = try JSONDocument.parse(file.bytes)
      reader.checkNames(document.root)
      let type = try JSONNodeDecoder(node: document.root).value(MessageType.self)
      reader.check(type, folder: folder)
      return reader.faults.isEmpty
        ? .success(type) : .failure(SchemaFaults(faults: reader.faults))
    } catch let error as MalformedDocument {
      reader.fault("", "line \(error.issue.line ?? 1): \(error.issue.message)")
    } catch let error as DecodingError {
      let (place, message) = error.told
      reader.fault(place, message)
    } catch {
      reader.fault("", "cannot be read")
    }
    return .failure(SchemaFaults(faults: reader.faults))
  }

  private init(file: String) { self.file = file }

  private static let names: Set<String> = [
    "type", "slug", "version", "code", "title", "description", "routes", "purposes",
    "lawfulBases", "specialConditions", "legalGateways", "consentRule", "expectedReplies",
    "retention", "attachments", "sensitivity", "priority", "childIdentifiers", "consentItems",
    "effect", "endsOn", "reviewWhenPresent",
  ]

  private mutating func checkNames(_ root: JSONNode) {
    for (name, _) in root.members where !Self.names.contains(name) {
      fault("/" + name, "is no member of a descriptor")
    }
  }

  private mutating func check(_ type: MessageType, folder: MessageFolder) {
    if type.slug != folder.slug { fault("/slug", "must be the folder's name, \(folder.slug)") }
    if type.version != folder.version {
      fault("/version", "must be the folder's, \(folder.version)")
    }
    let expected = "gatehouse.\(folder.slug).v\(folder.version)"
    if type.type != expected { fault("/type", "must be \(expected)") }
    for (place, text) in [("/code", type.code), ("/title", type.title)] where text.isEmpty {
      fault(place, "must not be empty")
    }
    checkLists(type)
    if Priority(rawValue: type.priority) == nil {
      fault("/priority", "must be routine, urgent or immediate")
    }
    let units = ["school-day", "working-day", "calendar-day", "hour", "month"]
    for (position, reply) in type.expectedReplies.enumerated() {
      if let clock = reply.within, !units.contains(clock.unit) || clock.count < 1 {
        fault(
          "/expectedReplies/\(position)/within",
          "needs a count from 1 and one of the units \(units.joined(separator: ", "))")
      }
      for role in reply.openedBy ?? [] where !RoleToken.isRole(role) {
        fault("/expectedReplies/\(position)/openedBy", "must be roles such as head-teacher")
      }
      if let other = reply.alternativeTo,
        !type.expectedReplies.contains(where: {
          $0.alternativeTo == nil && $0.type.utf8.elementsEqual(other.utf8)
        })
      {
        fault(
          "/expectedReplies/\(position)/alternativeTo",
          "must be the type of another expected reply, which is no alternative itself")
      }
    }
  }

  private mutating func checkLists(_ type: MessageType) {
    if type.routes.isEmpty { fault("/routes", "must name one route at least") }
    for (position, route) in type.routes.enumerated()
    where route.from.isEmpty || route.to.isEmpty {
      fault("/routes/\(position)", "must name roles in from and in to")
    }
    if type.purposes.isEmpty { fault("/purposes", "must name one purpose at least") }
    if type.lawfulBases.isEmpty { fault("/lawfulBases", "must name one basis at least") }
    var kinds: Set<String> = []
    for (position, rule) in type.attachments.enumerated() {
      if rule.mediaTypes.isEmpty {
        fault("/attachments/\(position)/mediaTypes", "must name one media type at least")
      }
      if !kinds.insert(rule.kind).inserted {
        fault("/attachments/\(position)/kind", "stands there twice")
      }
    }
  }

  private mutating func fault(_ place: String, _ message: String) {
    faults.append(SchemaFault(file: file, place: place, message: message))
  }
}

/// The folder of one version of a message type: `messages/<slug>/v<N>`.
struct MessageFolder: Hashable, Sendable, Comparable {
  let slug: String
  let version: Int

  /// The folder a file lies in; nil when it is no file of a message type.
  init?(path: String) {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count >= 4, parts[0] == "messages", parts[2].first == "v",
      let version = Int(parts[2].dropFirst()), version > 0, "v\(version)" == parts[2],
      Self.isSlug(parts[1])
    else { return nil }
    slug = String(parts[1])
    self.version = version
  }

  var path: String { "messages/\(slug)/v\(version)" }

  /// Lower-case words joined by single hyphens, the first beginning with a letter: it becomes an
  /// XML name.
  private static func isSlug(_ text: Substring) -> Bool {
    let words = text.split(separator: "-", omittingEmptySubsequences: false)
    let isWord = { (word: Substring) in
      !word.isEmpty
        && word.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) }
    }
    guard let first = text.utf8.first, (0x61...0x7A).contains(first) else { return false }
    return text.utf8.count <= 64 && words.allSatisfy(isWord)
  }

  static func < (left: Self, right: Self) -> Bool {
    left.slug == right.slug ? left.version < right.version : left.slug < right.slug
  }
}
