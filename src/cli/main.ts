#!/usr/bin/env node
import { CommanderError } from 'commander';

import { EXIT, type ExitCode } from './exit-codes.ts';
import { failureOf } from './failure.ts';
import { formatOf, type GlobalOptions, type Invocation, type Work } from './invoke.ts';
import { createOutput, type Output, type OutputSettings } from './output.ts';
import { createProgram } from './program.ts';
import { listenForInterruption } from './signals.ts';

type FailureRecord = Parameters<Invocation['failWith']>[0];

function outputFor(settings: OutputSettings): Output {
  return createOutput(settings, process, process.env);
}

function settingsOf(argv: readonly string[], options: GlobalOptions): OutputSettings {
  const level = options.quiet === true ? 'quiet' : 'normal';
  return {
    format: formatOf(argv),
    verbosity: options.verbose === true ? 'verbose' : level,
    colour: options.color ?? !argv.includes('--no-color'),
  };
}

/** Runs one command line. Never throws, and never ends the process by itself. */
async function main(argv: readonly string[]): Promise<ExitCode> {
  const state: { code: ExitCode; output: Output; record: FailureRecord | undefined } = {
    code: EXIT.ok,
    output: outputFor(settingsOf(argv, {})),
    record: undefined,
  };
  async function invoke(options: GlobalOptions, work: Work): Promise<void> {
    const output = outputFor(settingsOf(argv, options));
    state.output = output;
    const interruption = listenForInterruption(() =>
      output.talk('\nstopping; once more (Ctrl-C) to end at once'),
    );
    try {
      state.code = await work({
        output,
        signal: interruption.signal,
        failWith(record) {
          state.record = record;
        },
      });
    } finally {
      interruption.dispose();
    }
  }
  const program = createProgram((command, work) =>
    invoke(command.optsWithGlobals<GlobalOptions>(), work),
  );
  try {
    await program.parseAsync(argv, { from: 'user' });
    return state.code;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) {
      return EXIT.ok;
    }
    const failure = failureOf(error);
    if (isBareCall(error) && state.output.format === 'text') {
      return failure.exitCode; // help has been shown: no more is to be said
    }
    state.output.failure(failure, state.record?.(`${failure.code} ${failure.message}`));
    return failure.exitCode;
  }
}

function isBareCall(error: unknown): boolean {
  return error instanceof CommanderError && error.code === 'commander.help';
}

/** A reader that has seen enough (`| head`) is no error: what it does not want is not written. */
function toleratePipeClosed(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') {
        throw error;
      }
    });
  }
}

function flush(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    stream.write('', () => resolve());
  });
}

toleratePipeClosed();
const code = await main(process.argv.slice(2));
await Promise.all([flush(process.stdout), flush(process.stderr)]);
// Not by running dry: an idle connection somewhere below must not keep a finished command alive.
process.exit(code);
