// Scans the documents that go with a message that makes something public, before it is decided.
// Plain text alone can be scanned: that is why its message type asks for a report as plain text.
// Never lets a document pass unseen that it should have scanned: what cannot be read is a finding.

import Dispatch
import ExchangeModel
import Foundation
import Storage
import Validation

struct PublishedDocuments: Sendable {
  let store: Store
  let limits: Limits

  private static let mediaType = "text/plain"

  /// The facts of a message with what its plain-text documents add to them; the same facts for a
  /// message that publishes nothing.
  ///
  /// Throws: `Refusal(.attachmentMissing)` when one was not uploaded by its sender: what comes
  /// later would not have been scanned. `place` tells where the claim stands.
  func content(
    of valid: ValidatedEnvelope, place: (Int) -> String
  ) async throws -> ContentFacts {
    guard case .publication(let findings, let names) = valid.content.effect else {
      return valid.content
    }
    var (kinds, pairs) = (Set(findings), names)
    for (index, attachment) in valid.attachments.enumerated()
    where attachment.mediaType.utf8.elementsEqual(Self.mediaType.utf8) {
      guard try await store.holds(attachment.sha256, party: valid.envelope.source) else {
        throw Refusal(
          .attachmentMissing,
          issues: [
            ValidationIssue(
              place: place(index), line: nil, rule: "attachment",
              message: "No such attachment was uploaded by this party; PUT it first.")
          ])
      }
      let scan = await scan(attachment.sha256, on: Self.day(of: valid.envelope))
      kinds.formUnion(scan?.findings ?? [PublishedText.unscanned])
      pairs += scan?.possibleNames ?? []
    }
    var content = valid.content
    content.effect = .publication(findings: kinds.sorted(), possibleNames: pairs)
    return content
  }

  /// Reads and scans on a thread that may wait; nil when the document is too long or not to be
  /// read.
  private func scan(_ sha256: String, on day: CivilDate?) async -> PublishedText? {
    let path = store.attachments.path(of: sha256)
    guard store.attachments.size(of: sha256) <= Int64(limits.publishedTextBytes) else {
      return nil
    }
    return await withCheckedContinuation { done in
      DispatchQueue.global().async {
        let bytes = FileManager.default.contents(atPath: path)
        done.resume(returning: bytes.map { PublishedText(Array($0), on: day) })
      }
    }
  }

  private static func day(of envelope: Envelope) -> CivilDate? {
    envelope.time.flatMap { CivilDate(String($0.prefix(10))) }
  }
}
