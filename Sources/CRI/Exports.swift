// A client needs only `import CRI`: it re-exports errors, messages and system types.
@_exported public import CRIGRPC
@_exported public import CRIMessages
@_exported public import CRIProtobuf
@_exported public import CRISystem
