import { Argument, type Command } from 'commander';

import { EXIT } from '../exit-codes.ts';
import type { Invoke } from '../invoke.ts';

const SHELLS = ['bash', 'zsh', 'fish'] as const;
const NAME = 'candlewick';

const HELP = `
  bash  candlewick completion bash >> ~/.bashrc
  zsh   candlewick completion zsh >> ~/.zshrc
  fish  candlewick completion fish > ~/.config/fish/completions/candlewick.fish`;

export function addCompletionCommand(program: Command, invoke: Invoke): void {
  const command = program
    .command('completion')
    .description('a script that completes commands and options in your shell')
    .addArgument(new Argument('<shell>', 'your shell').choices(SHELLS))
    .addHelpText('after', HELP);
  command.action((shell: (typeof SHELLS)[number]) =>
    invoke(command, async ({ output }) => {
      const { default: tabtab } = await import('@pnpm/tabtab');
      const script = await tabtab.getCompletionScript({ name: NAME, completer: NAME, shell });
      output.result({ shell, script }, () => script.trimEnd());
      return EXIT.ok;
    }),
  );
  addServer(program, invoke);
}

/** What the script asks at each press of the Tab key. */
function addServer(program: Command, invoke: Invoke): void {
  const command = program.command('completion-server [words...]', { hidden: true });
  command.action((words: readonly string[]) =>
    invoke(command, async () => {
      const { default: tabtab } = await import('@pnpm/tabtab');
      const { completionsFor } = await import('../completions.ts');
      const shell = tabtab.getShellFromEnv(process.env);
      // fish filters by itself, and does not say whether the last word is complete.
      const position = shell === 'fish' ? words.length : Number(process.env['COMP_CWORD'] ?? 1);
      const found = completionsFor(program, words.slice(1, position), words[position] ?? '');
      if (found === 'files') {
        tabtab.logFiles();
      } else {
        tabtab.log([...found], shell);
      }
      return EXIT.ok;
    }),
  );
}
