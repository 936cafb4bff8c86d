// The index of children: complete after any interruption, the same however often it is made, and
// paged without loss.

import ExchangeModel
import Foundation
import GRDB
import Testing

@testable import Storage

@Suite struct ChildIndexTests {
  @Test func messagesAreFoundByEachNumberAndByNameWithBirth() async throws {
    let test = try await TestStore.make()
    try await test.admit(message("m-1"))
    try await test.admit(message("m-2", about: Child.bo))
    #expect(try test.count("child_index") == 0)
    #expect(try await test.exported(Child.adaByNumber) == ["m-1"])
    #expect(try await test.exported(Child.subject(["nhsNumber": "999 000 0018"])) == ["m-2"])
    var names = Child.ada
    names["upn"] = nil
    #expect(try await test.exported(Child.subject(names)) == ["m-1"])
    // Bo's messages have no date of birth: names never lead there.
    var bo = Child.bo
    bo["nhsNumber"] = nil
    bo["dateOfBirth"] = "2012-04-03"
    #expect(try await test.exported(Child.subject(bo)) == [])
    #expect(Subject(["surname": "Testby", "forename": "Bo"]) == nil)
  }

  @Test func indexingIsBoundedRepeatableAndResumes() async throws {
    let test = try await TestStore.make()
    for number in 1...7 { try await test.admit(message("m-\(number)")) }
    let advanced = try await test.store.writer.submit { context in
      try ChildIndex(database: context.database).advance(limit: 3)
    }
    #expect(advanced == 3)
    #expect(try test.count("child_index") == 9)
    #expect(try await test.store.indexChildren() == 4)
    #expect(try test.count("child_index") == 21)
    #expect(try await test.store.indexChildren() == 0)
    // Made again from the rows: nothing twice.
    try await test.tool().write {
      try $0.execute(sql: "UPDATE child_index_state SET through = 0")
    }
    #expect(try await test.store.indexChildren() == 7)
    #expect(try test.count("child_index") == 21)
  }

  @Test func aJobThatFailsMovesNothing() async throws {
    let test = try await TestStore.make()
    try await test.admit(message("m-1"))
    struct Broken: Error {}
    await #expect(throws: Broken.self) {
      try await test.store.writer.submit { context in
        _ = try ChildIndex(database: context.database).advance(limit: 10)
        throw Broken()
      }
    }
    #expect(try test.count("child_index") == 0)
    #expect(try await test.exported(Child.adaByNumber) == ["m-1"])
  }

  @Test(arguments: [UInt64(1), 2, 3])
  func aRandomCrowdIsFoundExactly(seed: UInt64) async throws {
    let test = try await TestStore.make(time: TestSurroundings(seed: seed))
    var expected: [Int: [String]] = [:]
    var word = seed
    for number in 0..<60 {
      word = word &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let child = Int(word >> 33) % 5
      expected[child, default: []].append("m-\(number)")
      try await test.admit(
        message("m-\(number)", about: ["uln": "10000000\(10 + child)", "surname": "Same"]))
      if number.isMultiple(of: 17) { try await test.store.indexChildren() }
    }
    for child in 0..<5 {
      let subject = Child.subject(["uln": "10000000\(10 + child)"])
      for limit in [1, 3, 100] {
        #expect(
          try await test.exported(subject, limit: limit) == expected[child] ?? [], "seed \(seed)")
      }
    }
  }

  /// Prints what indexing costs; set GATEHOUSE_MEASURE to run it.
  @Test(.enabled(if: ProcessInfo.processInfo.environment["GATEHOUSE_MEASURE"] != nil))
  func measureIndexing() async throws {
    let test = try await TestStore.make()
    let count = 100_000
    try await test.admit(message("m-0"))
    try await test.tool().write { database in
      let row = try #require(try Row.fetchOne(database, sql: "SELECT * FROM message"))
      let columns = row.columnNames.joined(separator: ", ")
      let marks = row.columnNames.map { _ in "?" }.joined(separator: ", ")
      var word: UInt64 = 7
      for number in 1...count {
        var values: [any DatabaseValueConvertible] = []
        for (column, value) in row {
          switch column {
          case "sequence": values.append(number + 1)
          case "message_id": values.append(String(format: "%036d", number))
          case "source_id": values.append("m-\(number)")
          case "received": values.append(Data(repeating: 0x20, count: 2000))
          case "child_keys":
            var keys = Data()
            for _ in 0..<8 {
              word = word &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
              withUnsafeBytes(of: word) { keys.append(contentsOf: $0) }
            }
            values.append(keys)
          default: values.append(value)
          }
        }
        try database.execute(
          sql: "INSERT INTO message (\(columns)) VALUES (\(marks))",
          arguments: StatementArguments(values))
      }
    }
    let before = ContinuousClock.now
    #expect(try await test.store.indexChildren() == count + 1)
    let spent = ContinuousClock.now - before
    print("indexing \(count) messages with 4 keys each: \(spent)")
    let lookup = ContinuousClock.now
    for _ in 0..<100 { _ = try await test.exported(Child.adaByNumber) }
    print("one search: \((ContinuousClock.now - lookup) / 100)")
  }
}
