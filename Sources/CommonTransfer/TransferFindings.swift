// What was found wrong with one file so far, and the verdict that follows.
// Never grows without bound: issues beyond the most are counted, and still decide the verdict.

/// Collects issues. One file, one at a time.
struct TransferFindings {
  private(set) var issues: [TransferIssue] = []
  /// Issues that were not kept.
  private(set) var more = 0
  private(set) var isStopped = false
  private(set) var refusedPupils = 0
  private var lastRefused = 0
  private var hasOthers = false
  private var told: Set<String> = []
  private let most: Int

  init(most: Int) { self.most = most }

  mutating func add(_ issue: TransferIssue) {
    switch issue.level {
    case .stop: isStopped = true
    case .stopPupil:
      if let pupil = issue.pupil, pupil != lastRefused {
        refusedPupils += 1
        lastRefused = pupil
      }
    default: hasOthers = true
    }
    if issues.count < most { issues.append(issue) } else { more += 1 }
  }

  /// Adds an issue that a whole file tends to have, the first time only.
  mutating func addOnce(_ key: String, _ issue: TransferIssue) {
    if told.count < 200, told.insert(key).inserted { add(issue) }
  }

  /// Whether a pupil was refused: true until the next one is.
  func isRefused(_ pupil: Int) -> Bool { lastRefused == pupil }

  var verdict: TransferVerdict {
    if isStopped { return .reject }
    if refusedPupils > 0 { return .rejectPupil }
    return hasOthers ? .acceptWithWarnings : .accept
  }
}
