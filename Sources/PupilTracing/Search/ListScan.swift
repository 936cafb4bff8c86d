// Finds the best rows of an image without looking at most of them, and yet none is lost: a row that
// could still be among the best must be near in date, share the place, or hold a name near enough,
// and of each of these the image has lists. What remains possible after every list is bounded; when
// the bound is too weak, or the lists too long, all rows are weighed instead.

struct ListScan {
  let image: PupilImage
  let tables: ScanTables
  let scan: CoarseScan
  /// Dates (of the image) whose rows were weighed already.
  let isDone: [Bool]
  /// Rows that were handed on already: a row may stand in several lists.
  private var handed: Set<UInt32> = []
  /// The most that any date not yet weighed can add, and the most that a name can.
  private let restDate: Int32
  private let surnameMost: Int32
  private let forenameMost: Int32
  private let turnedMost: Int32

  init(_ scan: CoarseScan, done isDone: [Bool]) {
    self.scan = scan
    self.isDone = isDone
    image = scan.image
    tables = scan.tables
    var rest: Int32 = -4000
    for date in image.dates.indices where !isDone[date] {
      rest = max(rest, scan.weight(ofDate: date))
    }
    restDate = rest
    var most: (Int32, Int32, Int32) = (
      tables.lane(tables.base, 0), tables.lane(tables.base, 2), tables.lane(tables.base, 3)
    )
    for number in tables.near {
      let word = tables.names[Int(number)]
      most.0 = max(most.0, tables.lane(word, 0))
      most.1 = max(most.1, tables.lane(word, 2))
      most.2 = max(most.2, tables.lane(word, 3))
    }
    surnameMost = most.0
    forenameMost = most.1
    turnedMost = most.2
  }

  /// A list of rows and the most that a row of it can weigh.
  private struct List {
    let column: Int
    let number: Int
    let most: Int32
  }

  /// Weighs all rows that could be among the best. False when all rows should be weighed instead:
  /// what was found so far then stands.
  mutating func run(into best: inout BestRows) throws -> Bool {
    guard isDone.contains(false) else { return true }
    best.settle()
    try places(into: &best)
    // Rows with none of these names, or elsewhere, can weigh no more than this.
    let place = max(0, tables.otherPostcode)
    let beside = restDate + place
    let base = tables.base
    func most(_ lane: UInt32) -> Int32 { max(0, tables.lane(base, lane)) }
    let nobody = max(most(0) + most(2), most(1) + most(3) + tables.swapped)
    var work = 0
    for list in lists(beside, best.threshold) {
      if list.most <= best.threshold { break }
      let column = image.lists[list.column]
      work += column.count(list.number)
      guard work < image.rowCount / 3 else { return false }
      try column.each(list.number, in: image.bytes) { entry in
        let names = names(list, entry)
        if names + beside > best.threshold { weigh(entry.row, &best) }
      }
    }
    best.settle()
    return beside + nobody <= best.threshold
  }

  /// All lists of names whose rows could weigh more, the most promising first.
  private func lists(_ beside: Int32, _ threshold: Int32) -> [List] {
    let (first, second) = (tables.lane(tables.base, 0), tables.lane(tables.base, 1))
    var lists: [List] = []
    for number in tables.near where number != 0 {
      let word = tables.names[Int(number)]
      func add(_ column: Int, _ names: Int32) {
        guard names + beside > threshold else { return }
        lists.append(List(column: column, number: Int(number), most: names + beside))
      }
      add(
        0,
        max(
          tables.lane(word, 0) + forenameMost,
          tables.lane(word, 1) + turnedMost + tables.swapped))
      // The rows of a near surname are in its list; here only those of another or none count.
      let forename = tables.lane(word, 2)
      add(
        1,
        max(
          max(0, first) + forename, max(0, second) + tables.lane(word, 3) + tables.swapped))
      add(2, max(0, first) + forename + tables.middleUsed)
    }
    return lists.sorted { $0.most > $1.most }
  }

  /// What the names of an entry weigh, at most.
  private func names(_ list: List, _ entry: NameLists.Entry) -> Int32 {
    switch list.column {
    case 0: tables.names(UInt32(list.number), entry.one, entry.other)
    case 1: tables.names(entry.one, UInt32(list.number), entry.other)
    default: tables.names(entry.one, entry.other, UInt32(list.number))
    }
  }

  /// The rows of the same postcode or district, and of the same address.
  private mutating func places(into best: inout BestRows) throws {
    let names =
      max(surnameMost + forenameMost, 127 + turnedMost + tables.swapped) + restDate
    let house = max(0, tables.addressExact)
    var rows: [UInt32] = []
    if tables.postcode != 0 {
      let district = tables.postcode & ~0x3FFFF
      if names + tables.sameDistrict + house > best.threshold {
        try image.postcodes.each(
          from: district, through: district | 0x3FFFF, in: image.bytes
        ) { rows.append($0) }
      } else if names + tables.postcodeExact + max(0, tables.bothExact) > best.threshold {
        try image.postcodes.each(
          from: tables.postcode, through: tables.postcode, in: image.bytes
        ) { rows.append($0) }
      }
    }
    if tables.address != 0,
      names + tables.addressExact + max(0, tables.otherPostcode) > best.threshold
    {
      try image.addresses.each(
        from: tables.address, through: tables.address, in: image.bytes
      ) { rows.append($0) }
    }
    for row in rows where Int(row) < image.rowCount { weigh(row, &best) }
  }

  private mutating func weigh(_ row: UInt32, _ best: inout BestRows) {
    guard Int(row) < image.rowCount else { return }
    let date = image.date(ofRow: row)
    guard !isDone[date] else { return }
    let weight = scan.weight(ofRow: Int(row), date: scan.weight(ofDate: date))
    if weight > best.threshold, handed.insert(row).inserted { best.add(weight, row) }
  }
}
