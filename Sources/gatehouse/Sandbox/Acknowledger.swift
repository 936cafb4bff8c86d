// The sandbox's reserved parties: recipients that act out failures, so that a sender's system can
// be tested against them. Never part of a real gateway.

import ExchangeModel
import Gateway
import Logging
import ServiceLifecycle
import Validation

/// Answers what arrives for the reserved parties, each in its own way.
struct Acknowledger: Service {
  /// `refuse-<reason>` refuses at once, `tempfail` refuses as temporarily unable, `slow` takes
  /// after ten seconds, `timeout` never answers.
  static let roles: [(slug: String, role: String)] = [
    ("refuse-wrong-person", "inclusion-support-service"),
    ("refuse-not-ours", "inclusion-support-service"),
    ("refuse-duplicate-case", "inclusion-support-service"),
    ("refuse-cannot-read", "inclusion-support-service"),
    ("tempfail", "inclusion-support-service"), ("slow", "inclusion-support-service"),
    ("timeout", "inclusion-support-service"),
  ]

  let profiles: [(slug: String, profile: ClientProfile)]
  let logger: Logger

  func run() async throws {
    await cancelWhenGracefulShutdown {
      await withTaskGroup(of: Void.self) { group in
        for (slug, profile) in profiles where slug != "timeout" {
          group.addTask { await answer(slug, profile) }
        }
      }
    }
  }

  private func answer(_ slug: String, _ profile: ClientProfile) async {
    guard let client = try? PartyClient(profile) else { return }
    while !Task.isCancelled {
      do {
        let page = try await client.call("GET", "/v1/inbox?wait=60")
        guard page.status == 200 else { throw ClientFault.unreachable("status \(page.status)") }
        let messages = try JSONDocument.parse(page.bytes).root["messages"]
        for message in messages.map({ Array($0.elements) }) ?? [] {
          guard let id = message["messageId"]?.string else { continue }
          if slug == "slow" { try await Task.sleep(for: .seconds(10)) }
          _ = try await client.call(
            "POST", "/v1/inbox/\(id)/acknowledgement",
            headers: [("Content-Type", "application/json")], body: Self.body(slug))
        }
      } catch {
        try? await Task.sleep(for: .seconds(1))
      }
    }
    try? await client.close()
  }

  private static func body(_ slug: String) -> [UInt8] {
    let reason: String? =
      if slug == "slow" { nil } else if slug == "tempfail" { "temporarily-unable" } else {
        String(slug.dropFirst("refuse-".count))
      }
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("outcome")
    writer.string(reason == nil ? "taken" : "refused")
    if let reason {
      writer.key("reason")
      writer.string(reason)
    }
    writer.endObject()
    return writer.bytes
  }
}
