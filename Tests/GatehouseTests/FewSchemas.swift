// A copy of `schemas/` with the types of a medical referral, of transfer files and of a trace, so
// that a gateway in a test starts without compiling the whole catalogue. Removed when the process
// ends.

import Foundation

enum FewSchemas {
  private static let types = [
    "medical-referral", "fifteen-day-absence-notification", "referral-acknowledgement",
    "triage-outcome", "medical-evidence-request", "opaque-transfer", "rejection-notice",
    "common-transfer-file", "common-transfer-file-acknowledgement",
    "common-transfer-file-rejection", "trace-request", "trace-response", "trace-confirmation",
  ]

  /// The copy's path; made at the first use.
  static let path: String = {
    let files = FileManager.default
    let source = GatehouseProcess.checkout.path + "/schemas"
    atexit { try? FileManager.default.removeItem(atPath: FewSchemas.target) }
    try? files.createDirectory(
      atPath: target + "/messages", withIntermediateDirectories: true)
    for part in ["vocabulary.json", "common", "envelope"] + types.map({ "messages/" + $0 }) {
      try? files.copyItem(atPath: "\(source)/\(part)", toPath: "\(target)/\(part)")
    }
    return target
  }()

  private static let target =
    FileManager.default.temporaryDirectory.path
    + "/gatehouse-schemas-\(ProcessInfo.processInfo.processIdentifier)"
}
