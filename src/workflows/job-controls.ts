import { ApplicationFailure } from '@temporalio/common';
import { condition, defineQuery, defineUpdate, setHandler } from '@temporalio/workflow';

import type { JobProgress } from './job-progress.ts';
import type { JobState } from './job-state.ts';
import { duties, runIdentity } from './stages.ts';
import { plural } from '../domain/plural.ts';

const progressQuery = defineQuery<JobProgress>('progress');
const pauseUpdate = defineUpdate<string>('pause');
const resumeUpdate = defineUpdate<string>('resume');
const skipSymbolsUpdate = defineUpdate<string, [unknown?]>('skipSymbols');
const setConcurrencyUpdate = defineUpdate<string, [unknown?]>('setConcurrency');

const MAX_CONCURRENCY = 64;
const MAX_SKIPPED_AT_ONCE = 1000;

function refuse(message: string): ApplicationFailure {
  return ApplicationFailure.create({
    type: 'ConfigurationError',
    message: `ETL-JOB-101 ${message}`,
    nonRetryable: true,
  });
}

/** The symbols of `["600000.SH"]` or `{"symbols": ["600000.SH"]}`. */
function symbolsOf(input: unknown): readonly string[] {
  const list: unknown =
    typeof input === 'object' && input !== null && 'symbols' in input ? input.symbols : input;
  const isList =
    Array.isArray(list) &&
    list.length > 0 &&
    list.length <= MAX_SKIPPED_AT_ONCE &&
    list.every((symbol) => typeof symbol === 'string' && /^\d{6}\.(SH|SZ|BJ)$/.test(symbol));
  if (!isList) {
    throw refuse(
      `symbols: got ${JSON.stringify(input)?.slice(0, 80)}; expected 1 to ${MAX_SKIPPED_AT_ONCE} symbols such as ["600000.SH"]`,
    );
  }
  return list.map(String);
}

/** The number of `8` or `{"concurrency": 8}`. */
function concurrencyOf(input: unknown): number {
  const value: unknown =
    typeof input === 'object' && input !== null && 'concurrency' in input
      ? input.concurrency
      : input;
  if (
    typeof value !== 'number' ||
    !Number.isInteger(value) ||
    value < 1 ||
    value > MAX_CONCURRENCY
  ) {
    throw refuse(
      `concurrency: got ${JSON.stringify(input)?.slice(0, 80)}; expected a whole number from 1 to ${MAX_CONCURRENCY}`,
    );
  }
  return value;
}

/** The operator's hands on a live job, there from its first moment; each update answers with one sentence. */
export function installControls(state: JobState): void {
  setHandler(progressQuery, () => state.progress, {
    description: 'Stage, batches, rows, score and last failures of this job.',
  });
  setHandler(
    pauseUpdate,
    () => {
      state.paused = true;
      return 'Paused: batches in flight end, no new one starts.';
    },
    { description: 'No new batch starts until resume. No input.' },
  );
  setHandler(
    resumeUpdate,
    () => {
      state.paused = false;
      return 'Resumed.';
    },
    { description: 'Goes on after pause. No input.' },
  );
  setHandler(
    skipSymbolsUpdate,
    async (input?: unknown) => {
      const symbols = symbolsOf(input);
      await condition(() => state.plan !== undefined);
      const batches = await duties.skipSymbols({ ...runIdentity(), symbols });
      return `${plural(symbols.length, 'symbol')} left out of ${plural(batches, 'batch', 'batches')} not yet started.`;
    },
    {
      description: 'Leaves symbols out of this job. Input: ["600000.SH", "000001.SZ"]',
      validator: (input?: unknown) => void symbolsOf(input),
    },
  );
  setHandler(
    setConcurrencyUpdate,
    (input?: unknown) => {
      state.concurrency = concurrencyOf(input);
      return `${plural(state.concurrency, 'batch', 'batches')} at a time.`;
    },
    {
      description: `How many batches run at a time, 1 to ${MAX_CONCURRENCY}. Input: 8`,
      validator: (input?: unknown) => void concurrencyOf(input),
    },
  );
}
