// Runs tasks on an event loop. Never used for handlers that may block or compute for long: they
// would hold up every connection of the loop.

import NIOCore

/// Keeps a request's task on its connection's loop, which saves two changes of thread a request.
final class LoopTaskExecutor: TaskExecutor {
  private let eventLoop: any EventLoop

  init(_ eventLoop: any EventLoop) { self.eventLoop = eventLoop }

  func enqueue(_ job: consuming ExecutorJob) {
    let unowned = UnownedJob(job)
    eventLoop.execute { unowned.runSynchronously(on: self.asUnownedTaskExecutor()) }
  }
}
