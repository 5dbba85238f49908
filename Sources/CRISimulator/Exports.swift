// Users of this product need only `import CRISimulator`, which re-exports the types in its public interface.
@_exported public import CRIGRPC
@_exported public import CRIMessages
@_exported public import CRIProtobuf
@_exported public import CRIStreaming
@_exported public import CRISystem
