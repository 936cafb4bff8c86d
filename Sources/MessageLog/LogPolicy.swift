// Which log's checkpoints are believed, and whose cosignatures they need (C2SP tlog-policy).
// Never asks the network: a URL is kept for whoever does.

/// Known logs and witnesses, and the rule that says how many of these are enough.
package struct LogPolicy: Sendable {
  /// Bytes of the longest policy read.
  package static let maximumBytes = 1 << 18

  private enum Rule: Sendable {
    case witness(NoteKey)
    case group(needed: Int, members: [String])
  }

  package private(set) var logs: [NoteKey] = []
  private var rules: [String: Rule] = [:]
  /// The name of the rule that must hold; nil for none.
  private var quorum: String?

  /// The keys of all witnesses.
  package var witnesses: [NoteKey] {
    rules.values.compactMap { if case .witness(let key) = $0 { key } else { nil } }
      .sorted { $0.vkey < $1.vkey }
  }

  /// Reads a policy file.
  package init(_ text: [UInt8]) throws(LogFault) {
    guard text.count <= Self.maximumBytes, text.last == 0x0A,
      let decoded = String(validating: text, as: UTF8.self)
    else { throw .malformedPolicy }
    var hasQuorum = false
    for line in decoded.split(separator: "\n") {
      let words = line.split { $0 == " " || $0 == "\t" }.map(String.init)
      guard let kind = words.first, !kind.hasPrefix("#") else { continue }
      switch kind {
      case "log": try addLog(words)
      case "witness": try addWitness(words)
      case "group": try addGroup(words)
      case "quorum":
        guard words.count == 2, !hasQuorum, words[1] == "none" || rules[words[1]] != nil else {
          throw .malformedPolicy
        }
        hasQuorum = true
        quorum = words[1] == "none" ? nil : words[1]
      default: throw .malformedPolicy
      }
    }
    guard hasQuorum else { throw .malformedPolicy }
  }

  /// A policy's text for one log and some witnesses, of whom so many are needed.
  package static func text(
    logs: [NoteKey], witnesses: [(name: String, key: NoteKey, url: String)], quorum: Int
  ) -> String {
    var lines = logs.map { "log \($0.vkey)" }
    lines += witnesses.map { "witness \($0.name) \($0.key.vkey) \($0.url)" }
    if quorum > 0 {
      let names = witnesses.map(\.name).joined(separator: " ")
      lines += ["group witnesses \(quorum) \(names)", "quorum witnesses"]
    } else {
      lines.append("quorum none")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// True when these cosignatures are enough.
  package func isMet(by cosignatures: [VerifiedSignature]) -> Bool {
    guard let quorum else { return true }
    return holds(quorum, Set(cosignatures.map(\.key)))
  }

  // A group names only what stands before it, so this ends.
  private func holds(_ name: String, _ keys: Set<NoteKey>) -> Bool {
    switch rules[name] {
    case .witness(let key): keys.contains(key)
    case .group(let needed, let members): members.count { holds($0, keys) } >= needed
    case nil: false
    }
  }

  private mutating func addLog(_ words: [String]) throws(LogFault) {
    guard (2...3).contains(words.count) else { throw .malformedPolicy }
    let key = try NoteKey(vkey: words[1])
    guard key.kind == .ed25519, !logs.contains(where: { $0.publicKey == key.publicKey }) else {
      throw .malformedPolicy
    }
    logs.append(key)
  }

  private mutating func addWitness(_ words: [String]) throws(LogFault) {
    guard (3...4).contains(words.count), isFree(words[1]) else { throw .malformedPolicy }
    let key = try NoteKey(vkey: words[2])
    guard key.kind == .cosignatureV1,
      !witnesses.contains(where: { $0.publicKey == key.publicKey })
    else { throw .malformedPolicy }
    rules[words[1]] = .witness(key)
  }

  private mutating func addGroup(_ words: [String]) throws(LogFault) {
    guard words.count >= 4, isFree(words[1]) else { throw .malformedPolicy }
    let members = Array(words[3...])
    let needed: Int64? =
      switch words[2] {
      case "all": Int64(members.count)
      case "any": 1
      default: Decimal.decode(words[2].utf8)
      }
    guard let needed, (1...Int64(members.count)).contains(needed),
      Set(members).count == members.count, members.allSatisfy({ rules[$0] != nil })
    else { throw .malformedPolicy }
    rules[words[1]] = .group(needed: Int(needed), members: members)
  }

  private func isFree(_ name: String) -> Bool { name != "none" && rules[name] == nil }
}
