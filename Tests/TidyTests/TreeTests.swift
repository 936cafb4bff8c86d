// The rules, run over the project's own files. A finding names its place and what to do.

import Testing

@Suite("The tree is tidy")
struct TreeTests {
  private let sources = ProjectTree.sources
  private let swift = ProjectTree.swift

  /// Fails with all findings that nothing excuses, or when there was nothing to look at.
  private func expectNone(
    _ findings: [Finding], of count: Int, location: SourceLocation = #_sourceLocation
  ) {
    let unexcused = findings.unexcused()
    #expect(unexcused.isEmpty, "\(unexcused.report)", sourceLocation: location)
    #expect(count > 0, "no file was read", sourceLocation: location)
  }

  @Test("Imports point down, and each module stays in its rooms")
  func imports() {
    expectNone(sources.flatMap(RoomRules.imports), of: sources.count)
  }

  @Test("Tests import Testing")
  func testImports() {
    expectNone(swift.flatMap(RoomRules.testImports), of: swift.count)
  }

  @Test("Names of files, folders and types say what they are")
  func names() {
    expectNone(sources.flatMap(RoomRules.names), of: sources.count)
  }

  @Test("One word per thing")
  func words() {
    expectNone(sources.flatMap(WordRules.words), of: sources.count)
  }

  @Test("Nothing traps on input, prints, or is public")
  func safety() {
    expectNone(sources.flatMap(SafetyRules.check), of: sources.count)
  }

  @Test("Functions are short")
  func functions() {
    expectNone(swift.flatMap(ShapeRules.functionLength), of: swift.count)
  }

  @Test("Every file opens with a comment; lines and files are short")
  func shape() {
    let endings = [".swift", ".py", ".java", ".h", ".modulemap", ".sh", ".service"]
    let files = ProjectTree.files.filter { path in endings.contains { path.hasSuffix($0) } }
    var findings: [Finding] = []
    for path in files {
      guard let text = ProjectTree.text(of: path) else { continue }
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
      findings += ShapeRules.openingComment(path: path, text: text)
      findings += ShapeRules.lineLength(path: path, lines: lines)
      findings += ShapeRules.fileLength(path: path, lines: lines)
    }
    expectNone(findings, of: files.count)
  }

  @Test("No key, no path of one machine, no registry")
  func texts() {
    // These tests name what they look for.
    let files = ProjectTree.files.filter { !$0.hasPrefix("Tests/TidyTests/") }
    var findings: [Finding] = []
    for path in files {
      guard let text = ProjectTree.text(of: path) else { continue }
      findings += TextRules.homePaths(path: path, text: text)
      findings += TextRules.registries(path: path, text: text)
      findings += TextRules.privateKeys(path: path, text: text)
    }
    expectNone(findings, of: files.count)
  }

  @Test("git holds no build product, database or key", .enabled(if: ProjectTree.tracked != nil))
  func tracked() throws {
    let tracked = try #require(ProjectTree.tracked)
    expectNone(TextRules.tracked(tracked), of: tracked.count)
  }

  @Test("Every exception is still needed", arguments: Exception.all)
  func exceptions(_ exception: Exception) {
    let file = swift.filter { $0.path == exception.path }
    let findings =
      file.flatMap(RoomRules.imports) + file.flatMap(RoomRules.names)
      + file.flatMap(WordRules.words) + file.flatMap(SafetyRules.check)
      + file.flatMap(ShapeRules.functionLength)
    #expect(findings.contains { exception.covers($0) }, "take it out of Exception.all")
  }

  @Test("The median file is short (advice)")
  func median() {
    let counts = sources.map(\.lines.count).sorted()
    let median = counts.isEmpty ? 0 : counts[counts.count / 2]
    if median >= ShapeRules.medianLines {
      print("advice: the median source file has \(median) lines; below 90 reads better")
    }
    #expect(median < 2 * ShapeRules.medianLines)
  }
}
