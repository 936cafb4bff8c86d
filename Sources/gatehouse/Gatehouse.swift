// The command `gatehouse`: noun, then verb. Data goes to stdout, talk to stderr.
// Never does the work itself: each command composes the rooms.

import ArgumentParser
import Foundation

@main
struct Gatehouse: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gatehouse",
    abstract: "A message-exchange gateway for the agencies around a child.",
    discussion: """
      Start with `gatehouse sandbox --directory DIR`: everything on one machine, nothing to set.
      Exit codes: 0 ok, 1 error, 2 usage, 3 not found, 4 verification failed, 5 unavailable.
      """,
    version: "0.1.0",
    subcommands: [
      SandboxCommand.self, ServeCommand.self, CheckCommand.self, MessageCommand.self,
      InboxCommand.self, ConnectCommand.self, PolicyCommand.self, ClockCommand.self,
      SchemaCommand.self, LogCommand.self, AuditCommand.self, PartyCommand.self,
      CertificateCommand.self, ConsentCommand.self, SubjectCommand.self, TransferCommand.self,
      TraceCommand.self, CaseCommand.self, BenchCommand.self,
    ])

  /// Runs the command line and ends with one of the documented exit codes.
  static func main() async {
    signal(SIGPIPE, SIG_IGN)
    do {
      var command = try parseAsRoot()
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
    } catch {
      end(with: error)
    }
  }

  private static func end(with error: any Error) -> Never {
    if let failure = error as? CommandFailure {
      Terminal.say("gatehouse: \(failure.message)")
      Foundation.exit(failure.exit.rawValue)
    }
    let code = exitCode(for: error)
    if code == .success {
      print(fullMessage(for: error))
      Foundation.exit(0)
    }
    if code == .validationFailure {
      Terminal.say(fullMessage(for: error))
      Foundation.exit(ExitStatus.usage.rawValue)
    }
    Terminal.say("gatehouse: \(error)")
    Foundation.exit(ExitStatus.error.rawValue)
  }
}
