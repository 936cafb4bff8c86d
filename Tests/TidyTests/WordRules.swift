// One word per thing: words that name a thing of ours by another name, where no other meaning is
// possible. Comments may use them, to say what something is not.

/// The words of an identifier, lower-cased: `deadLetterURL` is `dead`, `letter`, `url`.
enum IdentifierWords {
  static func of(_ identifier: some StringProtocol) -> [String] {
    var words: [String] = []
    var word = ""
    let letters = Array(identifier)
    for (index, letter) in letters.enumerated() {
      let follows = index > 0 && (letters[index - 1].isLowercase || letters[index - 1].isNumber)
      let beforeLower = index + 1 < letters.count && letters[index + 1].isLowercase
      let isBoundary = letter.isUppercase && (follows || (beforeLower && !word.isEmpty))
      if isBoundary || !(letter.isLetter || letter.isNumber) {
        if !word.isEmpty { words.append(word) }
        word = ""
      }
      if letter.isLetter || letter.isNumber { word += letter.lowercased() }
    }
    if !word.isEmpty { words.append(word) }
    return words
  }
}

enum WordRules {
  /// A word or a run of words that may not stand in an identifier or a string, and the right one.
  static let banned: [(words: [String], instead: String)] = [
    (["tenant"], "party"), (["tenants"], "party"), (["client", "id"], "party"),
    (["user", "id"], "party"), (["topic"], "message type"), (["topics"], "message type"),
    (["packet"], "envelope"), (["dead", "letter"], "undelivered report"),
    (["deadletter"], "undelivered report"), (["bounce"], "undelivered report"),
    (["bounced"], "undelivered report"), (["ndr"], "undelivered report"), (["spool"], "outbox"),
    (["blockchain"], "log"), (["block", "chain"], "log"), (["hash", "chain"], "log"),
    (["student"], "pupil"), (["students"], "pupil"), (["purge"], "dispose"),
    (["purged"], "disposed"), (["ack"], "acknowledge, or receipt"),
    (["acks"], "acknowledgements, or receipts"), (["acked"], "acknowledged"),
    (["fuzzy"], "match weight"),
  ]

  static func words(_ file: SwiftCode) -> [Finding] {
    guard file.isSource else { return [] }
    var findings: [Finding] = []
    var known: Set<Substring> = []
    for (index, line) in file.uncommented.enumerated() {
      for token in tokens(line) where !known.contains(token) {
        let words = IdentifierWords.of(token)
        let broken = banned.filter { contains(words, $0.words) }
        if broken.isEmpty { known.insert(token) }
        for rule in broken {
          findings.append(
            Finding(
              path: file.path, line: index + 1, rule: "banned-word",
              message: "\(token): say \(rule.instead)"))
        }
      }
    }
    return findings
  }

  /// The runs of ASCII letters, digits and underscores.
  private static func tokens(_ line: Substring) -> [Substring] {
    line.utf8.split { byte in
      let isLetter = (0x61...0x7A).contains(byte | 0x20)
      return !(isLetter || (0x30...0x39).contains(byte) || byte == 0x5F)
    }.map { Substring($0) }
  }

  private static func contains(_ words: [String], _ run: [String]) -> Bool {
    guard words.count >= run.count else { return false }
    return (0...(words.count - run.count)).contains {
      words[$0..<($0 + run.count)].elementsEqual(run)
    }
  }
}
