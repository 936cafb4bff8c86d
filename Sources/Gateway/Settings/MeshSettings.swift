// Settings of the MESH door: which mailbox is which party, which workflow id is which message
// type, which workflows carry bytes that nobody reads. Never a password: they have their own file.

package import ExchangeModel
import Validation

/// The MESH door as an operator sets it; without mailboxes it is closed.
package struct MeshSettings: Sendable {
  /// The file of the passwords and the shared key; nil while there is no mailbox.
  package var secrets: String?
  package var mailboxes: [MeshMailbox] = []
  package var workflows: [MeshWorkflow] = []
  package var opaque: [OpaqueWorkflow] = []

  package init() {}
}

/// A mailbox: a party's name at this door. A party has at most one.
package struct MeshMailbox: Sendable, Equatable {
  /// What a recipient's system gets of a typed message.
  package enum Delivery: String, Sendable, CaseIterable { case envelope, payload }

  /// In upper case.
  package let id: String
  package let party: PartyURN
  package let name: String?
  /// The organisation's code, for look-ups.
  package let odsCode: String?
  package let delivery: Delivery
  /// JSON or XML; nil as the sender wrote it.
  package let format: ContentFormat?

  package init(
    id: String, party: PartyURN, name: String? = nil, odsCode: String? = nil,
    delivery: Delivery = .envelope, format: ContentFormat? = nil
  ) {
    self.id = id
    self.party = party
    self.name = name
    self.odsCode = odsCode
    self.delivery = delivery
    self.format = format
  }
}

/// A workflow id that stands for a message type. The type's own name always does.
package struct MeshWorkflow: Sendable, Equatable {
  package let id: String
  package let type: String
  /// For which purpose the door wraps a bare payload; nil where the type has only one.
  package let purpose: String?

  package init(id: String, type: String, purpose: String? = nil) {
    self.id = id
    self.type = type
    self.purpose = purpose
  }
}

/// A workflow whose bytes the gateway does not read, between mailboxes that are named.
package struct OpaqueWorkflow: Sendable, Equatable {
  /// The workflow id; `*` for any, which is meant for tests alone.
  package let id: String
  package let senders: [String]
  package let receivers: [String]
  package let purpose: String

  package init(id: String, senders: [String], receivers: [String], purpose: String) {
    self.id = id
    self.senders = senders
    self.receivers = receivers
    self.purpose = purpose
  }
}

extension SettingsReader {
  /// `{secrets, mailboxes, workflows, opaque}`.
  mutating func mesh(_ pointer: String, _ folder: String, _ target: inout MeshSettings) {
    optionalPath(pointer + "/secrets", folder, &target.secrets)
    let known: Set = ["mailbox", "party", "name", "ods", "deliver", "format"]
    for node in objects(pointer + "/mailboxes", known) {
      guard let mailbox = mailbox(node, pointer) else { continue }
      guard !target.mailboxes.contains(where: { $0.id == mailbox.id || $0.party == mailbox.party })
      else {
        fault(pointer + "/mailboxes", node, "Name each mailbox and each party once.")
        continue
      }
      target.mailboxes.append(mailbox)
    }
    for node in objects(pointer + "/workflows", ["workflow", "type", "purpose"]) {
      guard let id = meshText(node, "workflow", pointer + "/workflows"),
        let type = meshText(node, "type", pointer + "/workflows")
      else { continue }
      guard !target.workflows.contains(where: { $0.id == id }) else {
        fault(pointer + "/workflows", node, "Name each workflow once.")
        continue
      }
      target.workflows.append(
        MeshWorkflow(id: id, type: type, purpose: node["purpose"]?.string))
    }
    for node in objects(pointer + "/opaque", ["workflow", "senders", "receivers", "purpose"]) {
      let place = pointer + "/opaque"
      guard let id = meshText(node, "workflow", place),
        let purpose = meshText(node, "purpose", place),
        let senders = mailboxes(node, "senders", place, target),
        let receivers = mailboxes(node, "receivers", place, target)
      else { continue }
      target.opaque.append(
        OpaqueWorkflow(id: id, senders: senders, receivers: receivers, purpose: purpose))
    }
    if !target.mailboxes.isEmpty, target.secrets == nil {
      missing(pointer + "/secrets", "Name the file of the mailboxes' passwords.")
    }
  }

  private mutating func mailbox(_ node: JSONNode, _ pointer: String) -> MeshMailbox? {
    let place = pointer + "/mailboxes"
    guard let id = meshText(node, "mailbox", place), let urn = meshText(node, "party", place)
    else { return nil }
    let isName = id.utf8.count <= 100 && id.utf8.allSatisfy(Self.isMailboxByte)
    guard isName else {
      fault(place, node, "Write a mailbox with A-Z, 0-9, `-` and `_` alone.")
      return nil
    }
    guard let party = PartyURN(urn) else {
      fault(place, node, "Give the party's URN.")
      return nil
    }
    let delivery = node["deliver"]?.string ?? MeshMailbox.Delivery.envelope.rawValue
    let format = node["format"]?.string ?? "as-sent"
    guard let delivery = MeshMailbox.Delivery(rawValue: delivery),
      format == "as-sent" || ContentFormat(rawValue: format) != nil
    else {
      fault(place, node, "Set `deliver` to envelope or payload, `format` to json, xml or as-sent.")
      return nil
    }
    return MeshMailbox(
      id: id, party: party, name: node["name"]?.string, odsCode: node["ods"]?.string,
      delivery: delivery, format: ContentFormat(rawValue: format))
  }

  /// Mailboxes that are set above; `*` is all of them.
  private mutating func mailboxes(
    _ node: JSONNode, _ name: String, _ pointer: String, _ settings: MeshSettings
  ) -> [String]? {
    let all = settings.mailboxes.map(\.id)
    let texts = node[name].map { $0.elements.compactMap(\.string) } ?? []
    if texts == ["*"] { return all }
    guard !texts.isEmpty, texts.allSatisfy({ all.contains($0) }) else {
      fault(pointer, node[name] ?? node, "List mailboxes that are set here, or \"*\" for all.")
      return nil
    }
    return texts
  }

  private mutating func meshText(_ node: JSONNode, _ name: String, _ pointer: String) -> String? {
    guard let text = node[name]?.string, !text.isEmpty, text.utf8.count <= 300 else {
      fault(pointer, node, "Give each a `\(name)`, as text.")
      return nil
    }
    return text
  }

  private static func isMailboxByte(_ byte: UInt8) -> Bool {
    (0x41...0x5A).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x2D || byte == 0x5F
  }
}
