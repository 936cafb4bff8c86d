// Comparing a claimed word with the allowed ones, and saying words of the vocabulary to a person.
// Never compares with String's `==`, which takes texts for the same that differ in their bytes
// (U+212A, the Kelvin sign, equals the letter K).

internal import ExchangeModel

extension String {
  /// True when both texts have exactly the same bytes.
  func isSame(as other: String) -> Bool {
    utf8.count == other.utf8.count && utf8.elementsEqual(other.utf8)
  }

  /// `a child`, `a child and a date`, `a child, a date and a place`.
  static func row(_ parts: [String], or empty: String = "none") -> String {
    guard let last = parts.last else { return empty }
    guard parts.count > 1 else { return last }
    return parts.dropLast().joined(separator: ", ") + " and " + last
  }
}

extension [String] {
  /// True when one of the words has exactly these bytes.
  func allows(_ word: String) -> Bool {
    contains { $0.isSame(as: word) }
  }
}

/// A list of the vocabulary in which a token has a title.
enum WordList: Sendable {
  case purposes, lawfulBases, specialConditions, legalGateways, roles, dataCategories
}

extension Vocabulary {
  /// The title of a token with the token, e.g. `Public task (uk-gdpr:A6-1-e)`; the token alone
  /// when the list does not have it. Only for tokens of the catalogue or the directory.
  func named(_ token: String, in list: WordList) -> String {
    guard let title = title(token, in: list) else { return token }
    return "\(title) (\(token))"
  }

  /// The title of a token; nil when the list does not have it.
  func title(_ token: String, in list: WordList) -> String? {
    switch list {
    case .purposes: purpose(token)?.title
    case .lawfulBases: lawfulBases.first { $0.token.isSame(as: token) }?.title
    case .specialConditions: specialConditions.first { $0.token.isSame(as: token) }?.title
    case .legalGateways: legalGateways.first { $0.token.isSame(as: token) }?.title
    case .roles: roles.first { $0.token.isSame(as: token) }?.title
    case .dataCategories: dataCategories.first { $0.token.isSame(as: token) }?.title
    }
  }

  /// Tokens with their titles in a row, for a reason.
  func listed(_ tokens: [String], in list: WordList) -> String {
    .row(tokens.map { named($0, in: list) })
  }
}
