// The project's files, found from where this file lies. Never follows what git ignores.

import Dispatch
import Foundation

/// The tree that the tests keep tidy.
enum ProjectTree {
  /// Looks at the tree on a thread of its own: reading and searching it takes seconds, in which
  /// the few threads that all tests share would stand still, and other tests watch the clock.
  static func look<Found: Sendable>(_ work: @escaping @Sendable () -> Found) async -> Found {
    await withCheckedContinuation { continuation in
      queue.async { continuation.resume(returning: work()) }
    }
  }

  private static let queue = DispatchQueue(label: "tidy")

  /// The top folder.
  static let top = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// The Swift files of `Sources` and `Tests`, and the manifest.
  static let swift: [SwiftCode] = files.filter { $0.hasSuffix(".swift") }.compactMap { path in
    text(of: path).map { SwiftCode(path: path, text: $0) }
  }

  static let sources: [SwiftCode] = swift.filter(\.isSource)

  /// All files of the project, relative to the top, sorted: those git tracks or would track, or
  /// without git those outside of build folders.
  static let files: [String] = {
    let known =
      git(["ls-files", "--cached", "--others", "--exclude-standard"]) ?? walk()
    return known.filter { FileManager.default.fileExists(atPath: top.path + "/" + $0) }.sorted()
  }()

  /// The files that git tracks; nil without git.
  static let tracked: [String]? = git(["ls-files", "--cached"])

  /// The text of a file; nil when it is not UTF-8.
  static func text(of path: String) -> String? {
    guard let data = FileManager.default.contents(atPath: top.path + "/" + path) else { return nil }
    return String(validating: data, as: UTF8.self)
  }

  /// The paths a git command prints; nil when there is no git or no repository.
  private static func git(_ arguments: [String]) -> [String]? {
    guard FileManager.default.fileExists(atPath: top.path + "/.git") else { return nil }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    // The checkout may belong to another account than the one that runs the tests.
    process.arguments = ["git", "-c", "safe.directory=*", "-C", top.path] + arguments + ["-z"]
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return nil }
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { return nil }
    return String(decoding: data, as: UTF8.self).split(separator: "\0").map { String($0) }
  }

  private static func walk() -> [String] {
    let skipped = [".git/", ".build/", ".venv/", "sandbox/"]
    let found = FileManager.default.enumerator(atPath: top.path)?.compactMap { $0 as? String } ?? []
    return found.filter { path in
      var isFolder: ObjCBool = false
      return !skipped.contains { path.hasPrefix($0) } && !path.contains("__pycache__/")
        && FileManager.default.fileExists(atPath: top.path + "/" + path, isDirectory: &isFolder)
        && !isFolder.boolValue
    }
  }
}
