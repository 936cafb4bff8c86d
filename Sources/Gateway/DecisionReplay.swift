// A decision made again from what was kept beside it: the facts, and the catalogue of its time.
// Never asks a register or a clock: what is not on record is not made up.

package import ExchangeModel
import Policy
package import Storage
import Validation

/// A recorded decision beside the one that the same facts give now.
package struct DecisionReplay: Sendable {
  package enum Outcome: Sendable, Equatable {
    case same
    /// What differs, each in a sentence.
    case differs([String])
    /// Why it cannot be made again.
    case cannot(String)
  }

  package let recorded: Decision
  /// The decision made now; nil when it cannot be.
  package let replayed: Decision?
  package let outcome: Outcome

  /// True when the rules have another version than those that decided: texts may then differ.
  package var hasPolicyChanged: Bool { recorded.policyVersion != Policy.version }

  /// Makes a decision again from its record.
  package init(_ record: DecisionRecord, limits: Limits = Limits()) {
    recorded = record.decision
    do {
      let decision = try Self.decide(record, limits)
      replayed = decision
      let differences = Self.differences(record.decision, decision)
      outcome = differences.isEmpty ? .same : .differs(differences)
    } catch {
      replayed = nil
      outcome = .cannot(error.reason)
    }
  }

  private struct Unable: Error {
    let reason: String
  }

  private static func decide(_ record: DecisionRecord, _ limits: Limits) throws(Unable) -> Decision
  {
    guard let body = record.facts else {
      throw Unable(
        reason: "The facts of this decision were not kept; it was made before they were.")
    }
    let facts: Facts
    do {
      facts = try JSONDocument.parse(body, limits: limits).decoded(as: Facts.self)
    } catch {
      throw Unable(reason: "The facts were kept by another version of Gatehouse; use that one.")
    }
    guard !record.catalogue.isEmpty else {
      throw Unable(reason: "The catalogue that this decision was made by was not kept.")
    }
    let files = record.catalogue.map { SchemaFile(path: $0.key, bytes: $0.value) }
    guard let schemas = try? SchemaSet(files: files, limits: limits, compiling: .whenNeeded) else {
      throw Unable(reason: "The catalogue was kept by another version of Gatehouse; use that one.")
    }
    // What was kept must be what the version was reckoned of, or anything might be replayed.
    guard schemas.catalogueVersion == record.decision.catalogueVersion,
      facts.claims.catalogueVersion == schemas.catalogueVersion
    else {
      throw Unable(reason: "The catalogue kept is not the one that this decision was made by.")
    }
    guard let type = schemas.messageType(facts.claims.type) else {
      throw Unable(reason: "The catalogue kept does not have the message's type.")
    }
    let terms = Terms(messageType: type, vocabulary: schemas.vocabulary)
    return Policy.decide(facts, under: terms)
  }

  /// What differs between two decisions. Wording counts only where the rules are of one version.
  private static func differences(_ old: Decision, _ new: Decision) -> [String] {
    var differences: [String] = []
    if old.verdict != new.verdict {
      differences.append("The verdict was \(old.verdict.rawValue), and is \(new.verdict.rawValue).")
    }
    let names = old.rules.map(\.rule) + new.rules.map(\.rule)
    var told: Set<String> = []
    for name in names where told.insert(name).inserted {
      let before = old.rules.first { $0.rule == name }
      let after = new.rules.first { $0.rule == name }
      if before?.verdict != after?.verdict || before?.code != after?.code {
        differences.append(
          "The rule \(name) said \(word(before)), and says \(word(after)).")
      } else if old.policyVersion == new.policyVersion, before != after {
        differences.append("The rule \(name) gives another source or reason.")
      }
    }
    if old.grounds != new.grounds { differences.append("The grounds are resolved otherwise.") }
    let isOneVersion = old.policyVersion == new.policyVersion
    if isOneVersion
      ? old.obligations != new.obligations
      : old.obligations.map(\.kind) != new.obligations.map(\.kind)
    {
      differences.append("Other obligations follow.")
    }
    if differences.isEmpty, isOneVersion, old != new {
      differences.append("The order of the rules is another.")
    }
    return differences
  }

  private static func word(_ outcome: RuleOutcome?) -> String {
    guard let outcome else { return "nothing" }
    return outcome.code.map { "\(outcome.verdict.rawValue) (\($0))" } ?? outcome.verdict.rawValue
  }
}

extension DecisionReplay {
  /// As JSON: the outcome, both decisions, and what differs.
  package var json: [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    switch outcome {
    case .same: writer.member("outcome", "same")
    case .differs(let differences):
      writer.member("outcome", "differs")
      writer.key("differences")
      writer.beginArray()
      for difference in differences { writer.string(difference) }
      writer.endArray()
    case .cannot(let reason):
      writer.member("outcome", "cannot")
      writer.member("reason", reason)
    }
    writer.key("policyVersionChanged")
    writer.bool(hasPolicyChanged)
    writer.key("recorded")
    writer.write(recorded)
    if let replayed {
      writer.key("replayed")
      writer.write(replayed)
    }
    writer.endObject()
    return writer.bytes
  }
}
