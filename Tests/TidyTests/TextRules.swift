// What may not stand in any file of the project: keys, places of one machine, build products.

enum TextRules {
  /// Paths below a person's home.
  static func homePaths(path: String, text: String) -> [Finding] {
    // Looking for the plain words first is much quicker than the pattern on every line.
    guard ["/home/", "/Users/"].contains(where: { text.contains($0) }) else { return [] }
    return find(
      /(?:^|[\s"'=:(`])\/(?:home|Users)\/[A-Za-z][\w.-]*/, path, text, "home-path",
      "a path of one machine")
  }

  /// Hosts of package registries: what is needed is named by package and version only.
  static func registries(path: String, text: String) -> [Finding] {
    let words = ["pypi", "python", "crates", "npm", "maven", "golang", "artifactory", "index-url"]
    guard words.contains(where: { text.contains($0) }) else { return [] }
    let hosts =
      #/
      \b (?: pypi\.org | pythonhosted\.org | crates\.io | npmjs\.(?:org|com) | repo1?\.maven
      | proxy\.golang\.org | artifactory | index-url ) \b
      /#
    return find(hosts, path, text, "registry", "a package registry's host or option")
  }

  /// The header of a private key with key material behind it, as text or in a string literal.
  static func privateKeys(path: String, text: String) -> [Finding] {
    guard text.contains("PRIVATE KEY-----") else { return [] }
    let key =
      /-----BEGIN [A-Z ]*PRIVATE KEY-----(?:\\n|\\r|["'+\s])*[A-Za-z0-9+\/]{32}/
    return text.matches(of: key).map { match in
      let line = text[..<match.range.lowerBound].count { $0 == "\n" } + 1
      return Finding(
        path: path, line: line, rule: "private-key", message: "key material; make keys when needed")
    }
  }

  /// Products and secrets that git must not hold.
  static func tracked(_ paths: [String]) -> [Finding] {
    let names: Set<String> = ["Package.resolved", ".DS_Store", ".env"]
    let folders: Set<Substring> = [".build", ".venv", "__pycache__", ".swiftpm"]
    return paths.compactMap { path in
      let parts = path.split(separator: "/")
      let name = parts.last.map { String($0) } ?? ""
      let isUnwanted =
        names.contains(name) || parts.contains { folders.contains($0) }
        || [".key.pem", ".sqlite", ".sqlite-wal", ".pyc"].contains { name.hasSuffix($0) }
      guard isUnwanted else { return nil }
      return Finding(path: path, line: 0, rule: "tracked", message: "git must not hold this")
    }
  }

  private static func find(
    _ pattern: Regex<Substring>, _ path: String, _ text: String, _ rule: String,
    _ message: String
  ) -> [Finding] {
    text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
      .filter { $0.element.contains(pattern) }
      .map { Finding(path: path, line: $0.offset + 1, rule: rule, message: message) }
  }
}
