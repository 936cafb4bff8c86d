// Every path to content is under the policy: each route of the table has its rule, and with a
// policy that denies everything no route hands out anything of a message.

import ExchangeModel
import Foundation
import Testing

@testable import Gateway

@Suite struct RouteRuleTests {
  @Test func everyRouteHasARule() throws {
    let table = try RouteTable()
    let routes = Set(table.routes.map { "\($0.verb.rawValue) \($0.template)" })
    let ruled = Set(RouteRule.all.keys)
    #expect(routes.subtracting(ruled).sorted() == [], "routes without a rule")
    #expect(ruled.subtracting(routes).sorted() == [], "rules without a route")
    for (name, rule) in RouteRule.all {
      switch rule {
      case .register(let why), .nothing(let why): #expect(!why.isEmpty, "\(name)")
      case .decision, .access: break
      }
    }
  }

  /// Denies all, whoever asks for whatever.
  private static let denyAll: AccessPolicy = { _ in
    AccessDecision(rules: [
      RuleOutcome(
        rule: "nobody", verdict: .deny, source: "test", reason: "Nobody.", code: .notFound)
    ])
  }

  @Test func aPolicyThatDeniesAllLetsNothingOut() async throws {
    try await GatewayHarness.with(access: Self.denyAll) { gateway in
      let school = try gateway.client(.school)
      let service = try gateway.client(.service)
      let file = Array("planted content of an attachment".utf8)
      let digest = sha256(file)
      let put = try await school.call("PUT", "/v1/attachments/\(digest)", body: file)
      #expect(put.status == 201)
      let id = try await gateway.admitted()
      let values = ["{messageId}": id, "{sha256}": digest]
      for (name, rule) in RouteRule.all.sorted(by: { $0.key < $1.key }) {
        guard case .access = rule else { continue }
        let parts = name.split(separator: " ").map(String.init)
        var path = parts[1]
        for (parameter, value) in values { path = path.replacing(parameter, with: value) }
        try #require(!path.contains("{"), "give \(name) a value for its parameter")
        for client in [service, school] {
          // Who uploaded an attachment has it already: the message's policy is not asked.
          if client === school, path.hasPrefix("/v1/attachments") { continue }
          let body = parts[0] == "POST" ? Array(#"{"outcome": "taken"}"#.utf8) : []
          let answer = try await client.call(
            parts[0], path, headers: body.isEmpty ? [] : [("Content-Type", "application/json")],
            body: body)
          let isEmptyListing = answer.status == 200 && !answer.text.contains(id)
          #expect(answer.status >= 400 || isEmptyListing, "\(name): \(answer.text)")
          #expect(!answer.text.contains("Testbury"), "\(name)")
        }
      }
    }
  }
}
