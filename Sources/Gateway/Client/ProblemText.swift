// A problem document (RFC 9457) as text for a person. Never more than the gateway said.

import Validation

/// What a gateway's refusal says: its title, what to do, and a line for each fault.
package struct ProblemText: Sendable {
  package let text: String

  package init(_ answer: ClientAnswer) {
    guard let root = try? JSONDocument.parse(answer.bytes).root, root.kind == .object else {
      text = "the gateway answered \(answer.status)"
      return
    }
    let title = root["title"]?.string ?? "refused"
    let code = root["code"]?.string ?? ""
    let detail = root["detail"]?.string ?? ""
    var lines = ["\(title) (\(answer.status) \(code)). \(detail)"]
    if let errors = root["errors"] {
      for error in errors.elements {
        let place = error["pointer"]?.string ?? error["xpath"]?.string ?? ""
        let line = error["line"]?.numberText.map { " line \($0)" } ?? ""
        lines.append("  \(place)\(line): \(error["detail"]?.string ?? "")")
      }
    }
    text = lines.joined(separator: "\n")
  }
}
