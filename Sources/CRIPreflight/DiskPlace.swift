/// Where containerd will find a sandbox when it starts.
enum DiskPlace {
  case known(DiskSandbox)
  /// Nowhere that would keep it alive; with what there is to say about it.
  case none(String)
  /// Nobody can tell, and why.
  case unclear(String)
}
