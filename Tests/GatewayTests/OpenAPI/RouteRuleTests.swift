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
    try await GatewayHarness.withMesh(access: Self.denyAll) { gateway in
      let school = try gateway.client(.school)
      let service = try gateway.client(.service)
      let file = Array("planted content of an attachment".utf8)
      let digest = sha256(file)
      let put = try await school.call("PUT", "/v1/attachments/\(digest)", body: file)
      #expect(put.status == 201)
      let id = try await gateway.admitted()
      let doors = [
        (school, try gateway.mesh(.school)), (service, try gateway.mesh(.service)),
      ]
      let meshID = id.replacing("-", with: "").uppercased()
      let values = [
        "{messageId}": id, "{sha256}": digest, "{chunk}": "1", "{localId}": "none",
        "{meshId}": meshID, "{leaseId}": id,
      ]
      for (name, rule) in RouteRule.all.sorted(by: { $0.key < $1.key }) {
        guard case .access = rule else { continue }
        let parts = name.split(separator: " ").map(String.init)
        var template = parts[1]
        for (parameter, value) in values { template = template.replacing(parameter, with: value) }
        if template.hasSuffix("/tracking") { template += "?messageID=" + meshID }
        for client in [service, school] {
          var path = template
          // Who uploaded an attachment has it already: the message's policy is not asked.
          if client === school, path.hasPrefix("/v1/attachments") { continue }
          let body = parts[0] == "POST" ? Array(#"{"outcome": "taken"}"#.utf8) : []
          var headers = body.isEmpty ? [] : [("Content-Type", "application/json")]
          for (owner, door) in doors where owner === client {
            path = path.replacing("{mailbox}", with: door.agency.mailbox)
            headers.append(("Authorization", door.token()))
          }
          try #require(!path.contains("{"), "give \(name) a value for its parameter")
          let answer = try await client.call(parts[0], path, headers: headers, body: body)
          // It got as far as the decision: the token was good.
          #expect(answer.status != 403 || !path.hasPrefix(MeshDoor.base), "\(name)")
          let isEmptyListing =
            answer.status == 200 && !answer.text.contains(id) && !answer.text.contains(meshID)
            && !answer.text.contains("count\":1")
          #expect(answer.status >= 400 || isEmptyListing, "\(name): \(answer.text)")
          #expect(!answer.text.contains("Testbury"), "\(name)")
        }
      }
    }
  }
}
