// The committed table `catalogue-matrix.csv`, made from the analysis of the sources without the
// schemas (Tests/Interop/matrix_table.py), and where the schemas rightly differ from it.

import ExchangeModel
import Foundation
import Testing

/// What the catalogue says of one message type.
struct CatalogueRow: Sendable, CustomTestStringConvertible {
  let code: String
  let purpose: String
  let lawfulBasis: String
  let consentRule: String
  let isSealed: Bool
  let senders: Set<String>
  let recipients: Set<String>

  var testDescription: String { code }

  /// Whether the catalogue, with the exceptions below, sends this type from one role to another.
  func allows(_ from: String, _ to: String) -> Bool {
    for exception in CatalogueException.all
    where exception.code == code && exception.from.contains(from) && exception.to.contains(to) {
      return exception.isAllowed
    }
    return senders.contains(from) && recipients.contains(to)
  }

  static let all: [CatalogueRow] = {
    let file = projectFolder.appendingPathComponent("Tests/PolicyTests/catalogue-matrix.csv")
    guard let data = FileManager.default.contents(atPath: file.path) else { return [] }
    let lines = String(decoding: data, as: UTF8.self).split(separator: "\n").dropFirst()
    return lines.compactMap { line in
      let cells = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      guard cells.count == 7 else { return nil }
      let words = { (cell: String) in Set(cell.split(separator: " ").map(String.init)) }
      return CatalogueRow(
        code: cells[0], purpose: cells[1], lawfulBasis: cells[2], consentRule: cells[3],
        isSealed: cells[4] == "yes", senders: words(cells[5]), recipients: words(cells[6]))
    }
  }()
}

/// Routes that the descriptors have otherwise than the catalogue's flat lists, each for a reason.
struct CatalogueException: Sendable {
  let code: String
  let from: Set<String>
  let to: Set<String>
  let isAllowed: Bool
  let reason: String

  private static let schools: Set = ["school", "special-school", "independent-school"]
  private static let keepers = schools.union(["education-centre"])
  private static let desks = keepers.union(["local-authority-transfers"])
  private static let roles = Set(vocabulary.roles.map(\.token))
  private static let notParticipants: Set = [
    "gateway", "parent-portal", "public-portal", "family-portal", "web-publication",
  ]

  private static let keepsRecords =
    "An education centre has an establishment number and keeps pupils' records as a school does."
  private static let onlyWhoIsAsked =
    "Only a body that may be asked under the duty can answer, so ANY means those bodies here."

  /// An education centre sends or receives what schools do.
  private static func centre(_ code: String, from: Set<String>, to: Set<String>) -> [Self] {
    [
      Self(
        code: code, from: ["education-centre"], to: to.union(["education-centre"]),
        isAllowed: true, reason: keepsRecords),
      Self(
        code: code, from: from, to: ["education-centre"], isAllowed: true, reason: keepsRecords),
    ]
  }

  /// Roles that cannot be asked under Children Act 2004, section 16LA, and so do not answer.
  private static let notAsked: Set = [
    "inspection-and-advisory-service", "legal-intervention", "review-panel",
    "send-partnership-service", "lost-pupil-pool", "department-for-education", "ofsted",
    "subject-access-team", "data-protection-officer", "sealed-record-custodian",
    "local-authority-transfers", "council-complaints",
  ]

  /// Types of our own, which the catalogue does not have.
  static let ownTypes: Set = ["OPS.DUTY", "OPS.DELIVERY", "OPS.OPAQUE", "REG.DEL.END"]

  static let all: [Self] =
    centre("CP.FILE", from: keepers, to: keepers)
    + centre("CP.RECEIPT", from: keepers, to: keepers)
    + centre("CTF.SEND", from: desks, to: desks.union(["lost-pupil-pool"]))
    + centre("CTF.ACK", from: desks, to: desks)
    + centre("CTF.REJ", from: desks.union(["gateway"]), to: desks)
    + centre("CTF.STATUS", from: desks, to: desks)
    + [
      Self(
        code: "RGT.RECT", from: ["gateway"], to: roles.subtracting(notParticipants),
        isAllowed: true,
        reason: "The gateway tells every earlier recipient (UK GDPR, Article 19): its log has them."
      ),
      Self(
        code: "RGT.RECT.ACK", from: roles.subtracting(notParticipants),
        to: roles.subtracting(notParticipants).union(["gateway"]), isAllowed: true,
        reason: "RGT.RECT comes from any controller (ANY), so its acknowledgement goes back there."
      ),
      Self(
        code: "SPS.WITHDRAW", from: ["gateway"], to: roles.subtracting(notParticipants),
        isAllowed: true,
        reason: "The gateway tells whoever already has what rested on the consent."),
      Self(
        code: "SEN.ADVICERESP", from: ["education-centre"], to: ["sen-casework"], isAllowed: true,
        reason: "SEN.ADVICEREQ asks education centres too, and who is asked answers."),
      Self(
        code: "S16LA.DISC", from: notAsked, to: roles, isAllowed: false, reason: onlyWhoIsAsked),
      Self(
        code: "S16LA.REFUSE", from: notAsked, to: roles, isAllowed: false, reason: onlyWhoIsAsked),
      Self(
        code: "HSCP.RAPID", from: roles.subtracting(["safeguarding-partnership"]),
        to: ["review-panel"], isAllowed: false,
        reason: "Partners contribute to the partnership; the partnership alone tells the panel."),
      Self(
        code: "HSCP.RAPID", from: ["safeguarding-partnership"], to: ["safeguarding-partnership"],
        isAllowed: false, reason: "As above: the list is of two legs, not of every pair."),
      Self(
        code: "HSCP.NOTIFY", from: ["childrens-social-care"],
        to: ["review-panel", "safeguarding-partnership", "ofsted"], isAllowed: true,
        reason: "The duty is the council's (HCC); its social care department carries it out."),
      Self(
        code: "SPS.STATS", from: ["send-partnership-service"], to: ["sen-casework"],
        isAllowed: true,
        reason: "LA is any education department; the one that answers for the service is SEN's."),
      Self(
        code: "RGT.SAR.COLL", from: roles.subtracting(notParticipants),
        to: ["subject-access-team"], isAllowed: true,
        reason: "Its payload has a return leg (parts): who is asked to search answers."),
    ]
}
