// The MESH door's table, ready to be asked: mailbox and party, workflow and message type, opaque
// workflows. Never a rule of sharing: what it maps still has to be admitted.

import ExchangeModel
import Validation

/// What a workflow id stands for, between two mailboxes.
enum MeshRoute: Sendable, Equatable {
  /// A message type, and the purpose that a bare payload is wrapped for; nil where the table must
  /// name one and does not.
  case typed(type: String, purpose: String?)
  /// Bytes that nobody reads, for this purpose.
  case opaque(purpose: String)
}

struct MeshTable: Sendable {
  let settings: MeshSettings
  let secrets: MeshSecrets?
  private let byID: [String: MeshMailbox]
  private let byParty: [PartyURN: MeshMailbox]
  private let types: [String: MessageType]

  init(_ settings: MeshSettings, secrets: MeshSecrets?, schemas: SchemaSet) {
    self.settings = settings
    self.secrets = secrets
    byID = Dictionary(settings.mailboxes.map { ($0.id, $0) }) { first, _ in first }
    byParty = Dictionary(settings.mailboxes.map { ($0.party, $0) }) { first, _ in first }
    types = Dictionary(schemas.messageTypes.map { ($0.type, $0) }) { first, _ in first }
  }

  func mailbox(_ id: String) -> MeshMailbox? { byID[id] }

  func mailbox(of party: PartyURN) -> MeshMailbox? { byParty[party] }

  /// What a party is called at this door: its mailbox, or its URN where it has none.
  func name(of party: PartyURN) -> String { byParty[party]?.id ?? party.text }

  /// What a workflow id stands for; nil when it stands for nothing between these two.
  func route(_ workflow: String, from: MeshMailbox, to: MeshMailbox) -> MeshRoute? {
    if let known = settings.workflows.first(where: { Self.same($0.id, workflow) }),
      let type = types[known.type]
    {
      return .typed(type: type.type, purpose: known.purpose ?? Self.onlyPurpose(of: type))
    }
    if let type = types[workflow], !Self.same(workflow, OpaqueTransfer.type) {
      return .typed(type: type.type, purpose: Self.onlyPurpose(of: type))
    }
    return settings.opaqueWorkflow(workflow, from: from.id, to: to.id)
      .map { .opaque(purpose: $0.purpose) }
  }

  /// The workflow id of a message that did not come by this door.
  func workflow(of type: String) -> String {
    settings.workflows.first { Self.same($0.type, type) }?.id ?? type
  }

  /// The mailboxes that a workflow's messages may go to.
  func receivers(of workflow: String) -> [MeshMailbox] {
    let named = settings.opaque.filter { Self.same($0.id, workflow) }.flatMap(\.receivers)
    return settings.mailboxes.filter { named.contains($0.id) }
  }

  /// The message type of a workflow that is not opaque; nil when there is none.
  func messageType(of workflow: String) -> MessageType? {
    let alias = settings.workflows.first { Self.same($0.id, workflow) }?.type
    return types[alias ?? workflow]
  }

  private static func onlyPurpose(of type: MessageType) -> String? {
    type.purposes.count == 1 ? type.purposes.first : nil
  }

  private static func same(_ left: String, _ right: String) -> Bool {
    left.utf8.elementsEqual(right.utf8)
  }
}

extension MeshSettings {
  /// The setting that lets a workflow's bytes go unread from one mailbox to another; nil for none.
  func opaqueWorkflow(_ workflow: String, from: String, to: String) -> OpaqueWorkflow? {
    opaque.first {
      ($0.id.utf8.elementsEqual(workflow.utf8) || $0.id.utf8.elementsEqual("*".utf8))
        && $0.senders.contains(from) && $0.receivers.contains(to)
    }
  }

  /// True when an opaque transfer is one that the settings name: asked of every message of that
  /// type, by whichever door it comes.
  func allowsOpaque(
    _ workflow: String, purpose: String, from: PartyURN, to: PartyURN
  ) -> Bool {
    guard let sender = mailboxes.first(where: { $0.party == from }),
      let recipient = mailboxes.first(where: { $0.party == to }),
      let found = opaqueWorkflow(workflow, from: sender.id, to: recipient.id)
    else { return false }
    return found.purpose.utf8.elementsEqual(purpose.utf8)
  }
}
