// The verb `openContent`: one of the operator's staff opens a message, for a reason that is logged.
// Never hands content out before the leaf is on disk, and never that of a sealed message.

package import ExchangeModel
import GRDB
import MessageLog

extension Store {
  /// Opens a message's content for one of the staff. Its sender and its recipient see in the
  /// message's timeline that it was opened. A role that may not leaves a leaf too.
  ///
  /// Throws: `Refusal(.roleNotAllowed)` for a role that sees no content, `Refusal(.notFound)` when
  /// the message is not there or is sealed.
  package func openContent(
    of id: MessageID, by staff: StaffMember, reason: StaffReason
  ) async throws -> StoredMessage {
    let (gate, sealing) = (gate, sealing)
    let answer = try await writer.submit { context -> Result<StoredMessage, Refusal> in
      guard let found = try MessageRow.find(id, in: context.database) else {
        throw Refusal(.notFound)
      }
      do throws(Refusal) {
        try gate.requireOperator(.content, of: found, role: staff.role)
      } catch {
        try context.appendStaffAct(
          .refused, [.code: error.code.rawValue, .messageID: id.text], by: staff, reason, sealing)
        return .failure(error)
      }
      let (format, received) = try found.content(in: context.database, sealing)
      let decision = try context.decision(found.decision)
      try context.appendStaffAct(.contentOpened, [:], by: staff, reason, sealing, about: found)
      return .success(
        StoredMessage(
          summary: found.summary, format: format, received: received, decision: decision))
    }
    return try answer.get()
  }
}
