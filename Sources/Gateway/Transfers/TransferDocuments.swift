// Reads and checks the transfer file that goes with a message, before the message is decided:
// whichever door it came through, no file goes on that its rules stop.
// Never lets a file pass whose name, header, payload and parties do not agree.

import CommonTransfer
import Dispatch
import ExchangeModel
import Foundation
import Policy
import Storage
import Validation

struct TransferDocuments: Sendable {
  let store: Store
  let limits: Limits

  private static let kind = "ctf"
  /// Pupils of one file by whom its message can be found again; S2S takes a twentieth.
  private static let mostPupils = 10_000

  /// The facts of a message with what its file adds to them.
  ///
  /// Throws: `Refusal(.attachmentMissing)` when the file was not uploaded by the sender,
  /// `Refusal(.payloadInvalid)` with every rule that stops it. `place` tells where an attachment
  /// is claimed.
  func content(
    of valid: ValidatedEnvelope, place: (Int) -> String
  ) async throws -> ContentFacts {
    guard let claim = Self.claim(of: valid.content.effect) else { return valid.content }
    let index = valid.attachments.firstIndex {
      $0.kind.utf8.elementsEqual(Self.kind.utf8) && $0.sha256.utf8.elementsEqual(claim.sha256.utf8)
    }
    guard let index else {
      throw Self.refusal("/data/ctf/sha256", "transfer", "Attach the file of this digest.")
    }
    guard try await store.holds(claim.sha256, party: valid.envelope.source) else {
      throw Refusal(
        .attachmentMissing,
        issues: [
          ValidationIssue(
            place: place(index), line: nil, rule: "attachment",
            message: "No such attachment was uploaded by this party; PUT it first.")
        ])
    }
    let settings = TransferSettings(today: UKTime.date(of: store.now()))
    guard let bytes = await read(claim.sha256, most: settings.fileBytes) else {
      throw Self.refusal(place(index), "F01", "The file is too large to be read.")
    }
    var pupils = FirstPupil(on: settings.today)
    var children: [[String: String]] = []
    let report = TransferReader.read(bytes, name: claim.fileName, settings: settings) {
      pupils.take($0)
      if children.count < Self.mostPupils { children.append($0.identifiers) }
    }
    try Self.requireTaken(report)
    try TransferAgreement(claim: claim, report: report).require(valid.envelope)
    var content = try content(valid.content, report, pupils)
    content.filePupils = children
    return content
  }

  private func content(
    _ content: ContentFacts, _ report: TransferReport, _ pupils: FirstPupil
  ) throws -> ContentFacts {
    guard case .lostPupilPosting(var posting) = content.effect else { return content }
    guard let pupil = pupils.pupil,
      let authority = report.header.source?.place?.authority
    else { throw TransferProblem.refusal(of: report) }
    posting.face = LostPupilPosting.Face(
      initials: pupil.initials, yearGroup: pupil.yearGroup, authority: authority)
    posting.identifiers = pupil.identifiers
    posting.leftOn = pupil.leftOn
    posting.bornOn = pupil.dateOfBirth
    var content = content
    content.effect = .lostPupilPosting(posting)
    return content
  }

  /// Reads on a thread that may wait.
  private func read(_ sha256: String, most: Int) async -> [UInt8]? {
    let path = store.attachments.path(of: sha256)
    guard store.attachments.size(of: sha256) <= Int64(most) else { return nil }
    return await withCheckedContinuation { done in
      DispatchQueue.global().async {
        done.resume(returning: FileManager.default.contents(atPath: path).map { Array($0) })
      }
    }
  }

  private static func claim(of effect: MessageEffect?) -> TransferClaim? {
    switch effect {
    case .transfer(let file): file
    case .lostPupilPosting(let posting): posting.file
    default: nil
    }
  }

  /// A file that comes with its message goes on byte for byte, so that no pupil can be left out of
  /// it: a pupil that is refused refuses the message. `POST /v1/transfers` leaves such pupils out.
  private static func requireTaken(_ report: TransferReport) throws(Refusal) {
    let stopsExport = report.issues.contains { $0.level == .stopExport }
    if report.verdict == .reject || report.refusedPupils > 0 || stopsExport {
      throw TransferProblem.refusal(of: report)
    }
  }

  static func refusal(_ place: String, _ rule: String, _ message: String) -> Refusal {
    Refusal(
      .payloadInvalid,
      issues: [ValidationIssue(place: place, line: nil, rule: rule, message: message)])
  }
}

extension TransferPupil {
  /// What the pupil is found again by, by the names of message types' `childIdentifiers`.
  fileprivate var identifiers: [String: String] {
    var identifiers = ["upn": upn, "surname": surname, "forename": forename]
    if let born = dateOfBirth { identifiers["dateOfBirth"] = "\(born)" }
    if let formerUPN { identifiers["formerUpn"] = formerUPN }
    for (name, number) in [("uln", uniqueLearnerNumber), ("uci", candidateIdentifier)] {
      if let number { identifiers[name] = number }
    }
    return identifiers.filter { !$0.value.isEmpty }
  }
}

/// What a posting needs of the one pupil of its file.
struct FirstPupil {
  struct Pupil {
    var initials: String
    var yearGroup: String
    var identifiers: [String: String]
    var leftOn: CivilDate?
    /// The ground of the deletion by the file, with the day it was made on.
    var ground: String?
    var dateOfBirth: CivilDate
  }

  /// Today, for the year group of a pupil whose file has none.
  let day: CivilDate
  private(set) var pupil: Pupil?

  init(on day: CivilDate) { self.day = day }

  mutating func take(_ read: TransferPupil) {
    guard pupil == nil, let born = read.dateOfBirth else { return }
    let history = read.newestSchool
    pupil = Pupil(
      initials: Self.initial(read.forename) + Self.initial(read.surname),
      yearGroup: read.yearGroup(on: day),
      identifiers: [
        "upn": read.upn, "surname": read.surname, "forename": read.forename,
        "dateOfBirth": "\(born)",
      ], leftOn: history?.leftOn, ground: history?.ground, dateOfBirth: born)
  }

  /// The first letter in A to Z; X for a name that begins with none.
  private static func initial(_ name: String) -> String {
    let plain = name.folding(options: [.diacriticInsensitive, .caseInsensitive], locale: nil)
    let letter = plain.uppercased().unicodeScalars.first { ("A"..."Z").contains($0) }
    return letter.map { String($0) } ?? "X"
  }
}
