// An export of what is held about a child: gathers the pages, has it logged, and writes it.
// Never without the log entry: an export that cannot be logged is not handed out.

package import ExchangeModel
package import Storage
package import Validation

package struct SubjectExporter: Sendable {
  private let store: Store
  private let writer: SubjectExportWriter
  private let limits: Limits
  private let now: @Sendable () -> Timestamp

  package init(
    store: Store, schemas: SchemaSet, limits: Limits, now: @escaping @Sendable () -> Timestamp
  ) {
    self.store = store
    self.limits = limits
    self.now = now
    writer = SubjectExportWriter(
      schemas: schemas, delivery: DeliveredEnvelope(schemas: schemas, limits: limits))
  }

  /// Everything for the gateway's operator, in one document.
  ///
  /// Throws: `Refusal(.contentTooLarge)` when there are too many messages.
  package func everything(about subject: Subject) async throws -> [UInt8] {
    var messages: [SubjectMessage] = []
    var cursor: MessageID?
    repeat {
      let page = try await store.subjectPage(
        of: subject, for: .gatewayOperator, after: cursor, limit: limits.subjectPage)
      messages += page.messages
      cursor = page.next
      guard messages.count <= limits.subjectMessages else { throw Refusal(.contentTooLarge) }
    } while cursor != nil
    return try await finish(messages, next: nil, about: subject, for: .gatewayOperator, "operator")
  }

  /// One page for a party: what it sent or received.
  func page(
    about subject: Subject, for party: Party, _ spkiSHA256: String, after cursor: MessageID?,
    limit: Int
  ) async throws -> [UInt8] {
    let asker = ExportAsker.party(spkiSHA256)
    let page = try await store.subjectPage(of: subject, for: asker, after: cursor, limit: limit)
    return try await finish(
      page.messages, next: page.next, about: subject, for: asker, party.urn.text)
  }

  private func finish(
    _ messages: [SubjectMessage], next: MessageID?, about subject: Subject,
    for asker: ExportAsker, _ name: String
  ) async throws -> [UInt8] {
    let registers = try await store.subjectRegisters(of: subject, for: asker)
    try await store.logSubjectExport(
      of: subject, by: asker, messages: messages.count)
    return writer.bytes(
      SubjectExport(
        producedAt: now(), producedFor: name, subject: subject, messages: messages,
        registers: registers, next: next))
  }
}
