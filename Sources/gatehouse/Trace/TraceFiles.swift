// Lists of pupils and questions read from CSV files in pieces, and a pool built from one.
// Never holds a list whole: a pool of ten million pupils is built in a few hundred megabytes.

import Dispatch
import Foundation
import Gateway
import PupilTracing
import Storage

enum TraceFiles {
  private static let pieceBytes = 1 << 20

  /// Calls for each row after the heading, with the share of the file that was read.
  static func rows(
    _ path: String, list: String,
    _ body: (_ columns: TraceColumns, _ fields: [String], _ line: Int, _ share: Double) throws ->
      Void
  ) throws {
    guard let file = FileHandle(forReadingAtPath: path) else {
      throw CommandFailure(.notFound, "\(list): no file can be read at \(path)")
    }
    defer { try? file.close() }
    let size = Double(max(1, (try? file.seekToEnd()) ?? 1))
    try file.seek(toOffset: 0)
    var columns: TraceColumns?
    var parser = CSVRows()
    var done = 0.0
    func row(_ fields: [String], _ line: Int) throws {
      guard let known = columns else {
        let heading = try TraceColumns(heading: fields, list: list)
        if !heading.ignored.isEmpty {
          Terminal.say(
            "\(list): columns left out: " + heading.ignored.prefix(10).joined(separator: ", "))
        }
        columns = heading
        return
      }
      try body(known, fields, line, done / size)
    }
    while let piece = try file.read(upToCount: pieceBytes), !piece.isEmpty {
      done += Double(piece.count)
      try piece.withUnsafeBytes { bytes in
        try named(list) { try parser.feed(bytes, row) }
      }
    }
    try named(list) { try parser.finish(row) }
    guard columns != nil else {
      throw CommandFailure(.usage, "\(list) line 1: the file is empty; give a heading row")
    }
  }

  /// Faults of the CSV itself do not know the list's name.
  private static func named(_ list: String, _ body: () throws -> Void) throws {
    do {
      try body()
    } catch let fault as TraceFault {
      let text = fault.description
      throw CommandFailure(.usage, text.hasPrefix("line ") ? "\(list) \(text)" : text)
    }
  }

  /// The variant groups below a schemas folder.
  static func variants(schemas: String?) throws -> NameVariants {
    guard let schemas = schemas ?? SchemaFolder.locate() else {
      throw CommandFailure(.usage, "no schemas folder found; give --schemas DIR")
    }
    let variants = try NameVariantFiles.read(besides: schemas)
    guard variants.count > 0 else {
      throw CommandFailure(
        .usage, "no name variants found in \(schemas)/names; give --schemas DIR")
    }
    return variants
  }

  /// Returns to the system what building or learning no longer needs.
  static func giveBackMemory() {
    // Of the C library of Linux alone; elsewhere there is nothing to do.
    guard let trim = dlsym(nil, "malloc_trim") else { return }
    _ = unsafeBitCast(trim, to: (@convention(c) (Int) -> Int32).self)(0)
  }

  /// Builds a pool from a list. The image is a file without a name, gone with the command.
  static func pool(
    _ path: String, variants: NameVariants, below directory: String
  ) throws -> PupilPool {
    let place = "\(directory)/.gatehouse-trace-\(ProcessInfo.processInfo.processIdentifier)"
    // Of the file itself, should the path be a link.
    let target = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    let size = (try? FileManager.default.attributesOfItem(atPath: target)[.size] as? Int) ?? 0
    var ids = 0
    var progress = TraceProgress("Reading the pool")
    defer { try? FileManager.default.removeItem(atPath: place) }
    do {
      let writer = ImageWriter(
        to: try PupilImageFileWriter(path: place), variants: variants, expected: size / 80)
      try rows(path, list: "pool") { columns, fields, line, share in
        try writer.add(columns.record(fields, list: "pool", line: line))
        ids += 1
        progress.show(share, count: ids)
      }
      Terminal.progress("Sorting the pool of \(ids)")
      try writer.finish()
    }
    Terminal.endProgress()
    giveBackMemory()
    let image = try PupilImage(try PupilImageFile(path: place))
    var pool = PupilPool(image: image, variants: variants, workers: .cores)
    // A list is reviewed as a whole: the best five are written, however unlikely.
    pool.leastBits = -40
    return pool
  }
}

extension Workers {
  /// All cores of this machine.
  static let cores = Workers(count: ProcessInfo.processInfo.activeProcessorCount) { parts, work in
    DispatchQueue.concurrentPerform(iterations: parts, execute: work)
  }
}

/// A bar on a terminal, drawn a few times a second.
struct TraceProgress {
  private static let width = 30
  private let title: String
  private var last = ContinuousClock.now - .seconds(1)
  private var calls = 0

  init(_ title: String) { self.title = title }

  mutating func show(_ share: Double, count: Int) {
    calls += 1
    guard calls % 64 == 0 || share >= 1 else { return }
    let now = ContinuousClock.now
    guard now - last > .milliseconds(200) else { return }
    last = now
    let share = max(0, min(1, share))
    let full = Int(share * Double(Self.width))
    let bar =
      String(repeating: "#", count: full) + String(repeating: "-", count: Self.width - full)
    Terminal.progress("\(title) [\(bar)] \(Int(share * 100)) % · \(count)")
  }
}
