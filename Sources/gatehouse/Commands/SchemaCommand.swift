// `gatehouse schema check / generate / list`: validate without sending, write the XML Schemas.

import ArgumentParser
import ExchangeModel
import Foundation
import Gateway
import Validation

struct SchemaCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema", abstract: "Message types and their schemas.",
    subcommands: [Check.self, Generate.self, List.self, Convert.self, Differential.self])

  struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Check envelopes against their message types, without sending them.",
      discussion: "Exits 0 when all are valid, 1 when one is not.")

    @OptionGroup var options: SchemaOptions
    @Flag(help: "Print one JSON object a file.") var json = false
    @Argument(help: "Envelope files, JSON or XML.") var files: [String]

    func run() async throws {
      let schemas = try options.load(compiling: .whenNeeded)
      var invalid = 0
      for file in files {
        let issues = try check(file, schemas)
        if !issues.isEmpty { invalid += 1 }
        json ? printJSON(file, issues) : printText(file, issues)
      }
      if invalid > 0 { throw CommandFailure(.error, "\(invalid) of \(files.count) not valid") }
    }

    private func check(_ file: String, _ schemas: SchemaSet) throws -> [ValidationIssue] {
      guard let data = FileManager.default.contents(atPath: file) else {
        throw CommandFailure(.notFound, "\(file): cannot be read")
      }
      let bytes = Array(data)
      do {
        let format = ContentFormat(lookingAt: bytes)
        let read = try EnvelopeReader.read(bytes, format: format)
        let faults = schemas.faults(of: read.envelope.type)
        if !faults.isEmpty {
          return faults.map {
            ValidationIssue(place: $0.place, line: nil, rule: "schema", message: "\($0)")
          }
        }
        _ = try schemas.validate(read)
        return []
      } catch {
        let text = error.code.description
        return error.issues.isEmpty
          ? [
            ValidationIssue(
              place: "", line: nil, rule: error.code.rawValue,
              message: "\(text.title). \(text.remedy)")
          ] : error.issues
      }
    }

    private func printText(_ file: String, _ issues: [ValidationIssue]) {
      if issues.isEmpty { return print("\(file): valid") }
      for issue in issues {
        let line = issue.line.map { ":\($0)" } ?? ""
        print("\(file)\(line): \(issue.place): \(issue.message) [\(issue.rule)]")
      }
    }

    private func printJSON(_ file: String, _ issues: [ValidationIssue]) {
      var writer = JSONWriter()
      writer.beginObject()
      writer.key("file")
      writer.string(file)
      writer.key("valid")
      writer.bool(issues.isEmpty)
      writer.key("issues")
      writer.beginArray()
      for issue in issues {
        writer.beginObject()
        writer.key("place")
        writer.string(issue.place)
        if let line = issue.line {
          writer.key("line")
          writer.integer(Int64(line))
        }
        writer.key("rule")
        writer.string(issue.rule)
        writer.key("message")
        writer.string(issue.message)
        writer.endObject()
      }
      writer.endArray()
      writer.endObject()
      print(String(decoding: writer.bytes, as: UTF8.self))
    }
  }

  struct Generate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Write each payload.xsd from its payload.schema.json.")

    @OptionGroup var options: SchemaOptions
    @Flag(help: "Only say which are stale; exits 1 when any is.") var check = false

    func run() async throws {
      let schemas = try options.load()
      let stale = Set(schemas.staleFiles)
      for file in schemas.generatedFiles where stale.contains(file.path) {
        print(file.path)
        if !check {
          let path = try options.folder() + "/" + file.path
          try Data(file.bytes).write(to: URL(fileURLWithPath: path), options: .atomic)
        }
      }
      if check, !stale.isEmpty {
        throw CommandFailure(.error, "\(stale.count) stale; run `gatehouse schema generate`")
      }
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List the message types.",
      discussion: "A table by family on a terminal; otherwise type, code and title by tabs.")

    @OptionGroup var options: SchemaOptions
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
      let types = try options.load(compiling: .whenNeeded).messageTypes
      if json {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return print(String(decoding: try encoder.encode(types), as: UTF8.self))
      }
      let table = TypeTable(types: types)
      for line in Terminal.isOutputRead ? table.aligned : table.lines { print(line) }
    }
  }

  struct Convert: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Print an envelope in the other format, its payload with it.")

    @OptionGroup var options: SchemaOptions
    @Option(help: "json or xml.") var to: InboxCommand.Format
    @Argument(help: "An envelope file.") var file: String

    func run() async throws {
      guard let data = FileManager.default.contents(atPath: file) else {
        throw CommandFailure(.notFound, "\(file): cannot be read")
      }
      let schemas = try options.load(compiling: .whenNeeded)
      let format: ContentFormat = to == .json ? .json : .xml
      do {
        let bytes = Array(data)
        let read = try EnvelopeReader.read(bytes, format: ContentFormat(lookingAt: bytes))
        var envelope = try schemas.validate(read).envelope
        envelope.payload = try schemas.convert(
          envelope.payload, of: envelope.type, to: format)
        print(String(decoding: EnvelopeWriter.write(envelope, as: format), as: UTF8.self))
      } catch {
        throw CommandFailure.from(error)
      }
    }
  }

  /// For `make interop`: answers `{"schema":…,"instance":…}` lines with true or false, so that
  /// another validator can be compared with ours.
  struct Differential: AsyncParsableCommand {
    static let configuration = CommandConfiguration(shouldDisplay: false)

    func run() async throws {
      while let line = readLine() { print(DifferentialLine.answer(Array(line.utf8))) }
    }
  }
}

/// Where the schemas lie.
struct SchemaOptions: ParsableArguments {
  @Option(help: "The schemas folder; default: the one beside the program or here.")
  var schemas: String?

  func folder() throws -> String {
    guard let folder = schemas ?? SchemaFolder.locate() else {
      throw CommandFailure(.usage, "no schemas folder found; give --schemas DIR")
    }
    return folder
  }

  func load(compiling: SchemaSet.Compiling = .all) throws -> SchemaSet {
    do {
      return try SchemaSet(files: try SchemaFolder(try folder()).files, compiling: compiling)
    } catch let failure as CommandFailure {
      throw failure
    } catch {
      throw CommandFailure(.error, "\(error)")
    }
  }
}
