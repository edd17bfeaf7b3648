import type { Writable } from 'node:stream';

import picocolors from 'picocolors';
import winston from 'winston';

import { createRedactor, type Redactor } from './redact.ts';

export type LogFacts = Readonly<Record<string, unknown>>;

/** What the rest of the program knows of logging: a fixed message, facts beside it, context from above. */
export interface Logger {
  debug(message: string, facts?: LogFacts): void;
  info(message: string, facts?: LogFacts): void;
  warn(message: string, facts?: LogFacts): void;
  error(message: string, facts?: LogFacts): void;
  /** The same log with more context: jobId, workflowId, runId, activity, batch, symbols (their number). */
  child(context: LogFacts): Logger;
}

export type LogLevel = 'error' | 'warn' | 'info' | 'debug';

export interface LoggerOptions {
  readonly level: LogLevel;
  readonly format: 'json' | 'pretty';
  /** Values to blank out wherever they turn up. */
  readonly secrets?: readonly { reveal(): string }[];
  /** Default: stderr. stdout belongs to results. */
  readonly stream?: Writable;
}

/** Logs to stderr, one line an entry, without secrets at any depth. */
export function createLogger({ level, format, secrets = [], stream }: LoggerOptions): Logger {
  const redactor = createRedactor(secrets.map((secret) => secret.reveal()));
  const target = stream ?? process.stderr;
  const isTerminal = 'isTTY' in target && target.isTTY;
  const colours = picocolors.createColors(isTerminal && picocolors.isColorSupported);
  const log = winston.createLogger({
    level,
    format: format === 'json' ? jsonFormat(redactor) : prettyFormat(redactor, colours),
    transports: [new winston.transports.Stream({ stream: target })],
  });
  return contextual(log, {});
}

/** For tests and for library use without a log. */
export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silentLogger,
};

function contextual(log: winston.Logger, context: LogFacts): Logger {
  function write(level: LogLevel, message: string, facts: LogFacts | undefined): void {
    if (log.isLevelEnabled(level)) {
      log.log({ level, message, facts: { ...context, ...facts } });
    }
  }
  return {
    debug: (message, facts) => write('debug', message, facts),
    info: (message, facts) => write('info', message, facts),
    warn: (message, facts) => write('warn', message, facts),
    error: (message, facts) => write('error', message, facts),
    child: (more) => contextual(log, { ...context, ...more }),
  };
}

/** Facts may not replace what every line has. */
const RESERVED = new Set(['time', 'level', 'message']);

function safeFacts(
  info: winston.Logform.TransformableInfo,
  redactor: Redactor,
): [string, unknown][] {
  const facts: unknown = redactor.value(info['facts']);
  return typeof facts === 'object' && facts !== null
    ? Object.entries(facts).map(([key, value]) => [RESERVED.has(key) ? `${key}_` : key, value])
    : [];
}

function safeMessage(info: winston.Logform.TransformableInfo, redactor: Redactor): string {
  return redactor.text(String(info.message));
}

function jsonFormat(redactor: Redactor): winston.Logform.Format {
  return winston.format.printf((info) =>
    JSON.stringify({
      time: new Date().toISOString(),
      level: info.level,
      message: safeMessage(info, redactor),
      ...Object.fromEntries(safeFacts(info, redactor)),
    }),
  );
}

type Colours = ReturnType<typeof picocolors.createColors>;

function prettyFormat(redactor: Redactor, colours: Colours): winston.Logform.Format {
  const byLevel: Readonly<Record<string, (text: string) => string>> = {
    error: colours.red,
    warn: colours.yellow,
    info: colours.green,
  };
  return winston.format.printf((info) => {
    const level = (byLevel[info.level] ?? colours.dim)(info.level.padEnd(5));
    const time = colours.dim(new Date().toISOString().slice(11, 23));
    const facts = safeFacts(info, redactor).map(
      ([key, value]) => colours.dim(`${key}=`) + prettyFact(value),
    );
    return [time, level, safeMessage(info, redactor), ...facts].join(' ');
  });
}

/** An error's stack goes on lines of its own; line breaks in anything else stay escaped, so that no value fakes a line. */
function prettyFact(value: unknown): string {
  if (typeof value === 'object' && value !== null && 'stack' in value) {
    const { stack, ...rest } = value;
    return `${JSON.stringify(rest)}\n${String(stack)}`;
  }
  return typeof value === 'string' && /^[\w./:@+-]+$/.test(value) ? value : JSON.stringify(value);
}
