// What is wrong with the settings of a gateway, before it starts: `gatehouse check`. Never opens
// anything for writing, and never shows a key.

package import ExchangeModel
import Foundation
import Storage
import Validation

extension GatewayServer {
  /// What would keep a gateway with these settings from starting, in words; empty when nothing.
  package static func problems(of settings: Settings) -> [String] {
    var problems = [DescriptorRoom.raised().problem].compactMap { $0 }
    let files = [
      ("tls.certificate", settings.certificate), ("tls.key", settings.key),
      ("tls.clientAuthority", settings.clientAuthority), ("log.key", LogKeyFile.path(settings)),
    ]
    for (name, path) in files where !FileManager.default.isReadableFile(atPath: path) {
      problems.append("\(name): \(path) cannot be read")
    }
    do {
      let folder = try SchemaFolder(settings.schemas)
      _ = try SchemaSet(files: folder.files, limits: settings.limits)
    } catch {
      problems.append("schemas: \(error)")
    }
    do { _ = try MeshSecrets.read(settings.mesh) } catch { problems.append("\(error)") }
    if problems.isEmpty {
      do { _ = try LogKeyFile.read(settings) } catch { problems.append("\(error)") }
      if let path = settings.witnessKey {
        do { _ = try LogKeyFile.readWitness(at: path) } catch { problems.append("\(error)") }
      }
    }
    return problems
  }

  /// What would not work in a gateway with these settings, though it starts; in words.
  package static func warnings(of settings: Settings, surroundings: Surroundings) -> [String] {
    let check = MeshTableCheck(settings: settings.mesh)
    guard !settings.mesh.mailboxes.isEmpty || !settings.mesh.workflows.isEmpty else { return [] }
    var warnings: [String] = []
    if let folder = try? SchemaFolder(settings.schemas),
      let schemas = try? SchemaSet(
        files: folder.files, limits: settings.limits, compiling: .whenNeeded)
    {
      warnings += check.faults(by: schemas)
    }
    do {
      let directory = try PartyDirectory.read(from: settings.data)
      warnings += check.faults(in: directory, at: surroundings.now())
    } catch {
      warnings.append("mesh.mailboxes: the store cannot be read, so its parties are not known")
    }
    return warnings
  }
}
