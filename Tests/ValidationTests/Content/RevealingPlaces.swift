// Which places of a payload could reveal where a child can be found, judged by names, formats and
// the vocabulary, not by the marks: what the marks are held against.
import ExchangeModel
import Testing

@testable import Validation

/// A leaf of a message type's structure that is in question.
struct RevealingPlace: Hashable, CustomStringConvertible {
  let slug: String
  /// From the payload on, `*` for members of a list.
  let path: String
  /// The definition and the property of it that it comes from, e.g. `staff/phone`.
  let definition: String?
  /// True when it or what it lies in is marked.
  let isMarked: Bool

  var description: String { "\(slug)\(path)" }

  /// Why it reveals nothing; nil when it must be marked.
  var excuse: String? {
    Self.excuses["\(slug)\(path)"] ?? definition.flatMap { Self.excuses[$0] }
  }

  /// Not marked, with the reason.
  static let excuses: [String: String] = [
    "staff/phone": "the telephone of an office, whose party the envelope names",
    "staff/email": "the address of an office, whose party the envelope names",
    "staff/name": "the name of an official",
    "staff/position": "the post of an official",
    "common-transfer-file-rejection/where": "a place in a file",
    "safeguarding-decision/escalationRoute": "how to escalate",
    "triage-outcome/keyStageRoute": "a key stage",
    "medical-referral/examsOfficer/phone": "the telephone of an office",
    "medical-referral/examsOfficer/email": "the address of an office",
    "childAddress/country": "a country is no place to look",
    "medical-referral/previousSchool": "a school that the child has left",
    "medical-referral/schoolHistory/*/school": "schools that the child has left",
    "new-pupil-return/previousSchool": "a school that the child has left",
    "trace-request/lastSchool": "a school that the child has left",
    "social-care-episode-summary/placements/*/type": "the kind, by its description no address",
  ]

  private static let words: Set<String> = [
    "address", "addresses", "postcode", "phone", "phones", "mobile", "email", "school", "estab",
    "laestab", "placement", "placements", "setting", "provider", "centre", "where",
    "accommodation", "route",
  ]
  private static let definitions: Set<String> = ["phone", "email", "postcode", "leaEstab"]

  /// The places in question of a message type.
  static func all(of type: CompiledType, _ vocabulary: Vocabulary) -> [RevealingPlace] {
    let shape = type.mapping.shape
    let address = vocabulary.dataCategories.filter { $0.token == "address" }
      .flatMap(\.payloadProperties)
    var found: [RevealingPlace] = []
    func walk(_ node: Int, _ path: [String], _ asked: Bool, _ marked: Bool, _ definition: String?) {
      guard path.count < 12 else { return }
      let own = shape.nodes[node]
      switch own.kind {
      case .object(let members):
        for member in members {
          let isAsked =
            asked || isInQuestion(member, shape) || (path.isEmpty && address.contains(member.name))
          walk(
            member.node, path + [member.name], isAsked, marked || member.reveals != nil,
            own.name.map { "\($0)/\(member.name)" } ?? definition)
        }
      case .array(let items): walk(items.node, path + ["*"], asked, marked, definition)
      case .simple(.string):
        let isDate = ["date", "date-time"].contains(shape.format(of: node))
        guard asked, !isDate else { return }
        found.append(
          RevealingPlace(
            slug: type.messageType.slug, path: path.map { "/" + $0 }.joined(),
            definition: definition, isMarked: marked))
      case .simple: return
      }
    }
    walk(shape.root, [], false, false, nil)
    return found
  }

  private static func isInQuestion(_ member: PayloadShape.Member, _ shape: PayloadShape) -> Bool {
    var word = ""
    var names: [String] = []
    for character in member.name {
      if character.isUppercase {
        names.append(word)
        word = ""
      }
      word += character.lowercased()
    }
    names.append(word)
    let node = shape.nodes[member.node]
    let base = node.base.flatMap { shape.nodes[$0].name }
    return names.contains(where: words.contains)
      || [node.name, base].compactMap { $0 }.contains(where: definitions.contains)
  }
}
