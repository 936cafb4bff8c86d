// Patterns: what matches, what is refused, and that no text makes them slow.
import Testing

@testable import Validation

struct LinearRegexTests {
  @Test(arguments: [
    ("", "", true), ("a", "bab", true), ("^a", "ba", false), ("a$", "ab", false),
    ("^a|b$", "xb", true), ("^(a|b)$", "xb", false), ("^(?:ab)*$", "abab", true),
    ("^(?:ab)*$", "aba", false), ("^a{2,3}$", "a", false), ("^a{2,3}$", "aaa", true),
    ("^a{2,3}$", "aaaa", false), ("^a{2,}$", "aaaaa", true), ("^a{0}$", "", true),
    ("^[^a-c]$", "d", true), ("^[^a-c]$", "b", false), ("^[a\\-z]$", "-", true),
    ("^[\\]]$", "]", true), ("[]", "a", false), ("^[^]$", "\n", true), ("^.$", "\n", false),
    ("^.$", "😀", true), ("^..$", "é", false), ("\\bfoo\\b", "a foo b", true),
    ("\\bfoo\\b", "afoo", false), ("\\Bfoo", "afoo", true), ("\\bfoo$", "foo", true),
    ("^\\u0041\\x42\\u{1F600}$", "AB😀", true), ("^\\ud83d\\ude00$", "😀", true),
    ("^\\p{Lu}\\p{Ll}+$", "Éric", true), ("^\\P{L}+$", "123", true), ("^\\w+$", "é", false),
    ("a*?b", "aaab", true), ("^(?<name>x)y$", "xy", true), ("^a?$", "aa", false),
    ("(^a)|(b$)", "cb", true), ("$^", "", true), ("a^", "a^", false),
    ("^[\\d\\s]+$", "1 2", true), ("^\\/\\.$", "/.", true),
    // 'K' the KELVIN SIGN is not 'K': no case folding.
    ("^K$", "\u{212A}", false),
  ])
  func matches(pattern: String, text: String, isMatch: Bool) throws {
    #expect(try LinearRegex(pattern).matches(text) == isMatch)
  }

  @Test(arguments: [
    "(", ")", "[", "a{2", "{", "}", "]", "*", "+a", "a**", "\\", "\\a", "\\-", "\\8", "\\u12",
    "\\u{110000}", "\\p{Nope}", "\\p", "[b-a]", "[\\d-z]", "a{3,2}", "(?<1>a)", "(?<n>a)(?<n>b)",
    "\\k<n>", "(?i)a", "(?P<n>a)", "\\01",
  ])
  func refuses(pattern: String) {
    #expect(throws: RegexError.self) { try LinearRegex(pattern) }
  }

  @Test(arguments: ["(?=a)b", "(?<!a)b", "(a)\\1"])
  func refusesWhatIsNotLinear(pattern: String) throws {
    // Valid as a pattern, but not as one of ours.
    _ = try RegexParser.parse(pattern)
    #expect(throws: RegexError.self) { try LinearRegex(pattern) }
  }

  @Test(arguments: ["^(a+)+$", "^(a|a)*$", "(.*)*b", "^(a|aa)+$"])
  func staysLinear(pattern: String) throws {
    let regex = try LinearRegex(pattern)
    let text = String(repeating: "a", count: 200_000) + "!"
    let time = ContinuousClock().measure { _ = regex.matches(text) }
    #expect(time < .seconds(5))
    #expect(!regex.matches(text))
  }
}
