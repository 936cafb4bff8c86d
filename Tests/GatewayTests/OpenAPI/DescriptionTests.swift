// The served description: well-formed, complete, and the same as the route table.

import ExchangeModel
import Testing
import Validation

@testable import Gateway

@Suite struct DescriptionTests {
  private let reader: DescriptionReader
  private let table: RouteTable

  init() throws {
    reader = try DescriptionReader()
    table = try RouteTable()
  }

  @Test func describesExactlyTheRoutes() throws {
    let described = reader.calls.map(\.name).sorted()
    // The MESH door is described by NHS England's own document; docs/mesh.md says where.
    let own = table.routes.filter { !$0.template.hasPrefix(MeshDoor.base) }
    let routed = own.map { route in
      route.verb.rawValue + " " + route.template.replacing("...}", with: "}")
    }
    #expect(described == routed.sorted())
  }

  @Test func servesTheDocumentItself() async throws {
    let response = try await table.get("/openapi.json")
    #expect(response.bytes == OpenAPIDocument.bytes(Limits()))
    #expect(response.fields["Content-Type"] == "application/vnd.oai.openapi+json;version=3.1")
    #expect(reader.root["openapi"]?.string == "3.1.1")
  }

  @Test func everyCallSaysWhatItIs() {
    let ids = reader.calls.map { $0.node["operationId"]?.string ?? "" }
    #expect(Set(ids).count == ids.count)
    #expect(ids.allSatisfy { !$0.isEmpty })
    let tags = Set(reader.root["tags"]?.elements.compactMap { $0["name"]?.string } ?? [])
    for call in reader.calls {
      #expect(call.node["summary"]?.string?.isEmpty == false, "\(call.name)")
      #expect(call.node["description"]?.string?.isEmpty == false, "\(call.name)")
      let named = call.node["tags"]?.elements.compactMap(\.string) ?? []
      #expect(named.count == 1 && tags.isSuperset(of: named), "\(call.name)")
    }
  }

  @Test func everyCallHasItsAnswers() throws {
    for call in reader.calls {
      let responses = try reader.responses(of: call)
      #expect(responses.contains { (200..<300).contains($0.status) }, "\(call.name)")
      for needed in [400, 408, 417, 421, 431, 503] {
        #expect(responses.contains { $0.status == needed }, "\(call.name) \(needed)")
      }
      for (status, node) in responses {
        #expect(node["description"]?.string?.isEmpty == false, "\(call.name) \(status)")
        #expect(node["headers"]?["X-Request-Id"] != nil, "\(call.name) \(status)")
        // A witness's 409 is a size and no problem document (C2SP tlog-witness).
        if node["content"]?["text/x.tlog.size"] != nil { continue }
        let codes = reader.codes(of: node)
        #expect(codes.isEmpty == (status < 400), "\(call.name) \(status)")
        for code in codes {
          let found = RefusalCode(rawValue: code)
          #expect(found?.description.status == status, "\(call.name) \(code)")
        }
      }
    }
  }

  @Test func refusalsSayWhenToTryAgainAsTheGatewayDoes() throws {
    let id = RequestID(random: 1, 2)
    for call in reader.calls {
      for (status, node) in try reader.responses(of: call) {
        for code in reader.codes(of: node).compactMap(RefusalCode.init(rawValue:)) {
          let fields = ProblemDetails.response(Refusal(code), instance: id).fields
          let isDescribed = node["headers"]?["Retry-After"] != nil
          #expect(isDescribed == (fields["Retry-After"] != nil), "\(call.name) \(status)")
        }
      }
    }
  }

  /// 405 is for verbs that no call has, and no call of today insists on a length; `token-refused`
  /// is of the MESH door; the others are answers of commands at the gateway's own machine.
  private static let ofNoCall: Set<String> = [
    "method-not-allowed", "length-required", "not-held", "calendar-missing",
    "role-not-allowed", "access-token-unknown", "token-refused",
  ]

  @Test func everyCodeBelongsToSomeCall() throws {
    var given: Set<String> = []
    for call in reader.calls {
      for (_, node) in try reader.responses(of: call) { given.formUnion(reader.codes(of: node)) }
    }
    let all = Set(RefusalCode.allCases.map(\.rawValue))
    #expect(all.subtracting(given) == Self.ofNoCall)
    let listed = reader.find("#/components/schemas/RefusalCode")?["enum"]?.elements
    #expect(listed?.compactMap(\.string) == RefusalCode.allCases.map(\.rawValue))
  }

