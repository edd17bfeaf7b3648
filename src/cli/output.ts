import type { Writable } from 'node:stream';

import picocolors from 'picocolors';

import type { Failure } from './failure.ts';

export const OUTPUT_FORMATS = ['text', 'json', 'jsonl'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];
type Verbosity = 'quiet' | 'normal' | 'verbose';
export type Colours = ReturnType<typeof picocolors.createColors>;

/** A stream as far as the command line cares. */
export interface Stream extends Writable {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export interface OutputSettings {
  readonly format: OutputFormat;
  readonly verbosity: Verbosity;
  /** False with --no-color. */
  readonly colour: boolean;
}

/** Results go to stdout, everything else to stderr. */
export interface Output extends OutputSettings {
  /** Columns of the terminal; 80 where there is none. */
  readonly width: number;
  readonly isTerminal: boolean;
  /** For results, and for talk. */
  readonly colours: Colours;
  readonly talkColours: Colours;
  readonly talkStream: Stream;
  /** The one result: text for people, or `value` as JSON; of an array, JSONL has a line each. */
  readonly result: (value: unknown, render: () => string) => void;
  /** A line for whoever watches; not with --quiet. */
  readonly talk: (line: string) => void;
  /** Only with --verbose. */
  readonly detail: (line: string) => void;
  readonly warn: (line: string) => void;
  /** With `record`, the fields beside `error` in the JSON result. */
  readonly failure: (failure: Failure, record?: Readonly<Record<string, unknown>>) => void;
}

type ColourEnvironment = Readonly<Record<string, string | undefined>>;

const DEFAULT_WIDTH = 80;

/** https://no-color.org and Node's FORCE_COLOR; the flag --no-color wins. */
export function wantsColour(stream: Stream, isAllowed: boolean, env: ColourEnvironment): boolean {
  if (!isAllowed) {
    return false;
  }
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined && forced !== '') {
    return forced !== '0' && forced !== 'false';
  }
  return (env['NO_COLOR'] ?? '') === '' && stream.isTTY === true && env['TERM'] !== 'dumb';
}

export function createOutput(
  settings: OutputSettings,
  streams: { readonly stdout: Stream; readonly stderr: Stream },
  env: ColourEnvironment,
): Output {
  const { stdout, stderr } = streams;
  const talkColours = picocolors.createColors(wantsColour(stderr, settings.colour, env));
  function talk(line: string): void {
    if (settings.verbosity !== 'quiet') {
      stderr.write(`${line}\n`);
    }
  }
  return {
    ...settings,
    width: stdout.columns ?? stderr.columns ?? DEFAULT_WIDTH,
    isTerminal: stderr.isTTY === true,
    colours: picocolors.createColors(wantsColour(stdout, settings.colour, env)),
    talkColours,
    talkStream: stderr,
    talk,
    result(value, render) {
      const text = settings.format === 'text' ? render() : jsonOf(value, settings.format);
      // An empty array has no line in JSONL, not an empty one.
      stdout.write(text === '' ? '' : `${text}\n`);
    },
    detail(line) {
      if (settings.verbosity === 'verbose') {
        stderr.write(`${talkColours.dim(line)}\n`);
      }
    },
    warn(line) {
      stderr.write(`${talkColours.yellow('warning:')} ${line}\n`);
    },
    failure(failure, record = {}) {
      stderr.write(`${renderFailure(failure, settings.verbosity, talkColours)}\n`);
      if (settings.format !== 'text') {
        stdout.write(`${JSON.stringify({ ...record, error: errorRecord(failure) })}\n`);
      }
    },
  };
}

function jsonOf(value: unknown, format: 'json' | 'jsonl'): string {
  if (format === 'jsonl' && Array.isArray(value)) {
    return value.map((item) => JSON.stringify(item)).join('\n');
  }
  return JSON.stringify(value);
}

function errorRecord({ code, class: errorClass, message, hint }: Failure): {
  readonly code: string;
  readonly class: string;
  readonly message: string;
  readonly hint: string | null;
} {
  return { code, class: errorClass, message, hint: hint ?? null };
}

function renderFailure(failure: Failure, verbosity: Verbosity, colours: Colours): string {
  const { code, message, hint, stack, isBug } = failure;
  return [
    ...((isBug || verbosity === 'verbose') && stack !== undefined ? [colours.dim(stack)] : []),
    `${colours.red('error')} ${colours.dim(code)} ${message}`,
    ...(hint === undefined ? [] : [`  ${colours.cyan('try:')} ${hint}`]),
  ].join('\n');
}
