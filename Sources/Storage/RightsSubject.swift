// How a child that somebody asks about is found: by the keyed hashes of what names it surely.
// Never by names alone: two children may share them.

package import ExchangeModel
import Foundation
import GRDB
import MessageLog

/// The keys of a subject, by how surely they mean the one child.
struct SubjectKeys: Sendable {
  /// Of numbers that are one child's alone.
  let numbers: [ChildKey]
  /// Of both names with the date of birth.
  let nameAndBirth: ChildKey?

  init(_ subject: Subject, _ keys: ChildKeys) {
    let identifiers = subject.identifiers
    var numbers: [ChildKey] = []
    for name in Subject.numbers {
      for key in keys.keys(of: identifiers.filter { $0.key == name })
      where !numbers.contains(key) {
        numbers.append(key)
      }
    }
    self.numbers = numbers
    let isNamed = Subject.names.allSatisfy { identifiers[$0] != nil }
    // The last one: the one before it is of the names alone.
    nameAndBirth =
      isNamed ? keys.keys(of: identifiers.filter { Subject.names.contains($0.key) }).last : nil
  }

  var all: [ChildKey] { numbers + (nameAndBirth.map { [$0] } ?? []) }

  /// The strongest one, which stands for the child in a message.
  var strongest: ChildKey? { all.first }
}

extension Store {
  /// The `subjectKey` that stands for a child in a message: 64 hexadecimal digits, the same for the
  /// same child whether or not the gateway has ever heard of it. That it was asked is logged.
  package func subjectKey(of subject: Subject, for spkiSHA256: String) async throws -> String {
    let keys = SubjectKeys(subject, childKeys)
    return try await writer.submit { context in
      let party = try context.caller(spkiSHA256)
      guard let key = keys.strongest else { throw Refusal(.badRequest) }
      try context.append(
        LogEvent(.searched, [.actor: party.urn.text, .scope: "subject-key"]),
        subject: nil, message: nil)
      return key.subjectKey
    }
  }
}

extension ChildKey {
  var data: Data { Data(bytes) }
}
