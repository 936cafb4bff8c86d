// The scanner tells code from comments and strings.

import Testing

@Suite("Code, comments and strings are told apart")
struct SwiftCodeTests {
  private func code(_ text: String) -> [String] {
    SwiftCode(path: "Sources/Policy/X.swift", text: text).code.map { line in
      String(line).split(separator: " ").joined(separator: " ")
    }
  }

  @Test func lineCommentsGo() {
    #expect(code("let a = 1 // try! this\nlet b = 2") == ["let a = 1", "let b = 2"])
  }

  @Test func nestedBlockCommentsGo() {
    #expect(code("a /* x /* y\n */ try! */ b") == ["a", "b"])
  }

  @Test func stringsGoButQuotesStay() {
    #expect(code(#"f("try! // no", x!)"#) == [#"f(" ", x!)"#])
  }

  @Test func escapedQuotesDoNotClose() {
    #expect(code(#"f("a\"b!") + c!"#) == [#"f(" ") + c!"#])
  }

  @Test func interpolationsAreCode() {
    #expect(code(#"f("a\(b! + g("x!")) c!")"#) == [##"f(" (b! + g(" ")) ")"##])
  }

  @Test func rawStringsNeedTheirPounds() {
    #expect(code(##"f(#"a"b! \(c!)"#, d!)"##) == [##"f(#" "#, d!)"##])
  }

  @Test func longStringsSpanLines() {
    let text = "let a = \"\"\"\n  try! \"quoted\"\n  \"\"\"\nb!"
    #expect(code(text) == ["let a = \"\"\"", "", "\"\"\"", "b!"])
  }

  @Test func linesKeepTheirColumns() {
    let file = SwiftCode(path: "Sources/Policy/X.swift", text: "a \"é👩‍👧\" b // c\n")
    #expect(file.code.count == 2 && file.uncommented[0].hasPrefix("a \"é👩‍👧\" b"))
  }

  @Test func roomIsTheSecondFolder() {
    #expect(SwiftCode(path: "Sources/Storage/Store.swift", text: "").room == "Storage")
    #expect(SwiftCode(path: "Package.swift", text: "").room == "")
  }
}
