// What the C library does with memory that is given back. Never frees anything by itself.

#if canImport(Glibc)
  import Glibc
#endif

enum Memory {
  /// Bytes from which a block is mapped by itself, and unmapped when it is freed.
  private static let ownMapping: Int32 = 128 << 10
  /// Free bytes at the end of an arena that it keeps, and by which it grows at a time. Once the
  /// first setting is made by hand glibc no longer raises these with it: at its 128 KiB a gateway
  /// under load gives memory back and takes it again all day, a third of its time.
  private static let keptAtEnd: Int32 = 32 << 20
  private static let growth: Int32 = 1 << 20

  /// Makes large blocks go back to the system as soon as they are freed. By itself glibc raises
  /// its threshold with the first large block that is freed, cuts the next ones out of its arenas,
  /// and keeps those: after a crowd of large bodies the process would stay as large as it was.
  static func returnLargeBlocks() {
    #if canImport(Glibc)
      // <malloc.h> is in no module of the toolchain.
      typealias Option = @convention(c) (Int32, Int32) -> Int32
      let (trimThreshold, topPad, mmapThreshold): (Int32, Int32, Int32) = (-1, -2, -3)
      guard let symbol = dlsym(nil, "mallopt") else { return }
      let set = unsafeBitCast(symbol, to: Option.self)
      _ = set(mmapThreshold, ownMapping)
      _ = set(trimThreshold, keptAtEnd)
      _ = set(topPad, growth)
    #endif
  }
}
