// To which group a question of a measured list belongs: siblings by their tag, others by their
// names.
// Only for figures: nothing that answers a question knows of groups.

import Foundation
import Gateway
import PupilTracing

struct TraceGroups {
  static let sibling = "sibling"
  private static let prefix = "group:"
  private let tags: [String: Set<String>]
  /// Groups told by a list of variants, the rarer first.
  private let lists: [(name: String, variants: NameVariants)]

  init(schemas: String?, tags: [String: Set<String>]) throws {
    self.tags = tags
    guard let schemas = schemas ?? SchemaFolder.locate() else {
      lists = []
      return
    }
    let words = ["polish-romanian", "south-asian-arabic", "african-world", "irish-welsh-scottish"]
    lists = try words.compactMap { word in
      let path = "\(schemas)/names/variants-\(word).txt"
      guard let data = FileManager.default.contents(atPath: path) else { return nil }
      return (word, try NameVariants(files: [(word, Array(data))]))
    }
  }

  func group(of id: String, _ query: TraceQuery) -> String {
    let words = (tags[id] ?? []).flatMap { $0.split(separator: " ") }
    if words.contains(where: { $0.utf8.elementsEqual(Self.sibling.utf8) }) { return Self.sibling }
    if let word = words.first(where: { $0.hasPrefix(Self.prefix) }) {
      return String(word.dropFirst(Self.prefix.count))
    }
    guard let name = query.names.first else { return "others" }
    // The surname tells more than the forename: a Khan may be called Adam.
    for list in lists where list.variants.knows(name.surname) { return list.name }
    for list in lists where list.variants.knows(name.forename) { return list.name }
    return "others"
  }
}
