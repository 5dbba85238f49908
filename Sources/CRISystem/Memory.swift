internal import CRIShims

/// The memory of this process.
package enum Memory {
  /// Returns to the kernel what the process does not need at the moment: free parts of the heap, and the pages of its own
  /// program, which are read again from the page cache when they are used.
  package static func release() { cri_release_memory() }
}
