// The message types as a table for a person, or as lines for a program.
// Never cuts a word off: a wide title makes a wide table.

import ExchangeModel

/// Lays out the list of message types.
struct TypeTable {
  let types: [MessageType]

  /// `type`, `code` and `title`, separated by tabs.
  var lines: [String] { types.map { "\($0.type)\t\($0.code)\t\($0.title)" } }

  /// Columns with their heads, by family and code.
  var aligned: [String] {
    let heads = ["FAMILY", "CODE", "TYPE", "TITLE", "CONSENT", "ENDS"]
    let rows = types.map { type in
      [
        type.family?.rawValue ?? "Other", type.code, type.type, type.title, type.consentRule,
        type.endsOn?.description ?? "-",
      ]
    }
    let order = MessageFamily.allCases.map(\.rawValue)
    let sorted = rows.sorted { left, right in
      let families = (order.firstIndex(of: left[0]) ?? .max, order.firstIndex(of: right[0]) ?? .max)
      return families.0 == families.1
        ? (left[1], left[2]) < (right[1], right[2]) : families.0 < families.1
    }
    let widths = heads.indices.map { column in
      ([heads] + sorted).map { $0[column].count }.max() ?? 0
    }
    return ([heads] + sorted).map { row in
      zip(row, widths).map { cell, width in
        cell + String(repeating: " ", count: width - cell.count)
      }.joined(separator: "  ").trimmingSuffix()
    }
  }
}

extension String {
  fileprivate func trimmingSuffix() -> String {
    var text = self[...]
    while text.last == " " { text.removeLast() }
    return String(text)
  }
}
