/// The script with which a shell completes the arguments of `cri`: it passes the line up to the cursor to `cri`, and
/// shows the candidates that are returned.
///
/// Each line of the response is a candidate, followed by a tab and a description; the line `:files` asks for file
/// names.
package enum CompletionScript: String, Hashable, Sendable, CaseIterable {
  case bash
  case zsh
  case fish

  /// The hidden command that returns the candidates.
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

  // bash inserts candidates unchanged, so `cri` quotes them and prints only the part that bash replaces. readline
  // completes and quotes file names itself.
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
      # A complete word is followed by a space; a name that ends with = is not.
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
        # A name that ends with = gets no space.
        if [[ ${candidate%%$'\\t'*} == *= ]]; then
          parts+=("${candidate%%$'\\t'*}")
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
        else if not string match -q -- '~*' "$candidate"
          # fish inserts a tilde at the beginning without quotes, and so expands it.
          echo $candidate
        end
      end
    end
    complete -c @NAME@ -f -a '(@FUNCTION@)'

    """
}
