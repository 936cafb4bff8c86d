// The party directory and the holders of attachments as the log's events alone make them, to be
// compared with the tables. Never covers what no event says: names and validity dates.

import ExchangeModel
import MessageLog

struct DirectoryReplay: Sendable {
  struct Holder: Hashable, Sendable {
    let party: String
    let attachment: String
  }

  private struct KnownParty: Sendable {
    var role = ""
    var state = "live"
    var country = "GB"
    var purposes: String?
  }

  private struct KnownCertificate: Sendable {
    let party: String
    var state: String
  }

  private var parties: [String: KnownParty] = [:]
  private var certificates: [String: KnownCertificate] = [:]
  private(set) var holders: Set<Holder> = []

  mutating func apply(_ event: LogEvent) {
    switch event.kind {
    case .partyChanged:
      guard let party = event[.party], let change = event[.change] else { return }
      if change == "registered" {
        var known = parties[party] ?? KnownParty()
        known.role = event[.role] ?? ""
        // An event from before countries were kept has none.
        known.country = event[.country] ?? "GB"
        known.purposes = event[.purpose]
        parties[party] = known
      } else {
        parties[party]?.state = change
      }
    case .certificateChanged:
      guard let key = event[.certificate], let party = event[.party] else { return }
      if event[.change] == "revoked" {
        certificates[key]?.state = "revoked"
      } else if certificates[key] == nil {
        certificates[key] = KnownCertificate(party: party, state: "live")
      }
    case .attachmentStored:
      guard let party = event[.actor], let attachment = event[.attachment] else { return }
      holders.insert(Holder(party: party, attachment: attachment))
    case .disposed:
      guard let attachment = event[.attachment] else { return }
      holders = holders.filter { !$0.attachment.utf8.elementsEqual(attachment.utf8) }
    default: break
    }
  }

  /// The first party or certificate that the tables have otherwise; nil when they agree.
  func difference(from directory: PartyDirectory) -> String? {
    var unseenParties = parties
    var unseenCertificates = certificates
    for party in directory.all {
      guard let known = unseenParties.removeValue(forKey: party.urn.text),
        known.role.utf8.elementsEqual(party.role.rawValue.utf8),
        known.state == party.state.rawValue,
        known.country.utf8.elementsEqual(party.country.utf8),
        known.purposes == party.purposes?.joined(separator: " ")
      else { return "party \(party.urn): its entry is not what the log says" }
      for certificate in party.certificates {
        let known = unseenCertificates.removeValue(forKey: certificate.spkiSHA256)
        guard let known, known.party == party.urn.text, known.state == certificate.state.rawValue
        else {
          return "certificate \(certificate.spkiSHA256): not what the log says of it"
        }
      }
    }
    if let lost = unseenParties.keys.min() { return "party \(lost): it is not there" }
    if let lost = unseenCertificates.keys.min() {
      return "certificate \(lost): it is not there"
    }
    return nil
  }
}
