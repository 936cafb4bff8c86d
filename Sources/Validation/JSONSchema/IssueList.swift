// From faults on the tape to issues with pointer and line, once the check is over.
// Never shows an unknown name in a pointer.
import ExchangeModel

/// A fault as found: tape index of its place, byte offset for its line.
struct FoundIssue: Equatable {
  let index: Int
  let offset: Int
  let rule: String
  let message: String
}

struct IssueList {
  private let found: [FoundIssue]
  private let hasMore: Bool

  init(_ found: [FoundIssue], hasMore: Bool) {
    self.found = found
    self.hasMore = hasMore
  }

  /// In the order of the document, with lines counted in one pass over its bytes.
  func issues(in root: JSONNode, plan: SchemaPlan, limits: Limits) -> [ValidationIssue] {
    var result: [ValidationIssue] = []
    var line = 1
    var offset = 0
    let bytes = root.storage.bytes
    for issue in found.sorted(by: { $0.offset < $1.offset }) {
      line += bytes.linesBetween(offset, issue.offset)
      offset = max(offset, issue.offset)
      result.append(
        ValidationIssue(
          place: JSONPointer.text(from: root, to: issue.index, known: plan.knownNames),
          line: line, rule: issue.rule, message: issue.message))
    }
    if hasMore {
      let last = ValidationIssue(
        place: "", line: nil, rule: "too-many-issues",
        message: "There are more than \(limits.issuesPerDocument) faults; mend these first.")
      if !result.isEmpty { result.removeLast() }
      result.append(last)
    }
    return result
  }
}
