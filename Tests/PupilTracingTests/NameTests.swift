// Names as they are folded, sounded and compared.

import Testing

@testable import PupilTracing

@Suite("Names as they are compared")
struct NameTests {
  @Test(
    "Folding keeps letters of any writing",
    arguments: [
      ("Wiśniewska", "wisniewska"), ("Łukasz", "lukasz"), ("Ștefăniță", "stefanita"),
      ("Siân", "sian"), ("Ó Briain", "o-briain"), ("O’Brien", "obrien"), ("D'Arcy", "darcy"),
      ("Smith-Jones", "smith-jones"), ("  Van  der Berg ", "van-der-berg"),
      ("Æthelred", "aethelred"),
      ("Mr Sam Weller", "sam-weller"), ("Dr", "dr"), ("Øyvind Groß", "oyvind-gross"),
      ("e\u{301}mile", "emile"), ("Олена", "olena"), ("ＡＬＩＣＥ", "alice"), ("İbrahim", "ibrahim"),
      ("Nguyễn", "nguyen"), ("", ""), ("--", ""),
    ])
  func folding(_ text: String, _ folded: String) {
    #expect(NameForm(text).text == folded)
  }

  @Test(
    "What sounds alike shares a key",
    arguments: [
      ("kowalski", "cowalsky"), ("hussain", "husein"), ("philip", "filip"), ("knight", "nite"),
      ("catherine", "katharine"), ("stephen", "stefan"),
    ])
  func sounds(_ left: String, _ right: String) {
    #expect(PhoneticKey.of(Array(left.utf8)) == PhoneticKey.of(Array(right.utf8)))
  }

  @Test("Edits are counted alike from both sides, and never below the difference of lengths")
  func edits() {
    var pupils = SyntheticPupils(count: 1, seed: 11)
    for _ in 0..<2000 {
      let left = Array(pupils.pick(SyntheticPupils.surnames).utf8)
      let base = pupils.pick(SyntheticPupils.surnames)
      let right = Array(pupils.slip(base).utf8)
      let there = EditDistance.edits(left, right, limit: 64)
      #expect(there == EditDistance.edits(right, left, limit: 64))
      #expect(there >= abs(left.count - right.count))
      #expect((there == 0) == (left == right))
      #expect(EditDistance.edits(Array(base.utf8), right, limit: 1) <= 1)
    }
  }

  @Test("Levels of agreement")
  func levels() throws {
    let variants = try NameVariants(files: [("v", Array("muhammad mohammed md # all\n".utf8))])
    func level(_ told: String, _ held: String) -> NameLevel {
      NameProbe(NameForm(told), variants: variants).agreement(with: NameForm(held), variants).level
    }
    #expect(level("Smith-Jones", "Smith Jones") == .exact)
    #expect(level("Mohammed", "Muhammad") == .variant)
    #expect(level("Piotrowska", "Piotrowski") == .variant)
    #expect(level("Hussein", "Hussain") == .soundsAlike)
    #expect(level("Garsode", "Gersade") == .soundsAlike)
    #expect(level("Garside", "Gartide") == .oneEdit)
    #expect(level("Garside", "Gartidx") == .twoEdits)
    #expect(level("G", "Garside") == .initial)
    #expect(level("Ben", "Benjamin") == .shortened)
    #expect(level("Jones", "Smith-Jones") == .partOf)
    #expect(level("Smith-Jones", "Jones") == .extended)
    #expect(level("Garside", "Pemberley") == .other)
  }

  @Test("A line of one name is no group, and the fault names the line")
  func badVariants() {
    #expect(throws: TraceFault("v line 2: give two names or more in a group")) {
      try NameVariants(files: [("v", Array("a b\nalone\n".utf8))])
    }
  }
}

@Suite("Dates of birth")
struct DateTests {
  @Test(
    "Whole, partial and impossible dates",
    arguments: [
      ("2014-03-09", 2014, 3, 9), ("20140309", 2014, 3, 9), ("09/03/2014", 2014, 3, 9),
      ("2014-03", 2014, 3, 0), ("2014", 2014, 0, 0), ("2014-??-09", 2014, 0, 9),
      ("2014-97-09", 2014, 97, 9), ("soon", 0, 0, 0), ("", 0, 0, 0), ("-", 0, 0, 0),
      ("99999999999999999999", 0, 0, 0),
    ])
  func reading(_ text: String, _ year: Int, _ month: Int, _ day: Int) {
    let date = BirthDate(text)
    #expect([date.year, date.month, date.day] == [year, month, day])
  }

  @Test(
    "Levels of agreement",
    arguments: [
      ("2014-03-09", DateLevel.exact), ("2014-09-03", .swapped), ("2014-03-08", .oneDigit),
      ("2014-03-90", .transposed), ("2013-03-09", .yearBeside), ("2014-03-01", .firstOfMonth),
      ("2014-01-01", .firstOfMonth), ("2014-03-26", .otherDay), ("2014-11-26", .sameYear),
      ("1999-12-31", .other), ("2014", .exact), ("2014-03", .exact), ("2012", .other),
    ])
  func levels(_ told: String, _ level: DateLevel) {
    #expect(DateAgreement.of(BirthDate(told), BirthDate("2014-03-09")).level == level)
  }
}
