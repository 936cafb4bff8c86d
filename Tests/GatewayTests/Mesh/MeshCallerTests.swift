// Who may call the MESH door: certificate, mailbox and token must agree, and a token is for one
// request. Over real TLS.

import ExchangeModel
import MessageLog
import Testing

@testable import Gateway

@Suite("MESH callers")
struct MeshCallerTests {
  private static let hello = [
    ("Mex-ClientVersion", "1"), ("Mex-OSName", "test"), ("Mex-OSVersion", "1"),
  ]

  @Test func handshakeInBothVersions() async throws {
    try await GatewayHarness.withMesh { gateway in
      let school = try gateway.mesh(.school)
      for verb in ["GET", "POST"] {
        let answer = try await school.call(verb, "", Self.hello)
        #expect(answer.status == 200)
        #expect(answer.bytes.isEmpty)
      }
      let old = try await school.call("POST", "", Self.hello, accept: "*/*")
      #expect(try old.member("mailboxId") == "SCHOOL")
      #expect(try await school.call("POST", "").status == 400)
      let bad = try await school.call(
        "POST", "", Self.hello, accept: "application/vnd.mesh.vX+json")
      #expect(bad.status == 400)
      // In any case in the path, as MESH has it.
      let lower = try await school.client.call(
        "POST", "/messageexchange/school",
        headers: [("Authorization", school.token())] + Self.hello)
      #expect(lower.status == 200)
      #expect(try await school.call("GET", "/_ping").status == 200)
    }
  }

  @Test func whoIsRefused() async throws {
    try await GatewayHarness.withMesh { gateway in
      let school = try gateway.mesh(.school)
      let now = gateway.clock.now()
      func expect(
        _ text: String, _ token: String, of mouth: MeshMouth? = nil
      ) async throws {
        let answer = try await (mouth ?? school).call("GET", "inbox", token: token)
        #expect(answer.status == 403, "\(text)")
        #expect(answer.meshText.contains(text), "\(answer.text)")
      }
      try await expect("Error reading from Authorization header", "NHSMESH nothing")
      try await expect("Invalid Authentication Token", school.token(password: "wrong"))
      try await expect("Invalid Authentication Token", school.token(key: Array("BackBone".utf8)))
      try await expect("not within two hours", school.token(at: now.adding(seconds: -7300)))
      try await expect("not within two hours", school.token(at: now.adding(seconds: 7300)))
      try await expect("does not match token", try gateway.mesh(.service).token())
      // The right token of a mailbox that is another party's.
      let thief = try gateway.mesh(.school, as: .service)
      try await expect("not one of the party of this certificate", thief.token(), of: thief)
      let none = try await school.client.call(
        "GET", "/messageexchange/NOBODY/inbox",
        headers: [
          (
            "Authorization",
            MeshToken.field(
              mailbox: "NOBODY", password: "x", sharedKey: MeshMouth.sharedKey, nonce: "n",
              count: 1, at: now)
          )
        ])
      #expect(none.status == 403)
      #expect(none.text.contains("EPL-151"))
      // Each is on record, once a minute for a key and a reason.
      for _ in 0..<200 where try await gateway.leafCount(.refused) < 2 {
        try await Task.sleep(for: .milliseconds(20))
      }
      #expect(try await gateway.leafCount(.refused) == 2)
    }
  }

  @Test func aTokenIsForOneRequest() async throws {
    try await GatewayHarness.withMesh { gateway in
      let school = try gateway.mesh(.school)
      let token = school.token()
      // As the official client's retries show it: the same request, four times in all.
      for _ in 0..<4 { #expect(try await school.call("GET", "inbox", token: token).status == 200) }
      let again = try await school.call("GET", "inbox", token: token)
      #expect(again.status == 403)
      #expect(again.meshText == "Error Duplicated Authentication Token")
      let other = school.token()
      #expect(try await school.call("GET", "count", token: other).status == 200)
      #expect(try await school.call("GET", "inbox", token: other).status == 403)
      #expect(try await school.call("GET", "count?x=1", token: other).status == 403)
      // A message is sent once for a token, whatever comes with it.
      let body = try SampleEnvelopes.payload()
      let sending = school.token()
      let first = try await school.send(body, to: .service, workflow: "ABSENCE", token: sending)
      #expect(first.status == 202, "\(first.text)")
      let second = try await school.send(body, to: .service, workflow: "ABSENCE", token: sending)
      #expect(second.status == 403)
      #expect(try await gateway.mesh(.service).inbox().count == 1)
    }
  }

  @Test func aPartysLimitsAreThoseOfAllDoors() async throws {
    try await GatewayHarness.withMesh({
      $0.limits.requestsPerMinute = 6
      $0.limits.messagesPerDay = 1
    }) { gateway in
      let school = try gateway.mesh(.school)
      let body = try SampleEnvelopes.payload()
      let sent = try await school.send(body, to: .service, workflow: "ABSENCE")
      #expect(sent.status == 202)
      #expect(
        sent.header("RateLimit-Policy") == #""requests";q=6;w=60, "messages";q=1;w=86400"#)
      #expect(sent.header("RateLimit")?.hasPrefix(#""requests";r=5;t=60, "messages";r=0"#) == true)
      let second = try await school.send(body, to: .service, workflow: "ABSENCE")
      #expect(second.status == 429 && second.meshCode == "too-many-requests")
      #expect(second.header("Retry-After").flatMap { Int($0) } != nil)
      #expect(try await school.client.call("GET", "/v1/inbox").status == 200)
      // A wrong token costs as much as a right one.
      let wrong = try await school.call("GET", "inbox", token: school.token(password: "wrong"))
      #expect(wrong.status == 403)
      #expect(wrong.header("RateLimit")?.hasPrefix(#""requests";r=2;"#) == true)
      #expect(try await school.call("GET", "count").status == 200)
      #expect(try await school.call("GET", "/workflowsearch/ABSENCE").status == 200)
      let last = try await school.call("GET", "inbox")
      #expect(last.status == 429)
      #expect(last.header("Retry-After").flatMap { Int($0) }.map { (1...60).contains($0) } == true)
      #expect(try await school.client.call("GET", "/v1/inbox").status == 429)
      #expect(try await school.call("GET", "/_ping").status == 200)
      #expect(try await gateway.mesh(.service).inbox().count == 1)
      gateway.clock.move(seconds: 60)
      #expect(try await school.inbox().isEmpty)
    }
  }

  @Test func withoutMailboxesTheDoorIsClosed() async throws {
    try await GatewayHarness.with { gateway in
      let school = try gateway.mesh(.school)
      let answer = try await school.call("GET", "inbox")
      #expect(answer.status == 403)
      #expect(answer.meshCode == "EPL-151")
    }
  }
}
