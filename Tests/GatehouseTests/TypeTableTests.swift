// `schema list` for a person: by family, aligned, with consent rule and end.

import ExchangeModel
import Foundation
import Gateway
import Testing
import Validation

@testable import gatehouse

@Suite("schema list")
struct TypeTableTests {
  @Test("The table stands in columns, by family; the lines stay as programs know them")
  func table() throws {
    let folder = GatehouseProcess.checkout.path + "/schemas"
    let set = try SchemaSet(files: try SchemaFolder(folder).files, compiling: .whenNeeded)
    let table = TypeTable(types: set.messageTypes)
    #expect(table.lines.contains("gatehouse.medical-referral.v1\tMED.REF\tMedical referral"))
    let rows = table.aligned
    #expect(rows.count == set.messageTypes.count + 1)
    let head = try #require(rows.first)
    let families = rows.dropFirst().map { row in
      row.split(separator: "  ", maxSplits: 1, omittingEmptySubsequences: true)[0]
    }
    var runs: [Substring] = []
    for family in families where runs.last != family { runs.append(family) }
    #expect(runs.map { String($0) } == MessageFamily.allCases.map(\.rawValue))
    let column = try #require(head.range(of: "CONSENT")).lowerBound
    let offset = head.distance(from: head.startIndex, to: column)
    for row in rows.dropFirst() { #expect(row.dropFirst(offset).hasPrefix("CN"), "\(row)") }
    #expect(rows.dropFirst().allSatisfy { $0.hasSuffix("  -") })
  }
}
