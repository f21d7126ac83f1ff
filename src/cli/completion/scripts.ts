/**
 * What a shell is told, once. Each asks `runledger __complete` for the candidates of a line: a word and its meaning with a
 * tab between, or `:files`, or `:command` for what the shell knows better.
 */
export const scripts = {
  bash: `# Completion of runledger for bash: source <(runledger completion bash)
_runledger() {
  local cur words cword IFS=$' \\t\\n'
  COMPREPLY=()
  if declare -F _get_comp_words_by_ref >/dev/null; then
    _get_comp_words_by_ref -n =: cur words cword
  else
    words=("\${COMP_WORDS[@]}") cword=$COMP_CWORD cur=\${COMP_WORDS[COMP_CWORD]}
  fi
  local answer line
  answer=$("\${words[0]}" __complete "\${words[@]:1:cword}" 2>/dev/null) || return
  case $answer in
    :files) compopt -o default 2>/dev/null; return ;;
    :command)
      local at=1
      while [[ \${words[at]} != -- ]]; do ((at++)); done
      if declare -F _command_offset >/dev/null; then _command_offset $((at + 1))
      elif ((cword == at + 1)); then COMPREPLY=($(compgen -c -- "$cur"))
      else compopt -o default 2>/dev/null; fi
      return ;;
  esac
  while IFS= read -r line; do
    [[ -n $line ]] || continue
    printf -v line %q "\${line%%$'\\t'*}"
    COMPREPLY+=("\${line//\\\\,/,}")
  done <<<"$answer"
  [[ \${#COMPREPLY[@]} -eq 1 && \${COMPREPLY[0]} == *: ]] && compopt -o nospace 2>/dev/null
  declare -F __ltrim_colon_completions >/dev/null && __ltrim_colon_completions "$cur"
}
complete -F _runledger runledger
`,
  zsh: `#compdef runledger
# Completion of runledger for zsh: source <(runledger completion zsh), behind compinit; or as _runledger in a folder of $fpath
_runledger() {
  local answer line
  local -a candidates
  answer=$("\${words[1]}" __complete "\${(@)words[2,CURRENT]}" 2>/dev/null) || return 1
  case $answer in
    :files) _files; return ;;
    :command)
      local at=\${words[(i)--]}
      words=("\${(@)words[at+1,-1]}")
      (( CURRENT -= at ))
      _normal
      return ;;
  esac
  for line in "\${(@f)answer}"; do
    [[ -n $line ]] && candidates+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
  done
  (( \${#candidates} )) && _describe -V runledger candidates
}
if [[ $funcstack[1] == _runledger ]]; then _runledger "$@"; else compdef _runledger runledger; fi
`,
  fish: `# Completion of runledger for fish: runledger completion fish > ~/.config/fish/completions/runledger.fish
function __runledger_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l answer ($words[1] __complete $words[2..-1] "$current" 2>/dev/null)
    switch "$answer[1]"
        case :files
            __fish_complete_path "$current"
        case :command
            set -l at (contains -i -- -- $words)
            complete -C (string join ' ' -- (string escape -- $words[(math $at + 1)..-1]) "$current")
        case '*'
            printf '%s\\n' $answer
    end
end
complete -c runledger -f -a '(__runledger_complete)'
`,
} as const;
