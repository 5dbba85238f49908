/// A runtime that has its own rules. The raw value is the name that it reports over the CRI.
public enum RuntimeProduct: String, Hashable, Sendable, CaseIterable {
  case containerd
  case crio = "cri-o"
}
