// Reads what a party says about a consent: its registration, withdrawal and review. Names every
// fault with its place; never repeats what was found there, since it may be personal.

import ExchangeModel
import Storage
import Validation

/// Reads one request's JSON and collects its faults.
struct ConsentReader {
  private let root: JSONNode
  private let limits: Limits
  private var issues: [ValidationIssue] = []

  /// Throws `Refusal(.badRequest)` when it is no JSON object.
  private init(_ bytes: [UInt8], limits: Limits) throws(Refusal) {
    do {
      root = try JSONDocument.parse(bytes, limits: limits).root
    } catch {
      throw Refusal(.badRequest, issues: [error.issue])
    }
    self.limits = limits
    guard root.kind == .object else {
      throw Refusal(
        .badRequest,
        issues: [
          ValidationIssue(place: "", line: 1, rule: "type", message: "Send a JSON object.")
        ])
    }
  }

  /// Reads a registration. Throws `Refusal(.badRequest)` naming every fault.
  static func consent(
    _ bytes: [UInt8], words: ConsentWords, limits: Limits
  ) throws(Refusal) -> NewConsent {
    var reader = try ConsentReader(bytes, limits: limits)
    reader.allow([
      "decision", "child", "givenBy", "relationship", "capacity", "purposes", "items",
      "recipients", "method", "evidence", "givenOn", "reviewBy", "expiresOn", "supersedes",
    ])
    let decision = reader.word("/decision", of: ["given", "refused"], isRequired: false)
    let child = reader.child()
    let givenBy = reader.text("/givenBy", isRequired: true)
    let relationship = reader.text("/relationship", isRequired: false)
    let capacity = reader.word("/capacity", of: ConsentCapacity.allCases.map(\.rawValue))
    let purposes = reader.words("/purposes", of: words.purposes, see: "/v1/vocabulary")
    let items = reader.words("/items", of: words.items, see: "/v1/vocabulary")
    let recipients = reader.recipients()
    let method = reader.word("/method", of: NewConsent.methods)
    let evidence = reader.evidence()
    let givenOn = reader.date("/givenOn", isRequired: true)
    let reviewBy = reader.date("/reviewBy", isRequired: true)
    let expiresOn = reader.date("/expiresOn", isRequired: false)
    let supersedes = reader.record("/supersedes")
    try reader.end()
    guard let capacity = capacity.flatMap(ConsentCapacity.init(rawValue:)), let method,
      let givenOn, let reviewBy, let givenBy
    else { throw Refusal(.badRequest) }
    var consent = NewConsent(
      capacity: capacity, purposes: purposes, items: items, recipients: recipients,
      method: method, givenOn: givenOn, reviewBy: reviewBy)
    consent.isGiven = decision != "refused"
    consent.child = child
    consent.givenBy = givenBy
    consent.relationship = relationship
    consent.evidence = evidence
    consent.expiresOn = expiresOn
    consent.supersedes = supersedes
    return consent
  }

  /// Reads a withdrawal. Throws `Refusal(.badRequest)` naming every fault.
  static func withdrawal(
    _ bytes: [UInt8], limits: Limits
  ) throws(Refusal) -> (scope: WithdrawalScope, reason: String?) {
    var reader = try ConsentReader(bytes, limits: limits)
    reader.allow(["scope", "recipient", "item", "reason"])
    let word = reader.word("/scope", of: ["all", "recipient", "item"])
    let recipient = reader.party("/recipient", reader.root["recipient"], word == "recipient")
    let item = reader.text("/item", isRequired: word == "item")
    for name in ["recipient", "item"] where word != nil && word != name {
      if reader.root[name] != nil {
        reader.fault("/\(name)", "not", "Leave it out, or make it the scope.")
      }
    }
    let reason = reader.text("/reason", isRequired: false)
    try reader.end()
    let scope: WithdrawalScope =
      if let recipient { .recipient(recipient) } else if let item { .item(item) } else { .all }
    return (scope, reason)
  }

  /// Reads a review. Throws `Refusal(.badRequest)` naming every fault.
  static func review(_ bytes: [UInt8], limits: Limits) throws(Refusal) -> CivilDate {
    var reader = try ConsentReader(bytes, limits: limits)
    reader.allow(["reviewBy"])
    let reviewBy = reader.date("/reviewBy", isRequired: true)
    try reader.end()
    guard let reviewBy else { throw Refusal(.badRequest) }
    return reviewBy
  }

  private func end() throws(Refusal) {
    guard issues.isEmpty else {
      throw Refusal(.badRequest, issues: Array(issues.prefix(limits.issuesPerDocument)))
    }
  }

  private mutating func fault(_ place: String, _ rule: String, _ message: String) {
    var node = root
    for name in place.split(separator: "/") { node = node[String(name)] ?? node }
    issues.append(ValidationIssue(place: place, line: node.line, rule: rule, message: message))
  }

  private mutating func allow(_ names: [String], in place: String = "") {
    let node = place.isEmpty ? root : root[String(place.dropFirst())] ?? root
    let isKnown = { (key: String) in names.contains { $0.utf8.elementsEqual(key.utf8) } }
    if node.members.contains(where: { !isKnown($0.key) }) {
      fault(
        place, "additionalProperties", "Send these only: \(names.joined(separator: ", ")).")
    }
  }

