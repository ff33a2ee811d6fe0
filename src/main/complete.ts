import tab from '@bomb.sh/tab/commander';
import type { Command } from '@commander-js/extra-typings';
import type { Command as PlainCommand } from 'commander';
import { transforms } from '../features/transform/server/transforms.js';

/**
 * `wireline complete SHELL`: prints a script that has the shell complete commands, options and what they may be. The
 * script asks `wireline complete -- WORDS`, so that it need not be made anew. Must be called when `program` is whole.
 */
export function addCompletion(program: Command): void {
  const all = program as unknown as PlainCommand;
  for (const { options } of [...all.commands, ...all.commands.flatMap((child) => child.commands)]) {
    for (const option of options) option.argChoices ??= [...(words[option.long ?? ''] ?? [])];
  }
  tab(all);
  const own = all.commands.find((command) => command.name() === 'complete');
  own?.description('print a script that completes commands: bash, zsh, fish or powershell');
  own?.addHelpText('after', '\nExamples:\n  $ source <(wireline complete bash)\n  $ wireline complete fish | source');
}

/** Has commands described in few words, as there is one line for each. */
export function describeBriefly(program: Command): void {
  for (const command of [...program.commands, ...program.commands.flatMap((child) => child.commands)]) {
    command.description(command.summary() || command.description());
  }
}

/** The words that an option takes beside others, such as files, so that they are no choices that commander enforces. */
const words: Record<string, readonly string[]> = {
  '--with': Object.keys(transforms),
  '--sync': ['full', 'normal'],
  '--log': ['text', 'json'],
  '--store': ['memory'],
};

/**
 * The script for bash. The library's own needs the package bash-completion, without which every Tab is an error, and
 * it offers no file names where nothing else fits.
 */
export const bashScript = `# bash completion for wireline
_wireline() {
    local word words=() last=\${COMP_WORDS[COMP_CWORD]} found
    # Bash makes three words of --option=value.
    for word in "\${COMP_WORDS[@]:1:COMP_CWORD}"; do [[ $word == '=' ]] || words+=("$word"); done
    if [[ $last == '=' ]]; then words+=('') last=; fi
    found=$(wireline complete -- "\${words[@]}" 2>/dev/null | sed -e '/^:[0-9]*$/d' -e 's/\t.*//')
    mapfile -t COMPREPLY < <(compgen -W "$found" -- "$last")
}
complete -o default -F _wireline wireline
`;

/** The script for zsh. The library's own offers no file names where nothing else fits. */
export const zshScript = `#compdef wireline
# zsh completion for wireline
_wireline() {
    local line about
    local -a asked=("\${(@)words[2,CURRENT]}") found=()
    # --option=value is completed as its value.
    if [[ $words[CURRENT] == --*=* ]] && compset -P '*='; then
        asked[-1]=("\${words[CURRENT]%%=*}" "\${words[CURRENT]#*=}")
    fi
    for line in "\${(@f)$(wireline complete -- "\${asked[@]}" 2>/dev/null)}"; do
        [[ -z $line || $line == :<-> ]] && continue
        about=\${line#*$'\t'}
        found+=("\${\${line%%$'\t'*}//:/\\:}\${about:+:$about}")
    done
    (( $#found )) && _describe wireline found || _files
}
if [[ $funcstack[1] == _wireline ]]; then _wireline "$@"; else compdef _wireline wireline; fi
`;
