// Reads what is asked of tracing: a new trace, a disclosure, a confirmation, what a letter needs.
// Never decides whether it may be asked.

import ExchangeModel
import PupilTracing
import Storage
import Validation

enum TraceBody {
  /// Why a child is traced, as a trace request has it.
  static let reasons = [
    "moved-unknown", "no-show", "lost-file-match", "returned-from-leave", "ehe-check",
    "safeguarding",
  ]
  static let verifiedBy = [
    "school-roll", "home-visit", "officer-saw-child", "health", "parent-document",
  ]
  static let childMembers = [
    "upn", "surname", "forename", "middleNames", "otherNames", "dateOfBirth",
    "dateOfBirthDoubtful", "sex", "places", "parents", "siblings", "lastSchool",
  ]

  /// A new trace. With `request` the question is that of the message, which the caller reads.
  static func newTrace(
    _ bytes: [UInt8], limits: Limits, openRequest: (MessageID) async throws -> TraceQuery
  ) async throws -> NewTrace {
    let root = try JSONNode.root(bytes, limits: limits)
    var reader = NodeReader(limits: limits)
    _ = reader.isObject(
      root, "", of: ["purpose", "reason", "officer", "system", "child", "request"])
    let purpose = reader.text(root, "purpose", "", isRequired: true)
    let reason = reader.word(root, "reason", "", of: reasons)
    let officer = reference("officer", root, &reader)
    let system = reference("system", root, &reader)
    if (root["officer"] == nil) == (root["system"] == nil) {
      reader.fault(
        root, "", "one-asker",
        "Give `officer`, the post or staff number of who asks, or `system`, the name of a system "
          + "that asks by itself.")
    }
    var query = TraceQuery()
    var request: MessageID?
    if let node = root["request"] {
      request = node.string.flatMap { MessageID($0) }
      if request == nil { reader.fault(node, "/request", "format", "Give a message's id.") }
      if root["child"] != nil {
        reader.fault(root, "/child", "one-question", "Give `child` or `request`, not both.")
      }
    } else if let child = root["child"] {
      query = self.query(child, &reader)
    } else {
      reader.fault(root, "", "required", "Give a child, or the request that asks for one.")
    }
    try reader.finish()
    guard let reason, let asker = officer ?? system else { throw Refusal(.badRequest) }
    if let request { query = try await openRequest(request) }
    return NewTrace(
      query: query, purpose: purpose, reason: reason, officer: asker,
      isNamedOfficer: officer != nil, request: request)
  }

