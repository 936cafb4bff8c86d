// `gatehouse clock calendar import / list`: the calendars, at the gateway's own machine.
// Works while the gateway runs: it counts by a new calendar from its next message on.

import ArgumentParser
import ExchangeModel
import Foundation
import Gateway
import Storage
import Validation

struct CalendarCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "calendar", abstract: "The calendars that time limits are counted by.",
    subcommands: [Import.self, List.self])

  struct Import: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Import calendar files; what waits for them is reckoned at once.",
      discussion: "Every version is kept. The format is in docs/calendars.md.")

    @OptionGroup var options: StoreOptions
    @Flag(help: "Print JSON, one object a file.") var json = false
    @Argument(help: "Calendar files.") var files: [String]

    func run() async throws {
      let read = try files.map { ($0, try CalendarFile.read($0).bytes) }
      let imports = try await options.withStore { store in
        var imports: [(String, CalendarImport)] = []
        for (file, bytes) in read {
          imports.append((file, try await store.importCalendar(bytes)))
        }
        return imports
      }
      for (file, done) in imports {
        if json {
          var writer = JSONWriter()
          writer.beginObject()
          writer.text("file", file)
          writer.text("kind", done.key.kind.rawValue)
          writer.text("owner", done.key.owner.text)
          writer.key("version")
          writer.integer(done.version)
          writer.key("new")
          writer.bool(done.isNew)
          writer.key("duties")
          writer.integer(Int64(done.reckoned))
          writer.endObject()
          print(String(decoding: writer.bytes, as: UTF8.self))
        } else {
          let what = done.isNew ? "imported" : "known already"
          let talk = "\(done.key), version \(done.version): \(what); "
          Terminal.say(talk + "\(done.reckoned) due times changed.")
        }
      }
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List the calendars, and those that duties wait for.")

    @OptionGroup var options: StoreOptions
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
      let (records, wanted) = try await options.withStore { store in
        (try await store.calendars(), try await store.calendarsWanted())
      }
      guard json else {
        for record in records {
          let key = "\(record.key.kind.rawValue)\t\(record.key.owner)\t\(record.version)"
          print("\(key)\t\(record.valid.first)\t\(record.valid.last)\t\(record.importedAt)")
        }
        for missing in wanted {
          let key = "\(missing.key.kind.rawValue)\t\(missing.key.owner)"
          print("\(key)\tmissing\t\(missing.duties) duties wait for it")
        }
        return
      }
      var writer = JSONWriter()
      writer.beginObject()
      writer.key("calendars")
      writer.beginArray()
      for record in records {
        writer.beginObject()
        writer.text("kind", record.key.kind.rawValue)
        writer.text("owner", record.key.owner.text)
        writer.key("version")
        writer.integer(record.version)
        writer.text("validFrom", record.valid.first.description)
        writer.text("validThrough", record.valid.last.description)
        writer.text("importedAt", record.importedAt.description)
        writer.text("sha256", record.sha256)
        writer.endObject()
      }
      writer.endArray()
      writer.key("missing")
      writer.beginArray()
      for missing in wanted {
        writer.beginObject()
        writer.text("kind", missing.key.kind.rawValue)
        writer.text("owner", missing.key.owner.text)
        writer.key("duties")
        writer.integer(Int64(missing.duties))
        writer.endObject()
      }
      writer.endArray()
      writer.endObject()
      print(String(decoding: writer.bytes, as: UTF8.self))
    }
  }
}
