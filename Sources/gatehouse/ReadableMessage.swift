// A message as a person reads it: who wrote, and each field of what was written, one a line.
// Never for programs: they take the envelope itself.

import Validation

enum ReadableMessage {
  /// Attributes that say who wrote, and why.
  private static let head = [("from", "source"), ("type", "type"), ("purpose", "purpose")]

  /// Lines of a name, a tab and a value; of an envelope in JSON.
  static func lines(of envelope: JSONNode) -> [String] {
    var lines = head.compactMap { name, attribute in
      envelope[attribute]?.string.map { "\(name)\t\(printable($0))" }
    }
    if let data = envelope["data"] { add(data, "", to: &lines) }
    return lines
  }

  /// The parser bounds how deep this goes.
  private static func add(_ node: JSONNode, _ name: String, to lines: inout [String]) {
    func below(_ part: String) -> String { name.isEmpty ? part : "\(name) \(part)" }
    switch node.kind {
    case .object:
      for member in node.members { add(member.value, below(printable(member.key)), to: &lines) }
    case .array:
      for (index, element) in node.elements.enumerated() {
        add(element, below("\(index + 1)"), to: &lines)
      }
    case .string: lines.append("\(name)\t\(printable(node.string ?? ""))")
    case .number: lines.append("\(name)\t\(node.numberText ?? "")")
    case .boolean: lines.append("\(name)\t\(node.bool == true ? "yes" : "no")")
    case .null: lines.append("\(name)\t-")
    }
  }

  /// A stranger's text must not move the cursor, nor look like a line of its own.
  private static func printable(_ text: String) -> String {
    String(
      String.UnicodeScalarView(
        text.unicodeScalars.map { scalar in
          switch scalar.properties.generalCategory {
          case .control, .lineSeparator, .paragraphSeparator, .format: " "
          default: scalar
          }
        }))
  }
}
