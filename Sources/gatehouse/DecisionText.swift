// A decision in plain words for a person at a terminal: verdict, each rule with its reason and
// source, what is to be done. Never decides, and never says more than the decision does.

import Validation

struct DecisionText {
  /// The lines, without their ends; none is longer than the width unless one word is.
  let lines: [String]

  /// Reads what `POST /v1/decisions` answers.
  ///
  /// - `width`: columns of the terminal.
  init(_ answer: JSONNode, width: Int) {
    let width = max(width, 40)
    var lines: [String] = []
    func add(_ text: String, indent: Int) {
      lines += Self.wrapped(text, width: width, indent: indent)
    }
    let refusal = answer["refusal"]
    if answer["verdict"]?.string == "permit" {
      add("Permitted: this message would be admitted.", indent: 0)
    } else {
      let title = refusal?["title"]?.string ?? "refused"
      let code = refusal?["code"]?.string ?? ""
      add("Denied: \(title) (\(code)). \(refusal?["detail"]?.string ?? "")", indent: 0)
    }
    lines.append("")
    let decision = answer["decision"]
    for rule in decision?["rules"].map({ Array($0.elements) }) ?? [] {
      lines.append("\(Self.mark(rule["verdict"]?.string)) \(rule["rule"]?.string ?? "")")
      add(rule["reason"]?.string ?? "", indent: 4)
      add("Source: \(rule["source"]?.string ?? "")", indent: 4)
    }
    let obligations = decision?["obligations"].map { Array($0.elements) } ?? []
    if !obligations.isEmpty { lines += ["", "To be done"] }
    for obligation in obligations {
      lines.append("- \(obligation["kind"]?.string ?? "")")
      add(obligation["detail"]?.string ?? "", indent: 4)
    }
    self.lines = lines
  }

  private static func mark(_ verdict: String?) -> String {
    switch verdict {
    case "permit": "✓"
    case "deny": "✗"
    default: "–"
    }
  }

  /// A text in lines of at most `width` columns, broken between words.
  static func wrapped(_ text: String, width: Int, indent: Int) -> [String] {
    let margin = String(repeating: " ", count: indent)
    var lines: [String] = []
    var line = margin
    for word in text.split(separator: " ") {
      if line.count > indent, line.count + 1 + word.count > width {
        lines.append(line)
        line = margin
      }
      line += (line.count > indent ? " " : "") + word
    }
    if line.count > indent { lines.append(line) }
    return lines
  }
}
