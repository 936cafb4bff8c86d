// `gatehouse connect`: the folder connector, for case systems that read and write files.

import ArgumentParser
import ExchangeModel
import Foundation
import Gateway
import ServiceLifecycle
import UnixSignals

struct ConnectCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "connect",
    abstract: "Exchange messages through a folder, until interrupted.",
    discussion: """
      DIR/outbox: put whole envelopes here (.json or .xml), what they name in outbox/attachments.
      DIR/inbox: messages appear here, whole, named by their message id; take them away at will.
      DIR/sent: what was sent, each with its receipt. DIR/quarantine: what was refused for good, \
      each with the reason. DIR/.gatehouse/status.json says how the connector fares.
      Write into outbox under a name that ends in .part and rename it when it is whole; a file \
      that is written in place is taken once it has not changed for a while (--settle).
      """)

  @OptionGroup var options: ClientOptions
  @Option(help: "The folder; made when it is missing.") var directory: String
  @Option(help: "The format of the files in inbox: json or xml.") var format: ContentFormat = .json
  @Option(help: "Seconds without change after which a file counts as finished.") var settle = 2.0
  @Flag(help: "Send and receive what is there now, then end.") var once = false

  func validate() throws {
    guard (0...3600).contains(settle) else {
      throw ValidationError("--settle is a number of seconds from 0 to 3600")
    }
  }

  func run() async throws {
    let folder: ConnectorFolder
    do {
      folder = try ConnectorFolder(directory)
    } catch {
      throw CommandFailure(.usage, "\(error)")
    }
    try await options.withClient { client in
      let connector = FolderConnector(
        folder, client: client, settings: settings, limits: Limits(), surroundings: .system
      ) { status in
        Self.tell(status)
      }
      do {
        if once { return try await end(connector.runOnce()) }
        let group = ServiceGroup(
          services: [ConnectorService(connector: connector)],
          gracefulShutdownSignals: [.sigterm, .sigint], logger: .gatehouse(level: "error"))
        try await group.run()
        Terminal.endProgress()
      } catch let fault as ConnectorFault {
        throw CommandFailure(.error, fault.description)
      } catch let fault as WholeFile.Fault {
        throw CommandFailure(.error, fault.description)
      }
    }
  }

  private var settings: FolderConnector.Settings {
    var settings = FolderConnector.Settings()
    settings.format = format
    settings.settle = .milliseconds(Int64(settle * 1000))
    return settings
  }

  /// What one round came to. Throws when the gateway could not be used, or refused a file.
  private func end(_ status: ConnectorStatus) throws {
    Terminal.endProgress()
    print(options.json ? status.json : status.line)
    if let problem = status.problem { throw CommandFailure(.unavailable, problem) }
    guard status.quarantined == 0 else {
      throw CommandFailure(.error, "some files were refused; see \(directory)/quarantine")
    }
  }

  /// On a terminal one line that is written over; else a line for each change.
  private static func tell(_ status: ConnectorStatus) {
    if Terminal.isInteractive {
      Terminal.progress(status.line)
    } else {
      Terminal.say(status.line)
    }
  }
}

/// The connector under the signals that end it.
private struct ConnectorService: Service {
  let connector: FolderConnector

  func run() async throws {
    try await cancelWhenGracefulShutdown { try await connector.run() }
  }
}

extension ContentFormat: ExpressibleByArgument {}
