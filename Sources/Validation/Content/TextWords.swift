// A text as words and numbers: dates that may be dates of birth, pairs of words that may be names.
// Never knows a person: it offers what could be one.
import ExchangeModel

/// The words of a text with what stands before each.
struct TextWords {
  private struct Word {
    let text: String
    let number: Int64?
    /// How many digits it has, when it is a number.
    let digits: Int
    /// Of two letters at least: an initial names nobody.
    let isCapitalised: Bool
    /// What stands between the word before and this one.
    let before: String
  }

  private let words: [Word]

  init(_ text: String) {
    var words: [Word] = []
    var gap = ""
    var current = ""
    func end() {
      guard !current.isEmpty else { return }
      // A hyphen or apostrophe joins only between letters.
      let trimmed = current.hasSuffix("-") || current.hasSuffix("'")
      let word = trimmed ? String(current.dropLast()) : current
      let isNumber = word.utf8.allSatisfy(\.isDigit)
      words.append(
        Word(
          text: word.lowercased(), number: isNumber ? Int64(word) : nil,
          digits: isNumber ? word.utf8.count : 0,
          isCapitalised: word.utf8.count > 1 && word.first?.isUppercase == true, before: gap))
      gap = trimmed ? String(current.suffix(1)) : ""
      current = ""
    }
    for character in text {
      if character.isLetter || character.isNumber {
        // A number and a word are two: the 3rd.
        if let last = current.last, last.isNumber != character.isNumber { end() }
        current.append(character)
      } else if let joint = Self.joint(character), current.last?.isLetter == true {
        current.append(joint)
      } else {
        end()
        gap.append(character)
      }
    }
    end()
    self.words = words
  }

  /// A hyphen or an apostrophe as ASCII has it; nil for another character.
  private static func joint(_ character: Character) -> Character? {
    switch character {
    case "'", "\u{2019}", "\u{2018}", "\u{02BC}": "'"
    case "-", "\u{2010}", "\u{2011}": "-"
    default: nil
    }
  }

  // MARK: Dates of birth

  /// Words near which any date is one of birth.
  private static let birth: Set<String> = ["born", "birth", "birthday", "birthdate", "dob"]
  /// Words between such a word and its date, at most.
  private static let nearness = 6
  /// A pupil's age at most: support for special needs ends with 25.
  private static let mostYears: Int64 = 26

  /// True when there is a full date in the years a child may be born in, or a date of any year
  /// near a word of birth. Without a day to count from, the years from 1990 on.
  func holdsDateOfBirth(before day: CivilDate?) -> Bool {
    let first = day.map { $0.year - Self.mostYears } ?? 1990
    let last = day?.year ?? 9999
    for index in words.indices {
      guard let (date, count) = date(at: index) else { continue }
      if (first...max(first, last)).contains(date.year) { return true }
      let near = words[
        max(0, index - Self.nearness)..<min(words.count, index + count + Self.nearness)]
      if near.contains(where: { Self.birth.contains($0.text) }) { return true }
      if near.contains(where: { $0.text == "d" }), near.contains(where: { $0.text == "b" }) {
        // D.O.B.
        return true
      }
    }
    return false
  }

  private static let months = [
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
  ]

  private func month(_ index: Int) -> Int64? {
    guard index < words.count, words[index].text.utf8.count >= 3 else { return nil }
    let text = words[index].text == "sept" ? "sep" : words[index].text
    let isShort = text.utf8.count == 3
    return Self.months.firstIndex { isShort ? $0.hasPrefix(text) : $0 == text }.map {
      Int64($0) + 1
    }
  }

  private func number(_ index: Int, digits: ClosedRange<Int>) -> Int64? {
    guard index < words.count, digits.contains(words[index].digits) else { return nil }
    return words[index].number
  }

  /// `2014-03-12`, `12/3/2014`, `12.03.14`, `3 March 2014`, `3rd of March 2014`,
  /// `March 3rd, 2014`, with how many words it has.
  private func date(at index: Int) -> (date: CivilDate, count: Int)? {
    func made(_ year: Int64?, _ month: Int64?, _ day: Int64?, _ count: Int) -> (CivilDate, Int)? {
      guard let year, let month, let day else { return nil }
      return CivilDate(year: year, month: month, day: day).map { ($0, count) }
    }
    if let year = number(index, digits: 4) {
      return made(year, number(index + 1, digits: 1...2), number(index + 2, digits: 1...2), 3)
    }
    if let day = number(index, digits: 1...2) {
      if let month = number(index + 1, digits: 1...2) {
        return made(year(index + 2), month, day, 3)
          // As it is written in America.
          ?? made(year(index + 2), day, month, 3)
      }
      var next = index + 1
      while next < words.count, ["st", "nd", "rd", "th", "of"].contains(words[next].text) {
        next += 1
      }
      return made(year(next + 1), month(next), day, next + 2 - index)
    }
    guard let month = month(index), let day = number(index + 1, digits: 1...2) else { return nil }
    var next = index + 2
    if next < words.count, ["st", "nd", "rd", "th"].contains(words[next].text) { next += 1 }
    return made(year(next), month, day, next + 1 - index)
  }

  private func number(_ index: Int, digits: Int) -> Int64? {
    number(index, digits: digits...digits)
  }

  /// A year in four digits, or in two, which is then one of this century.
  private func year(_ index: Int) -> Int64? {
    number(index, digits: 4) ?? number(index, digits: 2).map { $0 + 2000 }
  }

  // MARK: Names

  /// Small words that belong to the surname after them.
  private static let particles: Set<String> = [
    "al", "ap", "bin", "da", "de", "del", "den", "der", "di", "dos", "du", "el", "la", "le", "mac",
    "of", "st", "ten", "van", "von", "y",
  ]

  /// Pairs of capitalised words in lower case, forename first: words side by side, those with one
  /// between them (a middle name), and those turned round by a comma.
  func names(most: Int) -> [[String]] {
    var names: [[String]] = []
    for index in words.indices where words[index].isCapitalised {
      guard names.count < most else { break }
      guard let (surname, last) = surname(after: index) else { continue }
      if words[index + 1].before.contains(",") {
        names.append([surname, words[index].text])
      }
      names.append([words[index].text, surname])
      if let (third, _) = self.surname(after: last) { names.append([words[index].text, third]) }
    }
    return Array(names.prefix(max(0, most)))
  }

  /// The capitalised word after this one, with the small words before it, and its index.
  private func surname(after index: Int) -> (String, Int)? {
    var next = index + 1
    var parts: [String] = []
    while next < words.count, next <= index + 3 {
      let word = words[next]
      guard word.digits == 0, Self.isWithinName(word.before, isFirst: next == index + 1) else {
        return nil
      }
      parts.append(word.text)
      if word.isCapitalised { return (parts.joined(separator: " "), next) }
      guard Self.particles.contains(word.text) else { return nil }
      next += 1
    }
    return nil
  }

  /// White space, after an initial with its full stop, or a comma before a forename.
  private static func isWithinName(_ gap: String, isFirst: Bool) -> Bool {
    let rest = gap.filter { !$0.isWhitespace }
    return rest.isEmpty || (isFirst && rest == ",")
  }
}
