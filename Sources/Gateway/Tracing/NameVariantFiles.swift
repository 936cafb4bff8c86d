// Reads the name variants beside the schemas, whole, at start. Never needed: without them names are
// compared by letters and sound alone.

import Foundation
package import PupilTracing

/// The groups of name variants beside a schemas folder.
package enum NameVariantFiles {
  /// The files `names/variants-*.txt` of the schemas folder. None when there are no such files.
  /// Throws `TraceFault` when one is faulty.
  package static func read(besides schemas: String) throws -> NameVariants {
    let folder = schemas + "/names"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    let files = names.filter { $0.hasPrefix("variants-") && $0.hasSuffix(".txt") }.sorted()
    return try NameVariants(
      files: files.compactMap { name in
        FileManager.default.contents(atPath: folder + "/" + name).map { (name, Array($0)) }
      })
  }
}
