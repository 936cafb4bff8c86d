// A report as JSON, for programs, and as lines, for a person. The one form for command and API.
// Never says more of a pupil than its position in the file.
import Validation

extension TransferReport {
  /// `{file, verdict, pupils, issues:[{rule, level, line, pupil, message}]}`; `more` when issues
  /// are left out.
  package func json(file: String) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("file")
    writer.string(file)
    writer.key("verdict")
    writer.string(verdict.rawValue)
    writer.key("pupils")
    writer.integer(Int64(pupils))
    writer.key("issues")
    writer.beginArray()
    for issue in issues { Self.write(issue, to: &writer) }
    writer.endArray()
    if let roll {
      writer.key("roll")
      writer.beginObject()
      for (name, count) in [
        ("matched", roll.same), ("matchedWithConflicts", roll.conflicts),
        ("unmatched", roll.unmatched),
      ] {
        writer.key(name)
        writer.integer(Int64(count))
      }
      writer.endObject()
    }
    if more > 0 {
      writer.key("more")
      writer.integer(Int64(more))
    }
    writer.endObject()
    return writer.bytes
  }

  private static func write(_ issue: TransferIssue, to writer: inout JSONWriter) {
    writer.beginObject()
    writer.key("rule")
    writer.string(issue.rule.rawValue)
    writer.key("level")
    writer.string(issue.level.rawValue)
    for (name, value) in [("line", issue.line), ("pupil", issue.pupil)] {
      writer.key(name)
      if let value { writer.integer(Int64(value)) } else { writer.null() }
    }
    writer.key("message")
    writer.string(issue.message)
    writer.endObject()
  }

  /// One line an issue, then one for the file.
  package func lines(file: String) -> [String] {
    var lines = issues.map { issue in
      let line = issue.line.map { ":\($0)" } ?? ""
      let pupil = issue.pupil.map { "pupil \($0): " } ?? ""
      return "\(file)\(line): \(pupil)\(issue.message) [\(issue.rule.rawValue), "
        + "\(issue.level.rawValue)]"
    }
    if more > 0 { lines.append("\(file): \(more) more issues are not listed") }
    if let roll {
      lines.append(
        "\(file): on the roll: \(roll.same); perhaps, a person decides: \(roll.conflicts); "
          + "not on the roll: \(roll.unmatched)")
    }
    let refused = refusedPupils > 0 ? ", \(refusedPupils) refused" : ""
    let noun = pupils == 1 ? "pupil" : "pupils"
    lines.append("\(file): \(verdict.rawValue) (\(pupils) \(noun)\(refused))")
    return lines
  }
}
