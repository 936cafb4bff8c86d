// A copy of `schemas/` with the types that the tests send, so that a gateway in a test starts
// without compiling the whole catalogue. Removed when the process ends.

import Foundation

enum FewSchemas {
  static let types = [
    "medical-referral", "fifteen-day-absence-notification", "referral-acknowledgement",
    "triage-outcome", "rejection-notice", "consented-share", "consent-withdrawn",
    "disclosure-without-consent", "not-to-share-decision", "rectification-notice",
    "rectification-acknowledgement", "objection", "practice-review-publication",
    "duty-reminder", "medical-evidence-request", "safeguarding-referral",
    "deletion-return", "opaque-transfer", "delivery-report", "common-transfer-file",
    "common-transfer-file-acknowledgement",
    "common-transfer-file-rejection", "destination-confirmation", "lost-pupil-posting",
    "lost-pupil-search", "lost-pupil-search-result", "lost-pupil-claim", "trace-request",
    "trace-response", "trace-confirmation", "child-missing-education-referral",
    "child-missing-education-status", "deletion-return-check", "deletion-outcome",
    "new-pupil-return",
  ]

  /// The copy's path; made at the first use.
  static let path: String = {
    let files = FileManager.default
    let source = SampleEnvelopes.schemas
    atexit { try? FileManager.default.removeItem(atPath: FewSchemas.target) }
    try? files.createDirectory(
      atPath: target + "/messages", withIntermediateDirectories: true)
    for part in ["vocabulary.json", "common", "envelope", "names"] + types.map({ "messages/" + $0 })
    {
      try? files.copyItem(atPath: "\(source)/\(part)", toPath: "\(target)/\(part)")
    }
    return target
  }()

  private static let target =
    FileManager.default.temporaryDirectory.path
    + "/gatehouse-few-\(ProcessInfo.processInfo.processIdentifier)"
}
