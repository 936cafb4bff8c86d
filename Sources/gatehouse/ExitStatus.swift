// The exit codes of the command (DESIGN 4.4), and the error that carries one.

import ExchangeModel
import Gateway

/// What a script learns from the command's end.
enum ExitStatus: Int32, Sendable {
  case ok = 0
  case error = 1
  case usage = 2
  case notFound = 3
  case verificationFailed = 4
  case unavailable = 5
}

/// A failure with its exit code and a sentence for the person at the terminal.
struct CommandFailure: Error, Sendable {
  let exit: ExitStatus
  let message: String

  init(_ exit: ExitStatus, _ message: String) {
    self.exit = exit
    self.message = message
  }

  /// The failure that a gateway's answer means; nil when it was a success.
  init?(_ answer: ClientAnswer) {
    guard answer.status >= 400 else { return nil }
    let exit: ExitStatus =
      answer.isPassing ? .unavailable : answer.status == 404 ? .notFound : .error
    self.init(exit, ProblemText(answer).text)
  }

  /// The failure that a client's or store's error means.
  static func from(_ error: any Error) -> any Error {
    switch error {
    case let fault as ClientFault:
      if case .unreachable = fault { return CommandFailure(.unavailable, fault.description) }
      return CommandFailure(.usage, fault.description)
    case let refusal as Refusal:
      let text = refusal.code.description
      let exit: ExitStatus = refusal.code == .notFound ? .notFound : .error
      return CommandFailure(exit, "\(text.title). \(text.remedy)")
    default: return error
    }
  }
}
