// The page that the `type` of a problem document leads to, for every code.

import ExchangeModel
import Testing
import Validation

@testable import Gateway

@Suite struct ProblemPageTests {
  @Test func everyTypeLeadsToItsPage() async throws {
    let table = try RouteTable()
    for code in RefusalCode.allCases {
      let problem = ProblemDetails.bytes(Refusal(code), instance: RequestID(random: 1, 2))
      let type = try #require(try JSONDocument.parse(problem).root["type"]?.string)
      let response = try await table.get(type)
      #expect(response.status == 200, "\(code)")
      #expect(response.fields["Content-Type"] == "text/plain; charset=utf-8", "\(code)")
      let page = String(decoding: response.bytes, as: UTF8.self)
      let text = code.description
      #expect(page.hasPrefix(text.title + "\n"), "\(code)")
      #expect(page.contains("\nCode: \(code.rawValue)\n"), "\(code)")
      #expect(page.contains("\nHTTP status: \(text.status)\n"), "\(code)")
      #expect(page.contains("\nRetryable: \(text.isRetryable ? "yes" : "no")."), "\(code)")
      #expect(page.hasSuffix("\n\(text.remedy)\n"), "\(code)")
    }
  }

  @Test(arguments: ["no-such-code", "Not-Found", "notFound", "not-found%20"])
  func otherCodesAreNotFound(code: String) async throws {
    let table = try RouteTable()
    await #expect(throws: Refusal(.notFound)) {
      _ = try await table.get("/problems/" + code)
    }
  }
}
