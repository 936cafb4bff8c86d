// The folder connector: a case system that reads and writes files takes part in the exchange.
// Sends what lies in `outbox`, puts what comes into `inbox`, and says how it fares.

package import ExchangeModel
import Foundation
import Validation

/// Runs both directions until it is cancelled.
package struct FolderConnector: Sendable {
  /// How it works; every time has a default that suits a file share.
  package struct Settings: Sendable {
    /// The format of the files in `inbox`.
    package var format = ContentFormat.json
    /// Between two looks into `outbox`.
    package var interval = Duration.seconds(2)
    /// A file is finished when it has not changed for this long.
    package var settle = Duration.seconds(2)
    /// How long an envelope waits for an attachment it names.
    package var attachmentPatience = Duration.seconds(600)

    package init() {}
  }

  private let folder: ConnectorFolder
  private let client: PartyClient
  private let settings: Settings
  private let surroundings: Surroundings
  private let limits: Limits
  private let board: Board

  /// - `tell`: called with each new status, never at once from two tasks.
  package init(
    _ folder: ConnectorFolder, client: PartyClient, settings: Settings,
    limits: Limits, surroundings: Surroundings,
    tell: @escaping @Sendable (ConnectorStatus) -> Void
  ) {
    self.folder = folder
    self.client = client
    self.settings = settings
    self.surroundings = surroundings
    self.limits = limits
    board = Board(
      path: folder.file("status.json", in: .notes), now: surroundings.now, tell: tell)
  }

  /// Until cancelled. Throws `ConnectorFault` or `WholeFile.Fault` when the folder fails: then
  /// nothing was acknowledged that is not on disk, and nothing taken away that was not sent.
  package func run() async throws {
    do {
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await sendForEver() }
        group.addTask { try await receiveForEver() }
        try await group.next()
        group.cancelAll()
      }
    } catch is CancellationError {
    } catch {
      await board.change {
        $0.state = .stopped
        $0.problem = "\(error)"
      }
      throw error
    }
    await board.change { $0.state = .stopped }
  }

  /// Sends and receives what is there now; returns the status at the end.
  package func runOnce() async throws -> ConnectorStatus {
    var sender = sender()
    while true {
      let pass = try await sender.pass()
      await note(pass)
      guard pass.unfinished > 0, pass.wait == nil else { break }
      try await Task.sleep(for: settings.settle / 4 + .milliseconds(1))
    }
    _ = await note(try await receiver.pass(patience: 0))
    await board.change { $0.state = .stopped }
    return await board.status
  }

  private func sender() -> OutboxSender {
    let start = ContinuousClock.now
    return OutboxSender(
      folder: folder, client: client, limits: limits, settle: settings.settle,
      attachmentPatience: settings.attachmentPatience, elapsed: { ContinuousClock.now - start })
  }

  private var receiver: InboxReceiver {
    InboxReceiver(folder: folder, client: client, limits: limits, format: settings.format)
  }

  private func sendForEver() async throws {
    var sender = sender()
    var pause = Pause()
    while !Task.isCancelled {
      let pass = try await sender.pass()
      await note(pass)
      if let wait = pass.wait {
        try await Task.sleep(for: pause.next(asked: wait.0, random: surroundings.random()))
      } else {
        pause = Pause()
        try await Task.sleep(for: settings.interval)
      }
    }
  }

  private func receiveForEver() async throws {
    var pause = Pause()
    // The first look does not wait: whoever starts the connector sees at once that it works.
    var patience = 0
    while !Task.isCancelled {
      let pass = try await receiver.pass(patience: patience)
      patience = Int(limits.longPollSeconds) / 2
      let isQuiet = await note(pass)
      if let wait = pass.wait {
        try await Task.sleep(for: pause.next(asked: wait.0, random: surroundings.random()))
      } else {
        pause = Pause()
        // A message that is withheld stays listed: no second look in the same instant.
        if isQuiet { try await Task.sleep(for: .seconds(1)) }
      }
    }
  }

  private func note(_ pass: OutboxSender.Pass) async {
    await board.change {
      $0.sent += pass.sent
      $0.quarantined += pass.quarantined
      $0.outbox = pass.left
      $0.note(pass.wait?.1, worked: pass.sent > 0, now: surroundings.now())
    }
  }

  /// True when nothing came.
  private func note(_ pass: InboxReceiver.Pass) async -> Bool {
    await board.change {
      $0.received += pass.received
      $0.note(pass.wait?.1, worked: pass.wait == nil, now: surroundings.now())
    }
    return pass.received == 0
  }

  /// How long to leave a gateway alone that cannot be reached: from a second, doubling to a minute,
  /// with full jitter; never shorter than it asked.
  struct Pause {
    private var seconds = 1.0

    mutating func next(asked: Duration, random: UInt64) -> Duration {
      let part = Double(random >> 11) / Double(1 << 53)
      let own = Duration.milliseconds(Int64(1000 * seconds * (0.5 + part / 2)))
      seconds = min(seconds * 2, 60)
      return max(asked, own)
    }
  }

  /// The status, written where a program can watch it.
  private actor Board {
    private(set) var status = ConnectorStatus()
    private let path: String
    private let now: @Sendable () -> Timestamp
    private let tell: @Sendable (ConnectorStatus) -> Void

    init(
      path: String, now: @escaping @Sendable () -> Timestamp,
      tell: @escaping @Sendable (ConnectorStatus) -> Void
    ) {
      self.path = path
      self.now = now
      self.tell = tell
    }

    func change(_ body: @Sendable (inout ConnectorStatus) -> Void) {
      let before = status
      body(&status)
      var same = before
      same.lastAnswer = status.lastAnswer
      guard same != status else { return }
      // A status that cannot be written keeps no message from going its way.
      try? WholeFile.write(status.bytes, to: path, mode: 0o660)
      tell(status)
    }
  }
}

extension ConnectorStatus {
  /// What a pass says of the gateway. `worked`: it answered with what was wanted.
  fileprivate mutating func note(_ problem: String?, worked: Bool, now: Timestamp) {
    if let problem {
      state = .waiting
      self.problem = problem
    } else if worked {
      state = .connected
      self.problem = nil
      lastAnswer = now
    }
  }
}
