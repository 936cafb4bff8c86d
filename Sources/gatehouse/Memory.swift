// What the C library does with memory that is given back. Never frees anything by itself.

#if canImport(Glibc)
  import Glibc
#endif

enum Memory {
  /// Bytes from which a block is mapped by itself, and unmapped when it is freed.
  private static let ownMapping: Int32 = 128 << 10

  /// Makes large blocks go back to the system as soon as they are freed. By itself glibc raises
  /// its threshold with the first large block that is freed, cuts the next ones out of its arenas,
  /// and keeps those: after a crowd of large bodies the process would stay as large as it was.
  static func returnLargeBlocks() {
    #if canImport(Glibc)
      // <malloc.h> is in no module of the toolchain.
      typealias Option = @convention(c) (Int32, Int32) -> Int32
      let mmapThreshold: Int32 = -3
      guard let symbol = dlsym(nil, "mallopt") else { return }
      _ = unsafeBitCast(symbol, to: Option.self)(mmapThreshold, ownMapping)
    #endif
  }
}
