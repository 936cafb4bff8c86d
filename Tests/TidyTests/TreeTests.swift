// The rules, run over the project's own files. A finding names its place and what to do.

import Testing

@Suite("The tree is tidy")
struct TreeTests {
  /// Fails with all findings that nothing excuses, or when there was nothing to look at.
  private func expectNone<Item>(
    in items: @escaping @Sendable () -> [Item], location: SourceLocation = #_sourceLocation,
    _ find: @escaping @Sendable (Item) -> [Finding]
  ) async {
    let (unexcused, count) = await ProjectTree.look {
      let items = items()
      return (items.flatMap(find).unexcused(), items.count)
    }
    #expect(unexcused.isEmpty, "\(unexcused.report)", sourceLocation: location)
    #expect(count > 0, "no file was read", sourceLocation: location)
  }

  @Test("Imports point down, and each module stays in its rooms")
  func imports() async {
    await expectNone(in: { ProjectTree.sources }) { RoomRules.imports($0) }
  }

  @Test("Tests import Testing")
  func testImports() async {
    await expectNone(in: { ProjectTree.swift }) { RoomRules.testImports($0) }
  }

  @Test("Names of files, folders and types say what they are")
  func names() async {
    await expectNone(in: { ProjectTree.sources }) { RoomRules.names($0) }
  }

  @Test("One word per thing")
  func words() async {
    await expectNone(in: { ProjectTree.sources }) { WordRules.words($0) }
  }

  @Test("Nothing traps on input, prints, or is public")
  func safety() async {
    await expectNone(in: { ProjectTree.sources }) { SafetyRules.check($0) }
  }

  @Test("Functions are short")
  func functions() async {
    await expectNone(in: { ProjectTree.swift }) { ShapeRules.functionLength($0) }
  }

  @Test("Every file opens with a comment; lines and files are short")
  func shape() async {
    let endings = [".swift", ".py", ".java", ".h", ".modulemap", ".sh", ".service"]
    await expectNone(
      in: { ProjectTree.files.filter { path in endings.contains { path.hasSuffix($0) } } }
    ) { path in
      guard let text = ProjectTree.text(of: path) else { return [] }
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
      return ShapeRules.openingComment(path: path, text: text)
        + ShapeRules.lineLength(path: path, lines: lines)
        + ShapeRules.fileLength(path: path, lines: lines)
    }
  }

  @Test("No key, no path of one machine, no registry")
  func texts() async {
    // These tests name what they look for.
    await expectNone(
      in: { ProjectTree.files.filter { !$0.hasPrefix("Tests/TidyTests/") } }
    ) { path in
      guard let text = ProjectTree.text(of: path) else { return [] }
      return TextRules.homePaths(path: path, text: text)
        + TextRules.registries(path: path, text: text)
        + TextRules.privateKeys(path: path, text: text)
    }
  }

  @Test("git holds no build product, database or key")
  func tracked() async throws {
    let findings = await ProjectTree.look { ProjectTree.tracked.map { TextRules.tracked($0) } }
    // Without git there is nothing to look at.
    let unexcused = findings?.unexcused() ?? []
    #expect(unexcused.isEmpty, "\(unexcused.report)")
  }

  @Test("Every exception is still needed", arguments: Exception.all)
  func exceptions(_ exception: Exception) async {
    let findings = await ProjectTree.look {
      let file = ProjectTree.swift.filter { $0.path == exception.path }
      return file.flatMap(RoomRules.imports) + file.flatMap(RoomRules.names)
        + file.flatMap(WordRules.words) + file.flatMap(SafetyRules.check)
        + file.flatMap(ShapeRules.functionLength)
    }
    #expect(findings.contains { exception.covers($0) }, "take it out of Exception.all")
  }

  @Test("The median file is short (advice)")
  func median() async {
    let counts = await ProjectTree.look { ProjectTree.sources.map(\.lines.count).sorted() }
    let median = counts.isEmpty ? 0 : counts[counts.count / 2]
    if median >= ShapeRules.medianLines {
      print("advice: the median source file has \(median) lines; below 90 reads better")
    }
    #expect(median < 2 * ShapeRules.medianLines)
  }
}
