// Named places where a test makes the process die as if the power had gone.
// Does nothing unless GATEHOUSE_FAILPOINT names a point; never set in production.

import Foundation

/// A place where a crash is worth testing. ARCHITECTURE.md tells what each leaves behind.
package enum Failpoint: String, CaseIterable, Sendable {
  case beforeCommit = "before-commit"
  case afterCommit = "after-commit"
  case attachmentBeforeRename = "attachment-before-rename"
  case attachmentBeforeRow = "attachment-before-row"
  case checkpointBeforeRow = "checkpoint-before-row"
  case checkpointBeforeAnchor = "checkpoint-before-anchor"
  case anchorBeforeRename = "anchor-before-rename"
  case cosignatureBeforeRow = "cosignature-before-row"
  case witnessBeforeAnswer = "witness-before-answer"
  case rotationBeforeCommit = "rotation-before-commit"
  case beforeAnswer = "before-answer"
  case noticeBeforeSent = "notice-before-sent"
  case pushBeforeSent = "push-before-sent"
  case pushBeforeRow = "push-before-row"
  case pushAfterRow = "push-after-row"
  case alertBeforeRow = "alert-before-row"
  case withdrawalBeforeHolds = "withdrawal-before-holds"
  case withdrawalAfterHolds = "withdrawal-after-holds"
  case answerBeforeErasure = "answer-before-erasure"
  case connectorBeforeSent = "connector-before-sent"
  case connectorBeforeQuarantine = "connector-before-quarantine"
  case connectorBeforeNote = "connector-before-note"
  case connectorBeforeAcknowledgement = "connector-before-acknowledgement"
  case meshChunkBeforeRow = "mesh-chunk-before-row"
  case meshBeforeAdmission = "mesh-before-admission"
  case meshBeforeEnd = "mesh-before-end"

  private static let armed: (point: Failpoint, countdown: FailpointCountdown)? = {
    guard let text = ProcessInfo.processInfo.environment["GATEHOUSE_FAILPOINT"] else { return nil }
    let parts = text.split(separator: ":")
    guard let name = parts.first, let point = Failpoint(rawValue: String(name)) else { return nil }
    let count = parts.dropFirst().first.flatMap { Int($0) } ?? 1
    return (point, FailpointCountdown(count))
  }()

  /// Kills the process with SIGKILL when this is the armed point and its count has run down
  /// (`GATEHOUSE_FAILPOINT=after-commit:20` dies at the twentieth hit).
  @inline(__always)
  package static func hit(_ point: Failpoint) {
    guard let armed, armed.point == point, armed.countdown.isDown() else { return }
    kill(getpid(), SIGKILL)
  }
}
