import type { Logger as TemporalLogger, LogLevel, LogMetadata } from '@temporalio/common';

import type { Logger } from './logger.ts';

type Method = 'debug' | 'info' | 'warn' | 'error';

/** winston has no level below debug. */
const METHODS: Readonly<Record<LogLevel, Method>> = {
  TRACE: 'debug',
  DEBUG: 'debug',
  INFO: 'info',
  WARN: 'warn',
  ERROR: 'error',
};

/** Temporal's own log lines, of the SDK and of its core, through our logger: `Runtime.install({ logger })`. */
export function temporalLogger(logger: Logger): TemporalLogger {
  const log = logger.child({ from: 'temporal' });
  function write(method: Method, message: string, meta: LogMetadata | undefined): void {
    log[method](message, withoutSymbols(meta));
  }
  return {
    log: (level, message, meta) => write(METHODS[level], message, meta),
    trace: (message, meta) => write('debug', message, meta),
    debug: (message, meta) => write('debug', message, meta),
    info: (message, meta) => write('info', message, meta),
    warn: (message, meta) => write('warn', message, meta),
    error: (message, meta) => write('error', message, meta),
  };
}

/** The SDK hangs its nanosecond clock on a symbol key; our lines have a time of their own. */
function withoutSymbols(meta: LogMetadata | undefined): Record<string, unknown> {
  return Object.fromEntries(Object.entries(meta ?? {}));
}
