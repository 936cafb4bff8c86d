// `gatehouse message open`: the content of a message for one of the operator's staff, for a reason.
// The log has it, and the message's sender and recipient see it in the timeline.

import ArgumentParser
import ExchangeModel
import Foundation
import Gateway
import Storage

extension MessageCommand {
  struct Open: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Open a message's content as one of the gateway's staff; logged with the reason.",
      discussion: """
        For a data-protection-officer, caldicott-guardian or safeguarding-lead. Prints the \
        envelope as it was received. Who may not is refused, and that is logged too; a sealed \
        message is not found.
        """)

    @OptionGroup var options: StoreOptions
    @OptionGroup var staff: StaffOptions
    @Option(
      name: .shortAndLong, help: "Write to this new file, readable by you alone, not to stdout.")
    var output: String?
    @Argument(help: "The message's id.") var id: String

    func run() async throws {
      let id = try MessageIDArgument.read(id)
      let (member, reason) = (try staff.staff(), try staff.why())
      let message = try await options.withStore {
        try await $0.openContent(of: id, by: member, reason: reason)
      }
      guard let output else {
        return print(String(decoding: message.received, as: UTF8.self))
      }
      guard !FileManager.default.fileExists(atPath: output),
        FileManager.default.createFile(
          atPath: output, contents: Data(message.received),
          attributes: [.posixPermissions: 0o600])
      else { throw CommandFailure(.error, "\(output): cannot be made, or is there already") }
      Terminal.say("Wrote \(output).")
    }
  }
}