  /// A post or staff number: no spaces, so that nobody writes a name there by habit.
  private static func reference(
    _ name: String, _ root: JSONNode, _ reader: inout NodeReader
  ) -> String? {
    guard let node = root[name] else { return nil }
    guard let text = node.string, (2...40).contains(text.utf8.count),
      text.utf8.allSatisfy({ byte in
        (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x2D
      })
    else {
      reader.fault(
        node, "/\(name)", "reference",
        "Give a number or post of 2 to 40 lower-case letters, digits and hyphens, never a name.")
      return nil
    }
    return text
  }

  private static func query(_ child: JSONNode, _ reader: inout NodeReader) -> TraceQuery {
    let place = "/child"
    guard reader.isObject(child, place, of: childMembers) else { return TraceQuery() }
    var names: [PupilName] = []
    let name = PupilName(
      surname: reader.text(child, "surname", place),
      forename: reader.text(child, "forename", place),
      middle: reader.text(child, "middleNames", place))
    if !name.surname.isEmpty || !name.forename.isEmpty { names.append(name) }
    names += reader.names(child, "otherNames", place)
    let born = reader.text(child, "dateOfBirth", place)
    let upn = reader.text(child, "upn", place)
    let query = TraceQuery(
      upn: upn, names: names,
      dateOfBirth: reader.date(born, child, place + "/dateOfBirth"),
      isDateDoubtful: reader.truth(child, "dateOfBirthDoubtful", place),
      sex: reader.sex(child, place), places: reader.places(child, "places", place),
      parents: reader.names(child, "parents", place),
      siblings: reader.names(child, "siblings", place),
      lastSchool: reader.text(child, "lastSchool", place))
    if upn.isEmpty, names.isEmpty {
      reader.fault(child, place, "required", "Give a UPN or a name at least.")
    }
    return query
  }

  /// The question of a trace request's payload, as JSON.
  static func query(ofRequest payload: JSONNode) -> TraceQuery {
    func text(_ node: JSONNode?, _ name: String) -> String { node?[name]?.string ?? "" }
    func elements(_ name: String) -> [JSONNode] {
      payload[name].map { Array($0.elements) } ?? []
    }
    let child = payload["child"]
    let alias = payload["childAlias"]
    let surname = text(child, "surname")
    let forename = text(child, "forename")
    var names = [
      PupilName(surname: surname, forename: forename, middle: text(child, "middleNames"))
    ]
    for kind in ["preferred", "former"] {
      let other = PupilName(
        surname: text(alias, kind + "Surname"), forename: text(alias, kind + "Forename"))
      guard !other.surname.isEmpty || !other.forename.isEmpty else { continue }
      names.append(
        PupilName(
          surname: other.surname.isEmpty ? surname : other.surname,
          forename: other.forename.isEmpty ? forename : other.forename))
    }
    var places: [PupilPlace] = []
    if let home = payload["lastKnownAddress"] {
      places = [PupilPlace(postcode: text(home, "postcode"), address: text(home, "houseNumber"))]
    }
    return TraceQuery(
      upn: text(child, "upn"), names: names, dateOfBirth: BirthDate(text(child, "dateOfBirth")),
      sex: PupilSex(text(child, "sex")), places: places,
      parents: elements("parents").map {
        PupilName(surname: text($0, "surname"), forename: text($0, "forename"))
      },
      siblings: elements("siblings").map {
        PupilName(surname: surname, forename: text($0, "forename"))
      },
      lastSchool: text(payload, "lastSchool"))
  }

  static func disclosure(
    _ bytes: [UInt8], limits: Limits
  ) throws -> (scope: PupilDisclosure, reason: String) {
    let root = try JSONNode.root(bytes, limits: limits)
    var reader = NodeReader(limits: limits)
    _ = reader.isObject(root, "", of: ["scope", "reason"])
    let scope = reader.word(root, "scope", "", of: ["school", "address", "full"])
    let reason = reader.word(root, "reason", "", of: reasons)
    try reader.finish()
    guard let scope = scope.flatMap(PupilDisclosure.init(rawValue:)), let reason else {
      throw Refusal(.badRequest)
    }
    return (scope, reason)
  }

  static func confirmation(_ bytes: [UInt8], limits: Limits) throws -> TraceConfirmation {
    let root = try JSONNode.root(bytes, limits: limits)
    var reader = NodeReader(limits: limits)
    _ = reader.isObject(root, "", of: ["result", "candidate", "verifiedBy"])
    let word = reader.word(
      root, "result", "", of: TraceConfirmation.Result.allCases.map(\.rawValue))
    let result = word.flatMap(TraceConfirmation.Result.init(rawValue:))
    let candidate = root["candidate"]?.integer.flatMap { Int(exactly: $0) }
    let verified = reader.word(
      root, "verifiedBy", "", of: verifiedBy, isRequired: result == .confirmed)
    if let result, (result == .notHere) != (candidate == nil) {
      reader.fault(
        root, "/candidate", "candidate",
        "Give the candidate's number, or none when the child is not among them.")
    }
    try reader.finish()
    guard let result else { throw Refusal(.badRequest) }
    return TraceConfirmation(result: result, candidate: candidate, verifiedBy: verified)
  }

  /// Parties named in a list, each once.
  static func parties(
    _ root: JSONNode, _ name: String, _ reader: inout NodeReader, limits: Limits
  ) -> [PartyURN] {
    guard let list = root[name] else { return [] }
    guard list.kind == .array, list.count <= limits.askedParties else {
      reader.fault(list, "/\(name)", "type", "Give a list of at most \(limits.askedParties).")
      return []
    }
    var found: [PartyURN] = []
    for (index, node) in list.elements.enumerated() {
      guard let urn = node.string.flatMap({ PartyURN($0) }) else {
        reader.fault(node, "/\(name)/\(index)", "format", "Give a party's URN; see /v1/parties.")
        continue
      }
      if !found.contains(urn) { found.append(urn) }
    }
    return found
  }
}
