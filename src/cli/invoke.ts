import { Option, type Command } from 'commander';

import type { ExitCode } from './exit-codes.ts';
import type { Output, OutputFormat } from './output.ts';
import { OUTPUT_FORMATS } from './output.ts';

/** What every command's work is given. */
export interface Invocation {
  readonly output: Output;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** Fields that stand beside `error` in the JSON result, should the command fail from here on. */
  failWith(record: (message: string) => Readonly<Record<string, unknown>>): void;
}

export type Work = (invocation: Invocation) => Promise<ExitCode>;

/** Runs a command's work; made once a process by `main`. */
export type Invoke = (command: Command, work: Work) => Promise<void>;

export interface GlobalOptions {
  readonly output?: OutputFormat;
  readonly json?: true;
  readonly color?: boolean;
  readonly quiet?: true;
  readonly verbose?: true;
}

export function addGlobalOptions(program: Command): Command {
  return program
    .addOption(
      new Option('-o, --output <format>', 'form of the result on stdout').choices(OUTPUT_FORMATS),
    )
    .option('--json', 'the same as --output json')
    .option('--no-color', 'no colours (so does NO_COLOR; FORCE_COLOR=1 wants them)')
    .addOption(
      new Option('-q, --quiet', 'only the result, warnings and errors').conflicts('verbose'),
    )
    .option('-v, --verbose', 'more on stderr; stack traces with errors')
    .option('-y, --yes', 'for scripts: never ask (nothing asks yet)');
}

/** The form of the result, found without a parser: also where the command line cannot be parsed. */
export function formatOf(argv: readonly string[]): OutputFormat {
  let format: OutputFormat = 'text';
  for (const [index, word] of argv.entries()) {
    if (word === '--') {
      break;
    }
    const [, value] = /^(?:-o=?|--output=)(.+)$/.exec(word) ?? [];
    const given = word === '-o' || word === '--output' ? argv[index + 1] : value;
    format = OUTPUT_FORMATS.find((known) => known === given) ?? format;
  }
  return format === 'text' && argv.includes('--json') ? 'json' : format;
}
