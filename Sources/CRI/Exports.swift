// `import CRI` is all that a tool needs: errors, messages and the process behind the socket come with it.
@_exported public import CRIGRPC
@_exported public import CRIMessages
@_exported public import CRIProtobuf
@_exported public import CRISystem
