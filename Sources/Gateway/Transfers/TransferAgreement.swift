// Whether a transfer file is what its message says, from and for the parties of the message.
// Never decides about the file itself: its rules do.

import CommonTransfer
import ExchangeModel
import Validation

struct TransferAgreement {
  let claim: TransferClaim
  let report: TransferReport

  func require(_ envelope: Envelope) throws(Refusal) {
    var issues: [ValidationIssue] = []
    func fault(_ place: String, _ rule: String, _ message: String) {
      issues.append(ValidationIssue(place: place, line: nil, rule: rule, message: message))
    }
    if report.header.version?.utf8.elementsEqual(claim.version.utf8) != true {
      fault("/data/ctf/version", "F05", "Give the version that the file itself states.")
    }
    if claim.pupils != Int64(report.pupils) {
      fault("/data/pupilCount", "F04", "Give the number of pupils that are in the file.")
    }
    let source = report.header.source?.place
    let destination = report.header.destination?.place
    if !isFrom(envelope.source, source) && !isFetched(envelope.source, destination) {
      fault("/data/ctf/fileName", "F03", "The file's source school is not the sender's.")
    }
    if !isFor(envelope.recipient, destination) {
      fault("/data/ctf/fileName", "F07", "The file is for another school or authority.")
    }
    guard issues.isEmpty else { throw Refusal(.payloadInvalid, issues: issues) }
  }

  /// A school sends its own files; a team of an authority, those of any school of it.
  private func isFrom(_ party: PartyURN, _ place: TransferPlace?) -> Bool {
    switch place {
    case .school(let number):
      number.authority.utf8.elementsEqual(party.localAuthority.utf8)
        && (!party.isSchool || number.establishment.utf8.elementsEqual(party.slug.utf8))
    case .authority(let digits):
      !party.isSchool && digits.utf8.elementsEqual(party.localAuthority.utf8)
    case .unknown, .outside, nil: false
    }
  }

  /// An authority's desk hands on what it fetched from S2S for its own schools.
  private func isFetched(_ party: PartyURN, _ destination: TransferPlace?) -> Bool {
    guard !party.isSchool, let authority = destination?.authority else { return false }
    return authority.utf8.elementsEqual(party.localAuthority.utf8)
  }

  /// A school receives its own files and those of the pool; an authority's desk, its own and its
  /// schools'; what stands for S2S and the pool, any.
  private func isFor(_ party: PartyURN, _ place: TransferPlace?) -> Bool {
    guard let place else { return false }
    if party.localAuthority.utf8.elementsEqual("000".utf8) || place.isLostPupilPool { return true }
    guard let authority = place.authority,
      authority.utf8.elementsEqual(party.localAuthority.utf8)
    else { return false }
    guard party.isSchool else { return true }
    return place.code.utf8.suffix(4).elementsEqual(party.slug.utf8)
  }
}

extension PartyURN {
  /// True for a school: its slug is its establishment's four digits.
  var isSchool: Bool {
    slug.utf8.count == 4 && slug.utf8.allSatisfy { (0x30...0x39).contains($0) }
  }
}

/// What stops a file, as a refusal that names each place.
enum TransferProblem {
  private static let most = 100

  /// `payload-invalid` with the issues that stop the file or a pupil, or all when none does.
  static func refusal(of report: TransferReport) -> Refusal {
    let grave = report.issues.filter { [.stop, .stopPupil, .stopExport].contains($0.level) }
    return Refusal(
      .payloadInvalid,
      issues: (grave.isEmpty ? report.issues : grave).prefix(most).map { issue in
        ValidationIssue(
          place: issue.pupil.map { "/CTfile/CTFpupilData/Pupil[\($0)]" } ?? "/CTfile",
          line: issue.line, rule: issue.rule.rawValue, message: issue.message)
      })
  }
}
