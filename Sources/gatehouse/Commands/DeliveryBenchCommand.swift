// `gatehouse bench delivery`: what a dead and a slow endpoint cost the others.
// Never a test: it fails only when a message of a good endpoint did not come.

import ArgumentParser
import Foundation
import Gateway

struct DeliveryBenchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "delivery",
    abstract: "Measure delivery beside an endpoint that is dead and one that takes ten seconds.",
    discussion: """
      Pushes messages to ten endpoints in this process, at the same rate to each: first all are
      well, then one never speaks and one takes ten seconds an answer. Prints how long the
      messages of the other eight took from the call that sends one to its arrival. Give
      --seconds 60 to see the timeouts and the breaker at work.
      """)

  /// Its options for time, folder and schemas are this command's too.
  @ParentCommand var bench: BenchCommand
  @Option(help: "Messages a second for each endpoint.") var rate = 10

  func run() async throws {
    guard (1...600).contains(bench.seconds), (1...1000).contains(rate) else {
      throw CommandFailure(.usage, "give --seconds 1 to 600 and --rate 1 to 1000")
    }
    guard let schemas = bench.schemas ?? SchemaFolder.locate() else {
      throw CommandFailure(.usage, "no schemas folder found; give --schemas DIR")
    }
    let measure = DeliveryBench(
      directory: URL(fileURLWithPath: bench.directory).standardizedFileURL.path,
      schemas: URL(fileURLWithPath: schemas).standardizedFileURL.path,
      window: .milliseconds(Int(bench.seconds * 1000)), rate: rate)
    var figures: [DeliveryFigures] = []
    print("round     delivered  missing  p50 ms  p99 ms  longest ms")
    for (name, isBeside) in [("well", false), ("beside", true)] {
      do {
        let round = try await measure.round(isBeside: isBeside)
        figures.append(round)
        let name = name + String(repeating: " ", count: 8 - name.utf8.count)
        print(
          name
            + String(
              format: " %10d %8d %7.1f %7.1f %11.1f", round.delivered, round.missing,
              round.milliseconds(at: 0.5), round.milliseconds(at: 0.99),
              round.milliseconds(at: 1)))
      } catch {
        throw CommandFailure(.error, "\(error)")
      }
    }
    let ratio = figures[1].milliseconds(at: 0.99) / figures[0].milliseconds(at: 0.99)
    print(String(format: "p99 beside the two is %.2f times the normal one.", ratio))
    guard figures.allSatisfy({ $0.missing == 0 }) else {
      throw CommandFailure(.error, "messages of good endpoints did not come")
    }
  }
}
