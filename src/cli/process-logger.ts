import type { Config } from '../config/config.ts';
import type { Logger, LogLevel } from '../observability/logger.ts';
import type { Output } from './output.ts';

const LEVEL_OF: Readonly<Record<Output['verbosity'], LogLevel | undefined>> = {
  quiet: 'error',
  normal: undefined,
  verbose: 'debug',
};

/** The log of a process that works: on stderr, in the form that is configured. */
export async function createProcessLogger(
  config: Config,
  output: Output,
  defaults: { readonly level?: LogLevel; readonly format?: 'json' | 'pretty' } = {},
): Promise<Logger> {
  const { createLogger } = await import('../observability/logger.ts');
  return createLogger({
    level: LEVEL_OF[output.verbosity] ?? defaults.level ?? config.logLevel,
    format: config.logFormat ?? defaults.format ?? (output.isTerminal ? 'pretty' : 'json'),
    secrets: config.secrets,
  });
}
