/** The scripts know nothing of the commands: at each TAB they ask `alluxio __complete`, so that they never grow old. */

const BASH = String.raw`# Completion of alluxio for bash. Load it with:  source <(alluxio completion bash)
_alluxio() {
  local run=$1 answer
  COMPREPLY=()
  case $run in '~/'*) run=$HOME/${'${run#??}'} ;; esac
  type -P "$run" >/dev/null 2>&1 || run=alluxio
  while IFS= read -r -d '' answer; do
    COMPREPLY+=("$answer")
  done < <("$run" __complete bash ".${'${COMP_LINE:0:COMP_POINT}'}" ".$2" 2>/dev/null </dev/null)
}
complete -o nospace -F _alluxio alluxio
`;

const ZSH = String.raw`#compdef alluxio
# Completion of alluxio for zsh. Load it with:  source <(alluxio completion zsh)
_alluxio() {
  local run=${'${(Q)words[1]}'} answer
  local -a asked open closed
  case $run in '~/'*) run=$HOME/${'${run#??}'} ;; esac
  whence -p -- "$run" >/dev/null 2>&1 || run=alluxio
  asked=("${'${(@Q)words[1,CURRENT-1]}'}" "${'${(Q)PREFIX}'}")
  for answer in "${'${(@0)"$("$run" __complete words "${(@)asked/#/.}" 2>/dev/null </dev/null)"}'}"; do
    case $answer in
      '') ;;
      */|*=) open+=("$answer") ;;
      *) closed+=("$answer") ;;
    esac
  done
  compadd -S '' -a open
  compadd -a closed
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
  _alluxio "$@"
else
  compdef _alluxio alluxio
fi
`;

const FISH = String.raw`# Completion of alluxio for fish. Keep it with:  alluxio completion fish > ~/.config/fish/completions/alluxio.fish
function __alluxio_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct | string unescape)
    set -l run $words[1]
    string match -q '~/*' -- $run; and set run $HOME/(string sub -s 3 -- $run)
    type -q -- $run; or set run alluxio
    $run __complete words .$words ."$current" 2>/dev/null </dev/null | string split0 | string match -v -- '*'\n'*'
end
complete -c alluxio -f -a '(__alluxio_complete)'
`;

export const COMPLETION_SCRIPTS: Readonly<Record<string, string>> = { bash: BASH, zsh: ZSH, fish: FISH };
