// Invented pupils of a seeded generator: families with brothers, sisters and twins, and questions
// about them with the usual mistakes. Never taken from real registers.

@testable import PupilTracing

/// A small generator of numbers that is the same on every machine.
struct SeededNumbers: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    return ShortHash.mix(state)
  }
}

struct SyntheticPupils {
  static let surnames = [
    "Ashdown", "Birchall", "Cotterill", "Dunmore", "Eastlake", "Fairholme", "Garside", "Hathersage",
    "Inglewood", "Jessop", "Kettering", "Longbottom", "Marchwood", "Netherby", "Oakeshott",
    "Pemberley", "Quarrington", "Ravensdale", "Silverton", "Thistlewood", "Underhay", "Vickerstaff",
    "Wolstencroft", "Yarborough", "Kowalska", "Nowicki", "Rahmani", "Okonjo", "Popescu", "Hussaini",
    "Patelia", "Singhal", "Zielona", "Mac Ruairi", "Llewelyn-Hale", "Smith", "Jones", "Khan",
  ]
  static let forenames = [
    "Alice", "Benjamin", "Catherine", "Daniel", "Eleanor", "Fatima", "George", "Hannah", "Isaac",
    "Joanna", "Katarzyna", "Luke", "Muhammad", "Niamh", "Oliver", "Priya", "Quentin", "Rebecca",
    "Samuel", "Thomas", "Ursula", "Victoria", "William", "Xanthe", "Yusuf", "Zofia",
  ]
  var numbers: SeededNumbers
  var records: [PupilRecord] = []

  init(count: Int, seed: UInt64) {
    numbers = SeededNumbers(seed: seed)
    while records.count < count { family() }
  }

  mutating func pick<T>(_ items: [T]) -> T {
    items[Int.random(in: 0..<items.count, using: &numbers)]
  }
  mutating func one(in count: Int) -> Bool { Int.random(in: 0..<count, using: &numbers) == 0 }

  mutating func date() -> BirthDate {
    BirthDate(
      year: Int.random(in: 2008...2020, using: &numbers),
      month: Int.random(in: 1...12, using: &numbers), day: Int.random(in: 1...28, using: &numbers))
  }

  mutating func place() -> PupilPlace {
    let letters = Array("ABDEFGHJLNPQRSTUWXYZ").map { String($0) }
    let code =
      "ZZ\(Int.random(in: 1...40, using: &numbers)) \(Int.random(in: 1...9, using: &numbers))"
      + pick(letters) + pick(letters)
    let number = Int.random(in: 1...150, using: &numbers)
    return PupilPlace(postcode: code, address: "\(number) \(pick(Self.surnames)) Street")
  }

  private mutating func family() {
    let surname = pick(Self.surnames)
    let place = place()
    let isTwins = one(in: 20)
    let first = date()
    var used: Set<String> = []
    for number in 0..<(isTwins ? 2 : Int.random(in: 1...3, using: &numbers)) {
      var forename = pick(Self.forenames)
      while !used.insert(forename).inserted { forename = pick(Self.forenames) }
      records.append(
        PupilRecord(
          id: "p\(records.count)", names: [PupilName(surname: surname, forename: forename)],
          datesOfBirth: [number == 0 || isTwins ? first : date()],
          sex: one(in: 2) ? .female : .male, places: [place]))
    }
  }

  /// A question about a pupil, with mistakes.
  mutating func question(about record: PupilRecord) -> TraceQuery {
    var name = record.names[0]
    if one(in: 8) { name.surname = slip(name.surname) }
    if one(in: 8) { name.forename = slip(name.forename) }
    if one(in: 40) { swap(&name.surname, &name.forename) }
    var date = record.datesOfBirth[0]
    if one(in: 15) { date = BirthDate(year: date.year, month: date.day, day: date.month) }
    return TraceQuery(
      names: [name], dateOfBirth: one(in: 25) ? .unknown : date, sex: record.sex,
      places: one(in: 3) ? [place()] : record.places)
  }

  mutating func slip(_ name: String) -> String {
    var letters = Array(name)
    let index = Int.random(in: 1..<letters.count, using: &numbers)
    if one(in: 2) { letters.remove(at: index) } else { letters[index] = "e" }
    return String(letters)
  }

  /// A pool over these pupils, in memory.
  static func pool(
    _ records: [PupilRecord], variants: NameVariants = .none
  ) throws -> (pool: PupilPool, bytes: [UInt8]) {
    let image = ImageInMemory()
    let writer = ImageWriter(to: image, variants: variants, expected: records.count)
    for record in records { try writer.add(record) }
    try writer.finish()
    let bytes = image.contents
    return (PupilPool(image: try PupilImage(image), variants: variants), bytes)
  }
}
