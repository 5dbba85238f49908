// Users of this product need only `import CRIVerification`, which re-exports the client and the modules of
// verification.
@_exported public import CRI
@_exported public import CRIDoctor
@_exported public import CRINode
@_exported public import CRIPreflight
@_exported public import CRIReport
@_exported public import CRIRules
@_exported public import CRISnapshot
@_exported public import CRIVerify
