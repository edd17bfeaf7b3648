import type { Command } from 'commander';

import { EXIT, type ExitCode } from '../exit-codes.ts';
import type { Invocation, Invoke } from '../invoke.ts';
import { wholeNumber } from '../option-parsers.ts';

interface EmulateOptions {
  readonly port: number;
  readonly symbols: number;
  readonly seed: number;
  readonly limit?: number;
}

const HELP = `
The sources answer on 127.0.0.1 only, from one simulated market. The settings
that point a worker at them are the result. Faults by control call:
  curl -X POST http://127.0.0.1:PORT/control/faults/tushare \\
    -d '{"kind": "rateLimitBody", "count": 3}'
  curl -X DELETE http://127.0.0.1:PORT/control/faults/tushare
  curl http://127.0.0.1:PORT/control/calls`;

const DEFAULT_PORT = 18_080;
const MAX_SEED = 4_294_967_295;

export function addDevCommand(program: Command, invoke: Invoke): void {
  const dev = program.command('dev').description('tools for those who work on sources');
  const emulate = dev
    .command('emulate')
    .description('run emulators of the real sources, until stopped')
    .option('--port <n>', 'port (0: any free one)', wholeNumber(0, 65_535), DEFAULT_PORT)
    .option('--symbols <n>', 'symbols of the market', wholeNumber(1, 10_000), 300)
    .option('--seed <n>', 'seed of the market', wholeNumber(0, MAX_SEED), 1)
    .option('--limit <n>', 'calls a minute that tushare allows', wholeNumber(1, 100_000))
    .addHelpText('after', HELP);
  emulate.action((options: EmulateOptions) =>
    invoke(emulate, (invocation) => runEmulators(options, invocation)),
  );
}

async function runEmulators(
  { port, symbols, seed, limit }: EmulateOptions,
  { output, signal }: Invocation,
): Promise<ExitCode> {
  const { startEmulators } = await import('../../emulators/start.ts');
  const { interrupted } = await import('../signals.ts');
  const emulators = await startEmulators({
    market: { seed, symbols },
    port,
    ...(limit === undefined ? {} : { limits: { tushare: limit } }),
  });
  try {
    const { env } = emulators;
    output.result({ port: emulators.port, env }, () =>
      Object.entries(env)
        .map(([name, value]) => `export ${name}=${value}`)
        .join('\n'),
    );
    await interrupted(signal);
  } finally {
    await emulators.close();
  }
  return EXIT.ok;
}
