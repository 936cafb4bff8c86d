// Fields of payloads by name and by place, and payloads that are plainly about another child.

import ExchangeModel
import Testing
import Validation

@testable import Gateway

@Suite struct PayloadFieldTests {
  private let payload: JSONNode

  init() throws {
    payload = try JSONDocument.parse(
      Array(#"{"child":{"surname":"S","a/b":1},"parents":[{"name":"P"},{"tel":null}]}"#.utf8)
    ).root
  }

  @Test(arguments: [
    ("surname", true), ("child", true), ("tel", true), ("forename", false),
    ("/child/surname", true), ("/child", true), ("/surname", false), ("/parents/0/name", true),
    ("/parents/1/name", false), ("/parents/2", false), ("/parents/99999", false),
    ("/child/surname/x", false),
  ])
  func found(text: String, isThere: Bool) throws {
    #expect(try #require(PayloadField(text)).isIn(payload) == isThere)
  }

  @Test(arguments: [
    "", "/", "sur name", "//child", "/child/", "/a~1b", "1st", "/999999", "Ada Samplesen",
    String(repeating: "a", count: 201), "naïve",
  ])
  func refused(text: String) { #expect(PayloadField(text) == nil) }
}
