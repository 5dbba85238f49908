/// What a shell reads to complete our words: it hands over the line up to the cursor, and shows what comes back.
///
/// What comes back is a candidate a line, after a tab what it is; a line `:files` means names of files.
package enum CompletionScript: String, Hashable, Sendable, CaseIterable {
  case bash
  case zsh
  case fish

  /// The hidden command that answers.
  package static let command = "__complete"

  package func text(for name: String) -> String {
    let function = "_" + String(name.map { $0 == "-" || $0 == "." ? "_" : $0 })
    let template =
      switch self {
      case .bash: Self.bashText
      case .zsh: Self.zshText
      case .fish: Self.fishText
      }
    var text = ""
    var rest = template[...]
    while let start = rest.firstIndex(of: "@") {
      text += rest[..<start]
      rest = rest[start...]
      for (mark, value) in [("@FUNCTION@", function), ("@NAME@", name), ("@COMMAND@", Self.command)] {
        guard rest.hasPrefix(mark) else { continue }
        text += value
        rest = rest.dropFirst(mark.count)
        break
      }
      if rest.first == "@" { text.append(rest.removeFirst()) }
    }
    return text + rest
  }

  // bash puts what it gets on the line as it is: it gets it quoted, and only for the part that it replaces. Names of
  // files are left to readline, which quotes them itself.
  private static let bashText = """
    @FUNCTION@() {
      local candidate
      COMPREPLY=()
      while IFS= read -r candidate; do
        if [ "$candidate" = :files ]; then
          compopt -o default 2>/dev/null
        else
          COMPREPLY+=("$candidate")
        fi
      done < <("${COMP_WORDS[0]}" @COMMAND@ "${COMP_LINE:0:COMP_POINT}" "$2" 2>/dev/null)
      # A whole word is followed by a space, a name with = at its end goes on.
      case ${COMPREPLY[0]-} in *=) compopt -o nospace 2>/dev/null ;; esac
    }
    complete -F @FUNCTION@ @NAME@

    """

  private static let zshText = """
    #compdef @NAME@
    @FUNCTION@() {
      local -a values texts parts
      local candidate line="${(j: :)words[1,CURRENT]}"
      while IFS= read -r candidate; do
        if [[ $candidate == :files ]]; then
          compset -P '*='
          _files
          continue
        fi
        # A name with = at its end goes on.
        if [[ $candidate == *= ]]; then
          parts+=("$candidate")
          continue
        fi
        values+=("${candidate%%$'\\t'*}")
        texts+=("${candidate/$'\\t'/  }")
      done < <("${words[1]}" @COMMAND@ "$line" 2>/dev/null)
      (( ${#parts} )) && compadd -S '' -a parts
      (( ${#values} )) && compadd -l -d texts -a values
    }
    if [[ ${funcstack[1]-} == @FUNCTION@ ]]; then
      @FUNCTION@ "$@"
    else
      compdef @FUNCTION@ @NAME@
    fi

    """

  private static let fishText = """
    function @FUNCTION@
      set -l line (commandline -cp)
      for candidate in (command @NAME@ @COMMAND@ "$line" 2>/dev/null)
        if test "$candidate" = :files
          set -l token (commandline -ct)
          set -l head (string match -r -- '^[^/]*=' $token)
          for path in (__fish_complete_path (string replace -- "$head" '' $token))
            echo $head$path
          end
        else
          echo $candidate
        end
      end
    end
    complete -c @NAME@ -f -a '(@FUNCTION@)'

    """
}
