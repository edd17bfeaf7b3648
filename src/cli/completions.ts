import type { Command, Option } from 'commander';

/** A word that may come next, and what it means. */
export interface Completion {
  readonly name: string;
  readonly description: string;
}

/** `files`: the shell itself knows what may come next. */
export type Completions = readonly Completion[] | 'files';

const FILE_OPTIONS = new Set(['--input', '--path', '--symbols-file']);

/** What may follow the words `before` (without the program's name), by the commands themselves. */
export function completionsFor(
  program: Command,
  before: readonly string[],
  current: string,
): Completions {
  const command = commandAt(program, before);
  const options = optionsOf(command);
  const last = before.at(-1) ?? '';
  const open = options.find(({ short, long }) => last !== '' && (short === last || long === last));
  if (open !== undefined && (open.required || open.optional)) {
    return FILE_OPTIONS.has(open.long ?? '')
      ? 'files'
      : (open.argChoices ?? []).map((name) => ({ name, description: '' }));
  }
  if (current.startsWith('-')) {
    return options.flatMap(({ long, description }) =>
      long === undefined || before.includes(long) ? [] : [{ name: long, description }],
    );
  }
  return command
    .createHelp()
    .visibleCommands(command)
    .filter((child) => child.name() !== 'help')
    .map((child) => ({ name: child.name(), description: child.description() }));
}

function commandAt(program: Command, words: readonly string[]): Command {
  return words.reduce(
    (command, word) => command.commands.find((child) => child.name() === word) ?? command,
    program,
  );
}

/** A command's own options, and those of all above it. */
function optionsOf(command: Command): readonly Option[] {
  const inherited = command.parent === null ? [] : optionsOf(command.parent);
  return [...command.createHelp().visibleOptions(command), ...inherited];
}
