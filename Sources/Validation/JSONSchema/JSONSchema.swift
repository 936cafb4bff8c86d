// A compiled schema, and the two ways to ask it: quickly whether, or thoroughly why not.
// Never changes: one instance serves every thread.
package import ExchangeModel

/// A JSON Schema (2020-12) with everything it refers to, ready to check documents.
package final class JSONSchema: Sendable {
  let plan: SchemaPlan

  init(_ plan: SchemaPlan) { self.plan = plan }

  /// All faults of a value, at most `Limits.issuesPerDocument`; empty when it is valid. Places are
  /// JSON Pointers from `node`; messages never hold a value or an unknown name from the document.
  package func validate(_ node: JSONNode, limits: Limits = Limits()) -> [ValidationIssue] {
    withEvaluator(node) { evaluator in
      if evaluator.check(plan.root, node.index) { return [] }
      evaluator.prepareReport(limits)
      _ = evaluator.check(plan.root, node.index)
      return IssueList(evaluator.issues, hasMore: evaluator.hasMoreIssues)
        .issues(in: node, plan: plan, limits: limits)
    }
  }

  /// True when the value is valid; stops at the first fault and builds no message.
  package func isValid(_ node: JSONNode) -> Bool {
    withEvaluator(node) { $0.check(plan.root, node.index) }
  }

  private func withEvaluator<Result>(
    _ node: JSONNode, _ body: (inout Evaluator) -> Result
  ) -> Result {
    let storage = node.storage
    return storage.tape.withUnsafeBufferPointer { entries in
      storage.bytes.withUnsafeBufferPointer { bytes in
        plan.withTables { tables in
          var evaluator = Evaluator(
            plan: tables, schema: self, document: JSONView(entries: entries, bytes: bytes))
          return body(&evaluator)
        }
      }
    }
  }
}

/// A document's tape and bytes as buffers, alive for one check.
struct JSONView {
  let entries: UnsafeBufferPointer<JSONTapeEntry>
  let bytes: UnsafeBufferPointer<UInt8>

  /// Calls with the UTF-8 a string stands for; copies only when it has escapes.
  @inline(__always)
  func withText<Result>(
    _ entry: JSONTapeEntry, _ body: (UnsafeBufferPointer<UInt8>) -> Result
  ) -> Result {
    let content = UnsafeBufferPointer(
      rebasing: bytes[(Int(entry.start) &+ 1)..<(Int(entry.end) &- 1)])
    if entry.isEscaped { return JSONEscapes.decoded(content).withUnsafeBufferPointer(body) }
    return body(content)
  }

  /// The received bytes of a value.
  @inline(__always)
  func raw(_ entry: JSONTapeEntry) -> UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(rebasing: bytes[Int(entry.start)..<Int(entry.end)])
  }
}

/// The plan's tables as buffers, alive for one check.
struct PlanTables {
  let nodes: UnsafeBufferPointer<PlanNode>
  let steps: UnsafeBufferPointer<Step>
  let lists: UnsafeBufferPointer<Int32>
  let blob: UnsafeBufferPointer<UInt8>
  let names: UnsafeBufferPointer<Slice>
  let tables: UnsafeBufferPointer<PropertyTable>
  let slots: UnsafeBufferPointer<PropertySlot>
  let usesDynamicScope: Bool

  /// The bytes of a name, or the text of a number.
  @inline(__always)
  func text(_ name: Int32) -> UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(rebasing: blob[names[Int(name)].range])
  }
}

extension SchemaPlan {
  func withTables<Result>(_ body: (PlanTables) -> Result) -> Result {
    nodes.withUnsafeBufferPointer { nodes in
      steps.withUnsafeBufferPointer { steps in
        lists.withUnsafeBufferPointer { lists in
          blob.withUnsafeBufferPointer { blob in
            names.withUnsafeBufferPointer { names in
              tables.withUnsafeBufferPointer { tables in
                slots.withUnsafeBufferPointer { slots in
                  body(
                    PlanTables(
                      nodes: nodes, steps: steps, lists: lists, blob: blob, names: names,
                      tables: tables, slots: slots,
                      usesDynamicScope: !dynamicReferences.isEmpty))
                }
              }
            }
          }
        }
      }
    }
  }
}