  private func node(_ place: String) -> JSONNode? { root[String(place.dropFirst())] }

  private mutating func text(_ place: String, isRequired: Bool) -> String? {
    text(place, node(place), isRequired: isRequired)
  }

  private mutating func text(_ place: String, _ node: JSONNode?, isRequired: Bool) -> String? {
    guard let node else {
      if isRequired { fault(place, "required", "Give it.") }
      return nil
    }
    guard let text = node.string, (1...limits.consentText).contains(text.utf8.count),
      !text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }), text.contains(where: { $0 != " " })
    else {
      fault(
        place, "text",
        "Send a text of 1 to \(limits.consentText) bytes, without control characters.")
      return nil
    }
    return text
  }

  private mutating func word(
    _ place: String, of words: [String], isRequired: Bool = true
  ) -> String? {
    guard node(place) != nil || isRequired else { return nil }
    guard let found = words.first(where: { node(place)?.isString($0) == true }) else {
      fault(place, "enum", "Say one of \(words.joined(separator: ", ")).")
      return nil
    }
    return found
  }

  /// The elements of a list that must not be empty.
  private mutating func list(_ place: String) -> [JSONNode] {
    let elements = node(place).map { Array($0.elements) } ?? []
    guard (1...limits.consentEntries).contains(elements.count) else {
      fault(place, "minItems", "Send a list of 1 to \(limits.consentEntries).")
      return []
    }
    return elements
  }

  private mutating func words(_ place: String, of words: [String], see: String) -> [String] {
    var found: [String] = []
    for (index, element) in list(place).enumerated() {
      guard let word = words.first(where: { element.isString($0) }) else {
        issues.append(
          ValidationIssue(
            place: "\(place)/\(index)", line: element.line, rule: "enum",
            message: "It is not a word of the list that \(see) publishes."))
        continue
      }
      found.append(word)
    }
    return found
  }

  private mutating func recipients() -> [PartyURN] {
    list("/recipients").enumerated().compactMap { index, element in
      party("/recipients/\(index)", element, true)
    }
  }

  private mutating func party(
    _ place: String, _ node: JSONNode?, _ isRequired: Bool
  ) -> PartyURN? {
    guard node != nil || isRequired else { return nil }
    guard let party = node?.string.flatMap({ PartyURN($0) }) else {
      issues.append(
        ValidationIssue(
          place: place, line: (node ?? root).line, rule: "format:party",
          message: "Give a party's URN; see /v1/parties."))
      return nil
    }
    return party
  }

  private mutating func date(_ place: String, isRequired: Bool) -> CivilDate? {
    guard let node = node(place) else {
      if isRequired { fault(place, "required", "Give a day as YYYY-MM-DD.") }
      return nil
    }
    guard let date = node.string.flatMap({ CivilDate($0) }) else {
      fault(place, "format:date", "Give a day as YYYY-MM-DD.")
      return nil
    }
    return date
  }

  private mutating func record(_ place: String) -> MessageID? {
    guard let node = node(place) else { return nil }
    guard let id = node.string.flatMap({ MessageID($0) }) else {
      fault(place, "format:uuid", "Give the id of a consent record.")
      return nil
    }
    return id
  }

  private mutating func evidence() -> ConsentEvidence? {
    guard let node = node("/evidence") else { return nil }
    allow(["sha256", "kind"], in: "/evidence")
    let kind = ConsentEvidence.kinds.first { node["kind"]?.isString($0) == true }
    if kind == nil {
      fault(
        "/evidence/kind", "enum",
        "Say one of \(ConsentEvidence.kinds.joined(separator: ", ")).")
    }
    let digest = node["sha256"]?.string
    guard let digest, Hex.decode(digest.utf8)?.count == 32, let kind else {
      if digest.flatMap({ Hex.decode($0.utf8) })?.count != 32 {
        fault("/evidence/sha256", "digest", "Give 64 lower-case hex digits.")
      }
      return nil
    }
    return ConsentEvidence(sha256: digest, kind: kind)
  }

  /// The child's identifiers: hashed by the store at once, and never told back.
  private mutating func child() -> [String: String] {
    guard let node = node("/child"), node.kind == .object else {
      fault("/child", "required", "Give the child's surname, forename and date of birth.")
      return [:]
    }
    let required = ["surname", "forename", "dateOfBirth"]
    let numbers = [("upn", "upn"), ("uln", "uln"), ("nhsNumber", "nhs-number")]
    allow(required + numbers.map(\.0), in: "/child")
    var found: [String: String] = [:]
    for name in required {
      found[name] = text("/child/\(name)", node[name], isRequired: true)
    }
    if let born = found["dateOfBirth"], CivilDate(born) == nil {
      fault("/child/dateOfBirth", "format:date", "Give a day as YYYY-MM-DD.")
    }
    for (name, format) in numbers {
      guard let value = node[name] else { continue }
      guard let text = value.string, ChildNumber.isValid(text, format: format) else {
        fault("/child/\(name)", "format:\(format)", "Check it: it is not such a number.")
        continue
      }
      found[name] = text
    }
    return found
  }
}
