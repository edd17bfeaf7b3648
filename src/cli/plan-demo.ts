import { randomBytes } from 'node:crypto';

import { CALENDAR_DAYS } from '../calendar/trading-calendar.ts';
import type { Config } from '../config/config.ts';
import { lastCompletedDay } from '../config/job-range.ts';
import { enableNamed } from '../config/remote-sources.ts';
import { ConfigurationError } from '../domain/errors.ts';
import type { TradingDay } from '../domain/trading-day.ts';
import type { DatabaseKind, Stack } from '../runtime/stack.ts';
import { chooseSources, isSimulated, readsFiles } from './choose-sources.ts';
import { placeOfFiles } from './files-place.ts';
import type { Invocation } from './invoke.ts';
import { checkJob, requestOf, type CheckedJob } from './job-input.ts';
import type { JobOptions } from './job-options.ts';
import { liveSources, probeSource } from './probe-source.ts';

/** What a demo will do, settled and checked before any server is started. */
export interface DemoPlan {
  readonly jobType: 'etlJob' | 'dailyDataIngestion';
  readonly job: CheckedJob;
  readonly database: DatabaseKind;
  /** For the demo's own worker. */
  readonly config: Config;
}

const PROBE_MS = 5000;
/** Asked of a live source where none are named: a demo should not ask a stranger's server for the whole market. */
const LIVE_SYMBOLS = ['000001.SZ', '300750.SZ', '600000.SH', '600519.SH', '688981.SH'];

/** @throws ConfigurationError naming every problem of the job's input */
export async function planDemo(
  options: JobOptions,
  config: Config,
  { output }: Pick<Invocation, 'output'>,
): Promise<DemoPlan> {
  const { sources, reason } = await chooseSources({
    given: options.source,
    path: options.path,
    live: liveSources(config),
    probe: (name, signal) => probeSource(name, config, signal),
    timeoutMs: PROBE_MS,
  });
  const isFiles = readsFiles(sources);
  const place = isFiles ? filesPlace(options.path, config) : undefined;
  const workerConfig = {
    ...config,
    sources,
    // A person at the command line who names a source wants it asked.
    remoteSources: enableNamed(config.remoteSources, sources),
    filesRoot: place?.root ?? config.filesRoot,
  };
  const isLive = isLiveChoice(options, sources);
  const asOf = isSimulated(sources) || isFiles ? undefined : calendarEnd(options, Date.now());
  const given = await requestOf({
    ...options,
    ...(isLive ? { symbols: LIVE_SYMBOLS } : {}),
    ...(asOf === undefined ? {} : { to: asOf }),
    source: sources,
    ...(place?.path === undefined ? {} : { path: place.path }),
  });
  const jobType = isFiles ? 'etlJob' : 'dailyDataIngestion';
  const job = await checkJob(given, jobType, workerConfig);
  output.talk(isLive ? `${reason}; --symbols asks for others than the demo's five` : reason);
  if (asOf !== undefined) {
    output.talk(`as of ${asOf}: the trading calendar ends there; a newer Candlewick knows more`);
  }
  job.notes.forEach((note) => output.talk(`note: ${note}`));
  return {
    jobType,
    job,
    database: isSimulated(sources) ? 'demo' : 'standard',
    config: workerConfig,
  };
}

/** The demo chose live sources itself, and nobody has said which symbols it should ask for. */
function isLiveChoice(options: JobOptions, sources: readonly string[]): boolean {
  const { source, symbols, symbolsFile, input } = options;
  const isOpen = [source, symbols, symbolsFile, input].every((given) => given === undefined);
  return isOpen && !isSimulated(sources) && !readsFiles(sources);
}

/**
 * The last day of the trading calendar, where it is past and nobody has asked for live sources or days: a demo that chose
 * its sources itself shows then what there was. Who asks for today's bars is told that the calendar has ended.
 */
export function calendarEnd(
  { source, input, from, to }: Pick<JobOptions, 'source' | 'input' | 'from' | 'to'>,
  nowMs: number,
): TradingDay | undefined {
  const isOpen = [source, input, from, to].every((given) => given === undefined);
  const isOver = lastCompletedDay(new Date(nowMs).toISOString()) > CALENDAR_DAYS.lastDay;
  return isOpen && isOver ? CALENDAR_DAYS.lastDay : undefined;
}

function filesPlace(
  path: string | undefined,
  config: Config,
): { readonly root: string; readonly path: string | undefined } {
  if (path !== undefined) {
    return placeOfFiles(path, config.filesRoot);
  }
  if (config.filesRoot === process.cwd()) {
    throw new ConfigurationError('path: got none; expected what the source files should read', {
      code: 'ETL-JOB-121',
      hint: 'give --path DIR, or set ETL_FILES_ROOT.',
    });
  }
  return { root: config.filesRoot, path: undefined };
}

/**
 * On a Temporal server that others use too (another demo of this checkout, or TEMPORAL_ADDRESS) a demo keeps to task
 * queues of its own where another worker would load into another database.
 */
export function needsOwnQueues(
  { config, database }: DemoPlan,
  { started }: Pick<Stack, 'started'>,
): boolean {
  const isShared = !started.includes('temporal');
  const isAnotherDemo = config.temporalAddress === undefined;
  return isShared && config.queuePrefix === '' && (isAnotherDemo || database === 'demo');
}

export function ownQueuePrefix(): string {
  return `demo-${randomBytes(4).toString('hex')}-`;
}
