// What of the MESH table cannot work, in words for whoever set it: said by `gatehouse check`, and
// counted at start. Never keeps a gateway from starting: one wrong line must not close every other
// door.

import ExchangeModel
import Storage
import Validation

struct MeshTableCheck {
  let settings: MeshSettings

  /// Workflows whose message type or purpose the catalogue does not have.
  func faults(by schemas: SchemaSet) -> [String] {
    let types = Dictionary(schemas.messageTypes.map { ($0.type, $0) }) { first, _ in first }
    var faults: [String] = []
    for workflow in settings.workflows {
      let place = "mesh.workflows: \(workflow.id): "
      guard let type = types[workflow.type] else {
        faults.append(place + "\(workflow.type) is no message type; see `gatehouse schema list`")
        continue
      }
      let purposes = type.purposes.joined(separator: ", ")
      if let purpose = workflow.purpose {
        if !Self.has(type.purposes, purpose) {
          faults.append(place + "\(purpose) is no purpose of its message type; write \(purposes)")
        }
      } else if type.purposes.count != 1 {
        faults.append(
          place + "bare payloads are refused; name the purpose they are for: \(purposes)")
      }
    }
    for workflow in settings.opaque {
      let place = "mesh.opaque: \(workflow.id): "
      let purposes = types[OpaqueTransfer.type]?.purposes ?? []
      if !Self.has(purposes, workflow.purpose) {
        faults.append(
          place + "\(workflow.purpose) is no purpose of \(OpaqueTransfer.type); write one of: "
            + purposes.joined(separator: ", "))
      }
      if settings.workflows.contains(where: { $0.id.utf8.elementsEqual(workflow.id.utf8) })
        || types[workflow.id] != nil
      {
        faults.append(place + "it is the id of a message type too, which goes first")
      }
    }
    return faults
  }

  /// Mailboxes that nobody can open.
  func faults(in directory: PartyDirectory, at now: Timestamp) -> [String] {
    settings.mailboxes.compactMap { mailbox in
      let place = "mesh.mailboxes: \(mailbox.id): "
      guard let party = directory[mailbox.party] else {
        return place + "\(mailbox.party) is no party of this gateway; see `gatehouse party`"
      }
      guard party.state == .live else { return place + "\(mailbox.party) is suspended" }
      let isOpen = party.certificates.contains {
        (try? directory.identify(spkiSHA256: $0.spkiSHA256, at: now).get()) != nil
      }
      return isOpen
        ? nil
        : place + "\(mailbox.party) has no certificate that counts; see `gatehouse certificate`"
    }
  }

  private static func has(_ words: [String], _ word: String) -> Bool {
    words.contains { $0.utf8.elementsEqual(word.utf8) }
  }
}
