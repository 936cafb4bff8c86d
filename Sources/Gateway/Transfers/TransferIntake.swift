// A transfer file handed in as such: checked, made strict where it is not, kept as an attachment,
// and sent as a message through `Admission`, like any other.
// Never sends a file to anybody but whom its name and header say; never a pupil its rules refuse.

import CommonTransfer
import Crypto
import ExchangeModel
import Foundation
import Policy
import Storage
import Validation

struct TransferIntake: Sendable {
  let store: Store
  let admission: Admission

  /// How a file goes on.
  enum Way: String, Sendable, CaseIterable {
    /// To a party of the exchange.
    case exchange
    /// Into the lost pupil pool.
    case pool = "lost-pupil-pool"
    /// To whom a person uploads it to S2S for: its destination takes no part in the exchange.
    case s2s
  }

  struct Outcome: Sendable {
    let admitted: Admission.Outcome
    let report: TransferReport
    let way: Way
    let recipient: PartyURN
  }

  /// Throws the refusal of a file that cannot go on.
  func hand(
    in bytes: [UInt8], named fileName: String, by spkiSHA256: String, from party: Party,
    stripsAddresses: Bool
  ) async throws -> Outcome {
    guard let name = TransferFileName(fileName), Self.isSent(name.kind) else {
      throw TransferDocuments.refusal(
        "/CTfile", "F03",
        "Give the file's name in Content-Disposition, such as 8504321_CTF_8519901_001.xml.")
    }
    let settings = TransferSettings(today: UKTime.date(of: store.now()))
    var pupils = FirstPupil(on: settings.today)
    let report = TransferReader.read(bytes, name: fileName, settings: settings) { pupils.take($0) }
    guard report.verdict != .reject, report.refusedPupils < report.pupils,
      !report.issues.contains(where: { $0.level == .stopExport })
    else { throw TransferProblem.refusal(of: report) }
    let file = strict(bytes, report, settings, stripsAddresses: stripsAddresses)
    let (recipient, way) = try route(name)
    let sha256 = Hex.text(SHA256.hash(data: file.bytes))
    try await keep(file.bytes, as: sha256, for: party.urn, by: spkiSHA256)
    let payload = try TransferPayload(
      name: name, version: file.version, sha256: sha256, size: file.bytes.count,
      pupils: report.pupils - report.refusedPupils)
    let content =
      way == .pool
      ? try payload.posting(
        ground: pupils.pupil?.ground, leftOn: pupils.pupil?.leftOn, by: party) : payload.file
    // The same file under the same name is the same message, whenever it is handed in.
    let envelope = Envelope(
      id: "\(name.text)-\(sha256.prefix(16))", source: party.urn,
      type: "gatehouse.\(way == .pool ? "lost-pupil-posting" : "common-transfer-file").v1",
      recipient: recipient, purpose: Purpose(rawValue: "record-transfer"),
      payload: Payload(format: .json, bytes: content))
    let admitted = try await admission.admit(
      EnvelopeWriter.write(envelope, as: .json), format: .json, from: .certificate(spkiSHA256))
    return Outcome(admitted: admitted, report: report, way: way, recipient: recipient)
  }

  private static func isSent(_ kind: TransferFileName.Kind) -> Bool {
    if case .other = kind { false } else { true }
  }

  /// The file as it goes on: as it came when it is of a version in use, complete and in form; else
  /// written anew.
  private func strict(
    _ bytes: [UInt8], _ report: TransferReport, _ settings: TransferSettings,
    stripsAddresses: Bool
  ) -> (bytes: [UInt8], version: String) {
    let number = report.header.versionNumber ?? 0
    let isInUse = TransferWriter.versions.contains(number)
    let dialect: Set<TransferRule> = [
      .byteOrderMark, .versionTag, .namespace, .encoding, .instruction,
    ]
    if isInUse, report.refusedPupils == 0, !stripsAddresses,
      !report.issues.contains(where: { dialect.contains($0.rule) })
    {
      return (bytes, "\(number).0")
    }
    let version = isInUse ? number : settings.currentVersion
    var writer = TransferWriter(
      report.header, version: version, made: report.header.madeAt(orOn: settings.today),
      stripsAddresses: stripsAddresses)
    _ = TransferReader.read(bytes, name: nil, settings: settings) { pupil in
      if !pupil.isRefused { writer.add(pupil, stripsAddresses: stripsAddresses) }
    }
    return (writer.finish(), "\(version).0")
  }

  /// To whom a file goes. Throws: `Refusal(.unknownRecipient)` when nobody here takes it.
  private func route(_ name: TransferFileName) throws(Refusal) -> (PartyURN, Way) {
    let directory = store.latestDirectory
    func party(of role: String, in authority: String? = nil) -> PartyURN? {
      directory.all.first {
        $0.state == .live && $0.role.rawValue.utf8.elementsEqual(role.utf8)
          && ($0.urn.localAuthority.utf8.elementsEqual(
            (authority ?? String($0.urn.localAuthority)).utf8))
      }?.urn
    }
    switch name.destination {
    case .unknown, .outside:
      if let pool = party(of: "lost-pupil-pool") { return (pool, .pool) }
    case .authority(let digits):
      if let desk = party(of: "local-authority-transfers", in: digits) { return (desk, .exchange) }
    case .school(let number):
      if let urn = PartyURN("urn:gatehouse:\(number.authority):\(number.establishment)"),
        directory[urn]?.state == .live
      {
        return (urn, .exchange)
      }
    }
    // Whoever keeps the pool carries files to S2S: its destination takes no part here.
    if let pool = party(of: "lost-pupil-pool") { return (pool, .s2s) }
    throw Refusal(.unknownRecipient)
  }

  private func keep(
    _ bytes: [UInt8], as sha256: String, for party: PartyURN, by spkiSHA256: String
  ) async throws {
    if try await store.holds(sha256, party: party) { return }
    let upload = try store.attachments.openPartial(sha256, by: party, at: 0)
    try bytes.withUnsafeBytes { try upload.append($0) }
    try await store.keep(upload, as: sha256, by: spkiSHA256)
  }
}
