// Cases as messages make them: no match erases what was asked, provably, and nobody else's answer
// does.

import ExchangeModel
import Foundation
import GRDB
import Testing

@testable import Storage

@Suite struct CaseTests {
  private static let request = SampleTypes.type(
    "trace-request", ["effect": "trace-request", "purposes": ["children-missing-education"]])
  private static let response = SampleTypes.type(
    "trace-response", ["effect": "trace-response", "purposes": ["children-missing-education"]])

  private func ask(_ test: TestStore) async throws -> Receipt {
    try await test.admit(
      submission(
        "q-1", from: .cme, to: Agency.iss.urn, content: #"{"surname":"Zzasked"}"#,
        facts: ContentFacts(
          identifiers: ["upn": "R850412325001"],
          effect: .caseStep(.traceRequest(cap: .yesNo))), type: Self.request))
  }

  private func answer(
    _ test: TestStore, _ id: String, from agency: Agency, to request: Receipt
  ) async throws {
    try await test.admit(
      submission(
        id, from: agency, to: Agency.cme.urn,
        facts: ContentFacts(
          effect: .caseStep(.traceResponse(result: "no-match", discloses: .yesNo))),
        type: Self.response, alter: { $0.inReplyTo = request.messageID.text }))
  }

  /// Files of the store that still have a text.
  private func files(with text: String, _ test: TestStore) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: test.folder).filter { name in
      let bytes = FileManager.default.contents(atPath: "\(test.folder)/\(name)")
      return bytes?.range(of: Data(text.utf8)) != nil
    }
  }

  @Test func whatIsErasedIsInNoFileAnyMoreNorInTheJournal() async throws {
    let test = try await TestStore.make()
    let request = try await ask(test)
    #expect(try !files(with: "Zzasked", test).isEmpty)
    try await answer(test, "a-1", from: .iss, to: request)
    for _ in 0..<400 where try !files(with: "Zzasked", test).isEmpty {
      try await Task.sleep(for: .milliseconds(25))
    }
    #expect(try files(with: "Zzasked", test) == [])
    #expect(try test.count("message") == 2)
  }

  @Test func noMatchErasesAndTheLogStillVerifies() async throws {
    let test = try await TestStore.make()
    let request = try await ask(test)
    try await test.store.indexChildren()
    // Who was not asked answers nothing.
    try await answer(test, "a-0", from: .school, to: request)
    #expect(try test.count("erasure") == 0)
    try await answer(test, "a-1", from: .iss, to: request)
    #expect(try test.count("erasure") == 1)
    #expect(try test.count("child_index") == 0)
    await #expect(throws: Refusal(.contentErased)) {
      _ = try await test.store.open(request.messageID, by: Agency.iss.spki)
    }
    let kept = try await test.tool().read { database in
      try Data.fetchOne(
        database, sql: "SELECT received FROM message WHERE source_id = 'q-1'")
    }
    #expect(kept?.allSatisfy { $0 == 0 } == true)
    _ = try await LogKey.publish(test.store)
    let verified = try await LogKey.verify(test.store)
    #expect(verified.faults == [])
    #expect(verified.messages == 3)
    let found = try await test.store.exchangeCase(request.messageID, for: Agency.cme.spki)
    #expect(found.state == "answered-no-match")
    #expect(found.questions.first?.erasedAt != nil)
    // Erasing without a disposal is noticed.
    try await test.tool().write { try $0.execute(sql: "DELETE FROM erasure") }
    let broken = try await LogKey.verify(test.store)
    #expect(broken.faults.first?.contains("its content is not what leaf") == true)
  }
}
