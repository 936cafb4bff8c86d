// The words that a consent may use: purposes of the vocabulary, its categories of data, and the
// items that message types list where their descriptor's `consentItems` points. Data, not code.

import ExchangeModel
import Validation

struct ConsentWords: Sendable {
  let purposes: [String]
  let items: [String]

  init(purposes: [String], items: [String]) {
    self.purposes = purposes
    self.items = items
  }

  init(_ schemas: SchemaSet) {
    purposes = schemas.vocabulary.purposes.map(\.token)
    var items = schemas.vocabulary.dataCategories.map(\.token)
    for type in schemas.messageTypes {
      guard let pointer = type.consentItems else { continue }
      let path = "messages/\(type.slug)/v\(type.version)/payload.schema.json"
      guard let bytes = schemas.publishedFile(path),
        let root = try? JSONDocument.parse(bytes).root
      else { continue }
      for item in Self.listed(at: pointer, in: root)
      where !items.contains(where: { $0.utf8.elementsEqual(item.utf8) }) { items.append(item) }
    }
    self.items = items
  }

  /// The words that a schema allows for the elements of the list at a pointer.
  private static func listed(at pointer: String, in schema: JSONNode) -> [String] {
    var node: JSONNode? = schema
    for name in pointer.split(separator: "/") { node = node?["properties"]?[String(name)] }
    return node?["items"]?["enum"].map { Array($0.elements) }?.compactMap(\.string) ?? []
  }
}
