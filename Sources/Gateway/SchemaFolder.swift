// Reads the `schemas/` folder from disk, whole, at start. Never follows a path from a request:
// what is not in the list read at start is not there.

import ExchangeModel
import Foundation
package import Validation

/// The files of `schemas/`, by path relative to it.
package struct SchemaFolder: Sendable {
  package let files: [SchemaFile]
  private let byPath: [String: SchemaFile]

  /// The file of this relative path; nil when the folder did not hold it at start.
  package subscript(_ path: String) -> SchemaFile? { byPath[path] }

  /// Reads every `.json`, `.xsd` and `.xml` file below a folder.
  /// Throws: `SchemaFolderFault` when the folder is not there or holds no message types.
  package init(_ path: String) throws {
    let root = URL(fileURLWithPath: path).standardizedFileURL.path
    guard let walk = FileManager.default.enumerator(atPath: root) else {
      throw SchemaFolderFault(path: path)
    }
    var files: [SchemaFile] = []
    for case let name as String in walk
    where [".json", ".xsd", ".xml"].contains(where: name.hasSuffix) {
      let data = try Data(contentsOf: URL(fileURLWithPath: root + "/" + name))
      files.append(SchemaFile(path: name, bytes: Array(data)))
    }
    guard files.contains(where: { $0.path.hasSuffix("/message.json") }) else {
      throw SchemaFolderFault(path: path)
    }
    files.sort { $0.path < $1.path }
    self.files = files
    byPath = Dictionary(files.map { ($0.path, $0) }) { first, _ in first }
  }

  /// The schemas of a source checkout or an installation: the first of the current folder, the
  /// program's folder and those above it, and `/usr/share/gatehouse`, that has one.
  package static func locate() -> String? {
    var candidates = [FileManager.default.currentDirectoryPath]
    var folder = URL(fileURLWithPath: CommandLine.arguments.first ?? "/")
      .resolvingSymlinksInPath().deletingLastPathComponent()
    for _ in 0..<6 {
      candidates.append(folder.path)
      folder.deleteLastPathComponent()
    }
    candidates.append("/usr/share/gatehouse")
    return candidates.map { $0 + "/schemas" }.first {
      FileManager.default.fileExists(atPath: $0 + "/messages")
    }
  }
}

/// The schemas folder cannot be used.
package struct SchemaFolderFault: Error, Sendable, CustomStringConvertible {
  package let path: String
  package var description: String {
    "\(path): no message types are there; set `schemas` to the folder that holds messages/"
  }
}
