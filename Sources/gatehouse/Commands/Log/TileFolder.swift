// A log as a folder of files (C2SP tlog-tiles): `checkpoint`, `tile/<L>/<N>`, `tile/entries/<N>`.
// What a web server serves as it is, and what anybody verifies with the public key alone.

import Foundation
import Gateway
import MessageLog
import Storage

struct TileFolder: Sendable {
  let path: String

  /// Bundles between two notes of how far a verification got.
  private static let bundlesPerMark = 256

  /// Recomputes the log from the files. What is wrong is in the answer's faults.
  func verify(_ keys: [NoteKey], _ resume: ResumeFile?) throws -> LogVerification {
    var result = LogVerification()
    guard let note = read("checkpoint") else {
      throw CommandFailure(.notFound, "\(path)/checkpoint: cannot be read")
    }
    do {
      let opened = try Checkpoint.open(note, logs: keys)
      result.checkpoints = 1
      try walk(opened.checkpoint, resume, &result)
    } catch let fault as LogFault {
      result.faults.append("checkpoint: \(fault)")
    } catch let fault as TileWalk.Fault {
      result.faults.append(fault.description)
    }
    return result
  }

  private func walk(
    _ checkpoint: Checkpoint, _ resume: ResumeFile?, _ result: inout LogVerification
  ) throws {
    var walk = TileWalk(checkpoint)
    if let mark = try resume?.read(), mark.leaves <= checkpoint.size {
      walk = TileWalk(checkpoint, from: try edge(mark))
    }
    var bundles = 0
    while !walk.isDone {
      try walk.advance { read($0.path) }
      result.leaves = walk.edge.size
      Terminal.progress("verifying: \(walk.edge.size) of \(checkpoint.size) leaves")
      bundles += 1
      if bundles.isMultiple(of: Self.bundlesPerMark), walk.edge.size.isMultiple(of: 256) {
        try keep(walk.edge, resume)
      }
    }
    result.leaves = walk.edge.size
    try walk.finish { read($0.path) }
  }

  private func keep(_ edge: TreeEdge, _ resume: ResumeFile?) throws {
    try resume?.write(
      LogMark(
        leaves: edge.size, root: edge.root, messages: 0, acknowledgements: 0, checkpoints: 1))
  }

  private func edge(_ mark: LogMark) throws -> TreeEdge {
    let edge = try TreeEdge.rebuild(
      size: mark.leaves,
      tile: { read(TilePath.tile(level: $0, index: $1)) },
      // A mark stands between two bundles, so no leaf is left over.
      leafHash: { _ in throw LogFault.malformedTile })
    guard edge.root == mark.root else {
      throw TileWalk.Fault(
        description: "the first \(mark.leaves) leaves are not those verified before; verify from "
          + "the start")
    }
    return edge
  }

  private func read(_ name: String) -> [UInt8]? {
    FileManager.default.contents(atPath: path + "/" + name).map { Array($0) }
  }

  /// Writes the log as it stands in a published tree; what is there already is replaced.
  func write(_ tree: PublishedTree, of store: Store) async throws {
    let targets = TilePath.Target.all(size: tree.size)
    for (done, target) in targets.enumerated() {
      guard let bytes = try await store.published(target, in: tree) else {
        throw CommandFailure(.error, "\(target.path): not in the store")
      }
      let file = URL(fileURLWithPath: path + "/" + target.path)
      do {
        try FileManager.default.createDirectory(
          at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: file)
      } catch {
        throw CommandFailure(.error, "\(file.path): cannot be written")
      }
      Terminal.progress("writing: \(done + 1) of \(targets.count) files")
    }
    // Last, so that a folder with a checkpoint has all that it signs.
    try LogArgument.write(tree.note.bytes, to: path + "/checkpoint")
    Terminal.endProgress()
  }
}
