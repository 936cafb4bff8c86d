// The Unicode properties that `\p{…}` understands (ECMA-262, tables 66–68), by the standard
// library's data. Scripts are not among them: the library has no data for scripts.

enum UnicodeProperty {
  typealias Test = (Unicode.Scalar) -> Bool

  static func test(named text: String) -> Test? {
    var name = text
    for prefix in ["General_Category=", "gc="] where text.hasPrefix(prefix) {
      name = String(text.dropFirst(prefix.count))
      return categories(name)
    }
    return categories(name) ?? binary(name)
  }

  private static func categories(_ name: String) -> Test? {
    guard let wanted = groups[name] ?? single[name].map({ [$0] }) else { return nil }
    return { wanted.contains($0.properties.generalCategory) }
  }

  private static let groups: [String: Set<Unicode.GeneralCategory>] = {
    let letters: Set<Unicode.GeneralCategory> = [
      .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
    ]
    let cased: Set<Unicode.GeneralCategory> = [
      .uppercaseLetter, .lowercaseLetter, .titlecaseLetter,
    ]
    let marks: Set<Unicode.GeneralCategory> = [.nonspacingMark, .spacingMark, .enclosingMark]
    let numbers: Set<Unicode.GeneralCategory> = [.decimalNumber, .letterNumber, .otherNumber]
    let punctuation: Set<Unicode.GeneralCategory> = [
      .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation,
      .initialPunctuation, .finalPunctuation, .otherPunctuation,
    ]
    let symbols: Set<Unicode.GeneralCategory> = [
      .mathSymbol, .currencySymbol, .modifierSymbol, .otherSymbol,
    ]
    let separators: Set<Unicode.GeneralCategory> = [
      .spaceSeparator, .lineSeparator, .paragraphSeparator,
    ]
    let others: Set<Unicode.GeneralCategory> = [
      .control, .format, .surrogate, .privateUse, .unassigned,
    ]
    return [
      "L": letters, "Letter": letters, "LC": cased, "Cased_Letter": cased,
      "M": marks, "Mark": marks, "Combining_Mark": marks, "N": numbers, "Number": numbers,
      "P": punctuation, "Punctuation": punctuation, "punct": punctuation,
      "S": symbols, "Symbol": symbols, "Z": separators, "Separator": separators,
      "C": others, "Other": others,
    ]
  }()

  private static let single: [String: Unicode.GeneralCategory] = {
    let names: [(String, String, Unicode.GeneralCategory)] = [
      ("Lu", "Uppercase_Letter", .uppercaseLetter), ("Ll", "Lowercase_Letter", .lowercaseLetter),
      ("Lt", "Titlecase_Letter", .titlecaseLetter), ("Lm", "Modifier_Letter", .modifierLetter),
      ("Lo", "Other_Letter", .otherLetter), ("Mn", "Nonspacing_Mark", .nonspacingMark),
      ("Mc", "Spacing_Mark", .spacingMark), ("Me", "Enclosing_Mark", .enclosingMark),
      ("Nd", "Decimal_Number", .decimalNumber), ("digit", "digit", .decimalNumber),
      ("Nl", "Letter_Number", .letterNumber), ("No", "Other_Number", .otherNumber),
      ("Pc", "Connector_Punctuation", .connectorPunctuation),
      ("Pd", "Dash_Punctuation", .dashPunctuation), ("Ps", "Open_Punctuation", .openPunctuation),
      ("Pe", "Close_Punctuation", .closePunctuation),
      ("Pi", "Initial_Punctuation", .initialPunctuation),
      ("Pf", "Final_Punctuation", .finalPunctuation),
      ("Po", "Other_Punctuation", .otherPunctuation), ("Sm", "Math_Symbol", .mathSymbol),
      ("Sc", "Currency_Symbol", .currencySymbol), ("Sk", "Modifier_Symbol", .modifierSymbol),
      ("So", "Other_Symbol", .otherSymbol), ("Zs", "Space_Separator", .spaceSeparator),
      ("Zl", "Line_Separator", .lineSeparator), ("Zp", "Paragraph_Separator", .paragraphSeparator),
      ("Cc", "Control", .control), ("cntrl", "cntrl", .control), ("Cf", "Format", .format),
      ("Cs", "Surrogate", .surrogate), ("Co", "Private_Use", .privateUse),
      ("Cn", "Unassigned", .unassigned),
    ]
    var result: [String: Unicode.GeneralCategory] = [:]
    for (short, long, category) in names {
      result[short] = category
      result[long] = category
    }
    return result
  }()

  private static func binary(_ name: String) -> Test? {
    switch name {
    case "Any": { _ in true }
    case "ASCII": { $0.isASCII }
    case "Assigned": { $0.properties.generalCategory != .unassigned }
    case "Alphabetic", "Alpha": { $0.properties.isAlphabetic }
    case "Lowercase", "Lower": { $0.properties.isLowercase }
    case "Uppercase", "Upper": { $0.properties.isUppercase }
    case "White_Space", "space": { $0.properties.isWhitespace }
    case "Emoji": { $0.properties.isEmoji }
    case "Ideographic", "Ideo": { $0.properties.isIdeographic }
    case "ID_Start", "IDS": { $0.properties.isIDStart }
    case "ID_Continue", "IDC": { $0.properties.isIDContinue }
    case "ASCII_Hex_Digit", "AHex": { $0.properties.isASCIIHexDigit }
    case "Hex_Digit", "Hex": { $0.properties.isHexDigit }
    case "Dash": { $0.properties.isDash }
    case "Math": { $0.properties.isMath }
    default: nil
    }
  }
}
