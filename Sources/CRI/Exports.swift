// A client needs only `import CRI`: it re-exports errors, messages, JSON documents and system types.
@_exported public import CRIGRPC
@_exported public import CRIJSON
@_exported public import CRIMessages
@_exported public import CRIProtobuf
@_exported public import CRISystem
