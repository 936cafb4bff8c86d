// `gatehouse log export` and `log verify-export`: a copy of records with a statement that the log's
// key signs; or the log itself, as tiles.

import ArgumentParser
import Crypto
import ExchangeModel
import Foundation
import Gateway
import MessageLog
import Storage

extension LogCommand {
  enum ExportFormat: String, ExpressibleByArgument, CaseIterable { case jsonl, csv }

  struct Export: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Copy records to a file, with a manifest signed by the log's key.",
      discussion: """
        Writes FILE and FILE.manifest: the file's SHA-256, the range of leaves looked at, and the \
        checkpoint they are in. Check the two with `gatehouse log verify-export`. With --tiles, \
        writes the whole log to a folder that `gatehouse log verify --tiles` and other tools read.
        """)

    @OptionGroup var options: StoreOptions
    @OptionGroup var narrowing: LogFilterOptions
    @Option(help: "jsonl or csv.") var format = ExportFormat.jsonl
    @Option(name: .shortAndLong, help: "The file to write.") var output: String?
    @Option(help: "The folder to write the log's tiles to.") var tiles: String?

    private static let page = 5000

    func run() async throws {
      guard output != nil || tiles != nil else {
        throw CommandFailure(.usage, "give --output FILE or --tiles DIR")
      }
      let filter = try narrowing.filter()
      let settings = try SettingsFile.read(options.config)
      try await options.withStore { store in
        do {
          let tree = try await store.sign(settings)
          if let tiles { try await TileFolder(path: tiles).write(tree, of: store) }
          if let output { try await export(filter, tree, store, settings, to: output) }
          try await store.recordLogView("exported", leaves: 0..<tree.size)
        } catch let fault as LogKeyFile.Fault {
          throw CommandFailure(.error, fault.description)
        } catch let failure as StoreFailure {
          throw CommandFailure(.error, failure.description)
        }
      }
    }

    private func export(
      _ filter: LogFilter, _ tree: PublishedTree, _ store: Store, _ settings: Settings,
      to path: String
    ) async throws {
      let part = path + ".part"
      guard FileManager.default.createFile(atPath: part, contents: nil),
        let file = FileHandle(forWritingAtPath: part)
      else { throw CommandFailure(.error, "\(path): cannot be written") }
      defer { try? file.close() }
      var hasher = SHA256()
      func append(_ bytes: [UInt8]) throws {
        hasher.update(data: bytes)
        try file.write(contentsOf: Data(bytes))
      }
      if format == .csv { try append(Array(LogRecordText.header.utf8)) }
      var records: Int64 = 0
      var next: Int64? = 0
      while let first = next {
        let page = try await store.logRecords(
          filter, from: first, end: tree.size, limit: Self.page)
        for record in page.records {
          try append(
            format == .csv
              ? Array(LogRecordText.row(record).utf8) : LogRecordText.json(record) + [0x0A])
        }
        records += Int64(page.records.count)
        next = page.next
        Terminal.progress("exporting: \(next ?? tree.size) of \(tree.size) leaves")
      }
      Terminal.endProgress()
      try file.synchronize()
      guard rename(part, path) == 0 else {
        throw CommandFailure(.error, "\(path): cannot be written")
      }
      let manifest = ExportManifest(
        file: URL(fileURLWithPath: path).lastPathComponent,
        sha256: Hex.text(hasher.finalize()), records: records, leaves: 0..<tree.size,
        from: filter.from?.description ?? "-", to: filter.to?.description ?? "-",
        checkpoint: try Checkpoint(text: tree.note.text))
      let signatures = try LogKeyFile.readAll(settings).all.map { try $0.sign(manifest.text) }
      let note = try SignedNote(text: manifest.text, signatures: signatures)
      try LogArgument.write(note.bytes, to: path + ".manifest")
      Terminal.say("Wrote \(records) records to \(path), and \(path).manifest.")
    }
  }

  struct VerifyExport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Check an export against its manifest; exits 4 when they do not agree.")

    @Argument(help: "The file; its manifest lies beside it.") var file: String
    @Option(help: "The log's public key (vkey); repeat it for several.") var key: [String]

    func run() async throws {
      let keys = try LogArgument.keys(key, "--key")
      let note = try LogArgument.file(file + ".manifest")
      guard let digest = FileDigest.sha256(of: file) else {
        throw CommandFailure(.notFound, "\(file): cannot be read")
      }
      let manifest: ExportManifest
      do {
        manifest = try ExportManifest(note: note, logs: keys)
      } catch {
        throw CommandFailure(.verificationFailed, "\(file).manifest: \(error)")
      }
      guard manifest.sha256 == digest else {
        throw CommandFailure(
          .verificationFailed, "\(file): it is not the file that the manifest was signed for")
      }
      print(String(decoding: manifest.text, as: UTF8.self), terminator: "")
    }
  }
}
