// Attachments: whole, in parts, wrong, at once, half done; who may store and who may read.

import ExchangeModel
import Foundation
import GRDB
import Testing

@testable import Storage

@Suite struct AttachmentTests {
  private let bytes = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }

  private func begin(
    _ test: TestStore, _ bytes: [UInt8], as digest: String, by agency: Agency = .school,
    at offset: Int64 = 0
  ) throws -> PartialAttachment {
    let upload = try test.store.attachments.openPartial(digest, by: agency.urn, at: offset)
    try bytes.withUnsafeBytes { try upload.append($0) }
    return upload
  }

  private func store(
    _ test: TestStore, _ bytes: [UInt8], by agency: Agency = .school
  ) async throws -> String {
    let digest = sha256(bytes)
    let upload = try begin(test, bytes, as: digest, by: agency)
    try await test.store.keep(upload, as: digest, by: agency.spki)
    return digest
  }

  private func content(_ attachment: StoredAttachment) -> [UInt8] {
    FileManager.default.contents(atPath: attachment.path).map { Array($0) } ?? []
  }

  @Test func aWholeUploadIsKeptAndReadBack() async throws {
    let test = try await TestStore.make()
    let digest = try await store(test, bytes)
    #expect(try await test.store.holds(digest, party: Agency.school.urn))
    #expect(!(try await test.store.holds(digest, party: Agency.iss.urn)))
    let opened = try await test.store.openAttachment(digest, by: Agency.school.spki)
    #expect(opened.size == Int64(bytes.count))
    #expect(content(opened) == bytes)
    #expect(test.store.attachments.size(of: digest) == Int64(bytes.count))
    #expect(test.store.attachments.partialSize(of: digest, by: Agency.school.urn) == 0)
    #expect(try await LogKey.verify(test.store).faults == [])
  }

  @Test func anUploadGoesOnWhereItStopped() async throws {
    let test = try await TestStore.make()
    let digest = sha256(bytes)
    _ = try begin(test, Array(bytes[..<100_000]), as: digest)
    #expect(test.store.attachments.partialSize(of: digest, by: Agency.school.urn) == 100_000)
    for wrong: Int64 in [1, 99_999, 100_001] {
      #expect(throws: Refusal(.attachmentRangeMismatch)) {
        try begin(test, [], as: digest, at: wrong)
      }
    }
    let rest = try begin(test, Array(bytes[100_000...]), as: digest, at: 100_000)
    try await test.store.keep(rest, as: digest, by: Agency.school.spki)
    let opened = try await test.store.openAttachment(digest, by: Agency.school.spki)
    #expect(content(opened) == bytes)
  }

  @Test func anUploadMayBeginAnew() async throws {
    let test = try await TestStore.make()
    let digest = sha256(bytes)
    _ = try begin(test, Array(repeating: 9, count: 5000), as: digest)
    let anew = try begin(test, bytes, as: digest)
    try await test.store.keep(anew, as: digest, by: Agency.school.spki)
    #expect(try await test.store.holds(digest, party: Agency.school.urn))
  }

  @Test func otherBytesAreRefusedAndRemoved() async throws {
    let test = try await TestStore.make()
    let digest = sha256(bytes)
    let wrong = try begin(test, Array(bytes.dropLast()) + [0], as: digest)
    await #expect(throws: Refusal(.attachmentDigestMismatch)) {
      try await test.store.keep(wrong, as: digest, by: Agency.school.spki)
    }
    #expect(test.store.attachments.partialSize(of: digest, by: Agency.school.urn) == 0)
    #expect(!FileManager.default.fileExists(atPath: test.store.attachments.path(of: digest)))
    #expect(try test.count("attachment") == 0)
    #expect(try test.count("attachment_holder") == 0)
  }

  @Test func anEmptyAttachmentIsOneToo() async throws {
    let test = try await TestStore.make()
    let digest = try await store(test, [])
    #expect(digest == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    let opened = try await test.store.openAttachment(digest, by: Agency.school.spki)
    #expect(opened.size == 0)
    #expect(content(opened) == [])
  }

  @Test func oneUploadAtATimeByAParty() async throws {
    let test = try await TestStore.make()
    let digest = sha256(bytes)
    let first = try begin(test, bytes, as: digest)
    #expect(throws: Refusal(.tooBusy)) { try begin(test, bytes, as: digest) }
    // Another party's upload of the same bytes is another file.
    let other = try begin(test, bytes, as: digest, by: .cme)
    try await test.store.keep(first, as: digest, by: Agency.school.spki)
    try await test.store.keep(other, as: digest, by: Agency.cme.spki)
    #expect(try test.count("attachment") == 1)
    #expect(try test.count("attachment_holder") == 2)
    let opened = try await test.store.openAttachment(digest, by: Agency.cme.spki)
    #expect(content(opened) == bytes)
  }

  /// Many requests upload the same bytes: whoever ends first, the whole file is never touched.
  @Test func uploadsThatRaceLeaveOneWholeFile() async throws {
    let test = try await TestStore.make()
    let digest = sha256(bytes)
    for _ in 0..<10 {
      await withTaskGroup(of: Void.self) { group in
        for _ in 0..<8 {
          group.addTask {
            guard let upload = try? self.begin(test, self.bytes, as: digest) else { return }
            try? await test.store.keep(upload, as: digest, by: Agency.school.spki)
          }
        }
      }
      let opened = try await test.store.openAttachment(digest, by: Agency.school.spki)
      #expect(content(opened) == bytes)
    }
  }

  /// What `openPartial` asks once it has the lock: by then the file may have become the whole one.
  @Test func aRenamedUploadIsNoLongerPartial() async throws {
    let test = try await TestStore.make()
    let digest = sha256(bytes)
    let upload = try begin(test, bytes, as: digest)
    #expect(upload.isStillPartial)
    try test.store.attachments.finish(upload, as: digest)
    #expect(!upload.isStillPartial)
    let other = try begin(test, [], as: digest)
    #expect(other.isStillPartial)
    #expect(!upload.isStillPartial)
  }

  /// A crash between the rename and the row: the next upload makes it good.
  @Test func aWholeFileWithoutItsRowIsNobodysUntilSentAgain() async throws {
    let test = try await TestStore.make()
    let digest = try await store(test, bytes)
    try await test.tool().write {
      try $0.execute(sql: "DELETE FROM attachment_holder")
      try $0.execute(sql: "DELETE FROM attachment")
    }
    #expect(!(try await test.store.holds(digest, party: Agency.school.urn)))
    await #expect(throws: Refusal(.notFound)) {
      try await test.store.openAttachment(digest, by: Agency.school.spki)
    }
    let again = try await store(test, bytes)
    #expect(try await test.store.holds(again, party: Agency.school.urn))
  }

  @Test func theRecipientOfItsMessageMayReadItAndNobodyElse() async throws {
    let test = try await TestStore.make()
    let digest = try await store(test, bytes)
    await #expect(throws: Refusal(.notFound)) {
      try await test.store.openAttachment(digest, by: Agency.iss.spki)
    }
    let claim = AttachmentClaim(kind: "report", sha256: digest, place: { "/data/attachments/0" })
    // To name another's attachment is not to have it: this would be a way to read it.
    guard
      case .refused(let refusal, _) = try await test.store.admit(
        submission("m-0", from: .cme, attachments: [claim]), decide: permitAll)
    else {
      Issue.record("named what it does not hold")
      return
    }
    #expect(refusal.code == .attachmentMissing)
    try await test.admit(submission("m-1", attachments: [claim, claim]))
    let opened = try await test.store.openAttachment(digest, by: Agency.iss.spki)
    #expect(content(opened) == bytes)
    await #expect(throws: Refusal(.notFound)) {
      try await test.store.openAttachment(digest, by: Agency.cme.spki)
    }
  }

  @Test func aRevokedUploaderStoresNothing() async throws {
    let test = try await TestStore.make()
    let digest = sha256(bytes)
    let upload = try begin(test, bytes, as: digest)
    try await test.store.revoke(certificate: Agency.school.spki)
    await #expect(throws: Refusal(.certificateRevoked)) {
      try await test.store.keep(upload, as: digest, by: Agency.school.spki)
    }
    #expect(try test.count("attachment_holder") == 0)
  }
}
