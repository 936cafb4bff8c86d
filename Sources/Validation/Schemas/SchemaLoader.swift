// From the files of `schemas/` to message types, with every fault by file.
// Never compiles: descriptors are read here, schemas when they are needed.
import ExchangeModel

/// Reads the files once.
struct SchemaLoader {
  private(set) var faults: [SchemaFault] = []
  /// The folders in the order of their paths; without a message type where the descriptor is
  /// faulty.
  private(set) var folders: [(folder: MessageFolder, messageType: MessageType?)] = []
  let files: [SchemaFile]
  private(set) var vocabulary: Vocabulary?

  init(files: [SchemaFile]) {
    self.files = files.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
  }

  private static func isDescriptor(_ path: String) -> Bool {
    MessageFolder(path: path).map { $0.path + "/message.json" == path } ?? false
  }

  private static func isOfCatalogue(_ path: String) -> Bool {
    SchemaDocuments.isSchema(path) || isDescriptor(path) || path == VocabularyReader.path
  }

  /// The vocabulary, descriptors and JSON Schemas by path, and the envelope's XML Schemas.
  var published: [String: [UInt8]] {
    let kept = files.filter { file in
      let isEnvelope = file.path.hasPrefix("envelope/") && file.path.hasSuffix(".xsd")
      return Self.isOfCatalogue(file.path) || isEnvelope
    }
    return Dictionary(kept.map { ($0.path, $0.bytes) }) { first, _ in first }
  }

  /// FNV-1a, 64 bits, over the paths and bytes of the vocabulary, descriptors and schemas.
  var version: String {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for file in files where Self.isOfCatalogue(file.path) {
      Self.add(Array(file.path.utf8), to: &hash)
      Self.add(file.bytes, to: &hash)
    }
    let text = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - text.utf8.count) + text
  }

  private static func add(_ bytes: [UInt8], to hash: inout UInt64) {
    bytes.withUnsafeBufferPointer { bytes in
      for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    }
    // A separator, so that bytes cannot move from one file to the next.
    hash = (hash ^ 0xFF) &* 0x100_0000_01b3
  }

  /// Reads the vocabulary and every descriptor.
  mutating func load() {
    checkPaths()
    var words: VocabularyReader?
    do { words = try VocabularyReader.read(files) } catch { add(error.faults) }
    vocabulary = words?.vocabulary
    for file in files where Self.isDescriptor(file.path) {
      guard let folder = MessageFolder(path: file.path) else { continue }
      switch MessageTypeReader.read(file, folder: folder) {
      case .success(let type):
        add(words?.faults(of: type, in: file.path) ?? [])
        folders.append((folder, type))
      case .failure(let found):
        add(found.faults)
        folders.append((folder, nil))
      }
    }
    if folders.isEmpty, faults.isEmpty {
      faults.append(SchemaFault(file: "messages", message: "there is no message type"))
    }
  }

  /// Notes faults that were found elsewhere, each once.
  mutating func add(_ found: [SchemaFault]) {
    for fault in found where !faults.contains(fault) { faults.append(fault) }
  }

  private mutating func checkPaths() {
    let paths = Set(files.map(\.path))
    if paths.count < files.count {
      faults.append(SchemaFault(file: "schemas", message: "a path was given twice"))
    }
    for path in paths.sorted() where path.hasPrefix("messages/") {
      let name = path.split(separator: "/").last ?? ""
      guard name == "message.json" || name == "payload.schema.json" else { continue }
      guard let folder = MessageFolder(path: path) else {
        faults.append(
          SchemaFault(
            file: path, message: "must lie in messages/<slug>/v<N>/; a slug is lower-case words"))
        continue
      }
      let other = name == "message.json" ? "payload.schema.json" : "message.json"
      if !paths.contains("\(folder.path)/\(other)") {
        faults.append(SchemaFault(file: path, message: "\(other) is missing beside it"))
      }
    }
  }
}