  @Test func callersAndBodiesAreAsTheRoutesHaveThem() throws {
    for route in table.routes where !route.template.hasPrefix(MeshDoor.base) {
      let path = route.template.replacing("...}", with: "}")
      let call = try #require(
        reader.calls.first { $0.verb == route.verb.rawValue && $0.path == path }, "\(path)")
      let responses = try reader.responses(of: call)
      let forbids = responses.first { $0.status == 403 }.map { reader.codes(of: $0.node) } ?? []
      #expect(forbids.contains("certificate-unknown") == (route.access == .party), "\(path)")
      #expect((call.node["requestBody"] != nil) == (route.body != .none), "\(path)")
      let tooLarge = responses.contains { $0.status == 413 }
      #expect(tooLarge == (route.body != .none), "\(path)")
    }
  }

  /// A call that the gateway limits says so in every answer and may answer 429; another says
  /// nothing of limits. Every call may be told to come again.
  @Test func limitsAreDescribedWhereTheyAre() throws {
    var limits = Limits()
    limits.messagesPerDay = 1
    let quotas = PartyLimits(limits, now: { RouteTable.now })
    for route in table.routes where !route.template.hasPrefix(MeshDoor.base) {
      let path = route.template.replacing("...}", with: "}")
      let call = try #require(
        reader.calls.first { $0.verb == route.verb.rawValue && $0.path == path }, "\(path)")
      let isLimited = quotas.isLimited(route)
      let responses = try reader.responses(of: call)
      #expect(responses.contains { $0.status == 429 } == isLimited, "\(call.name)")
      #expect(responses.contains { $0.status == 503 }, "\(call.name)")
      for (status, node) in responses {
        for field in ["RateLimit", "RateLimit-Policy"] {
          #expect((node["headers"]?[field] != nil) == isLimited, "\(call.name) \(status)")
        }
        let isPassing = [429, 503, 507].contains(status)
        #expect((node["headers"]?["Retry-After"] != nil) == isPassing, "\(call.name) \(status)")
      }
    }
  }

  @Test func everyPathParameterIsDescribed() throws {
    for call in reader.calls {
      let described = (call.node["parameters"]?.elements.compactMap(reader.resolved) ?? [])
        .filter { $0["in"]?.string == "path" }
      #expect(described.allSatisfy { $0["required"]?.bool == true }, "\(call.name)")
      let named = call.path.matches(of: /\{([A-Za-z0-9]+)\}/).map { String($0.1) }
      #expect(described.compactMap { $0["name"]?.string } == named, "\(call.name)")
    }
  }

  @Test func everyReferenceLeadsSomewhere() async throws {
    try await table.register()
    let references = reader.values(named: "$ref").compactMap(\.string)
    #expect(references.count > 100)
    for reference in Set(references) where reference.hasPrefix("#/") {
      #expect(reader.find(reference) != nil, "\(reference)")
    }
    let links =
      references.filter { !$0.hasPrefix("#/") }
      + reader.values(named: "externalValue").compactMap(\.string)
      + reader.values(named: "externalDocs").compactMap { $0["url"]?.string }
    #expect(links.contains("/v1/schemas/envelope/v1/envelope.schema.json"))
    for link in Set(links) {
      let response = try await table.get(link)
      #expect(response.status == 200 && !response.bytes.isEmpty, "\(link)")
    }
  }

  @Test func everyComponentIsUsed() throws {
    let references = Set(reader.values(named: "$ref").compactMap(\.string))
    for kind in ["parameters", "headers", "responses", "schemas"] {
      for member in try #require(reader.root["components"]?[kind]).members {
        #expect(references.contains("#/components/\(kind)/\(member.key)"), "\(member.key)")
      }
    }
  }

  @Test func namesTheLimitsOfThisGateway() throws {
    var limits = Limits()
    limits.envelopeBytes = 424_243
    limits.attachmentBytes = 525_257
    let text = String(decoding: OpenAPIDocument.bytes(limits), as: UTF8.self)
    #expect(text.contains("424243") && text.contains("525257"))
    #expect(OpenAPIDocument.bytes(limits) == OpenAPIDocument.bytes(limits))
  }

  @Test func noStatusIsDescribedTwice() {
    for call in OpenAPIDocument.calls(Limits()) {
      let statuses = call.answers.map(\.status) + RefusedAnswer.all(of: call.refusals).map(\.status)
      #expect(Set(statuses).count == statuses.count, "\(call.id)")
    }
  }
}
