import cliProgress from 'cli-progress';

import type { JobProgress } from '../workflows/job-progress.ts';
import { formatScore } from './format.ts';
import type { Output } from './output.ts';
import { plural } from '../domain/plural.ts';

/** Shows how far a job is: a bar on a terminal, lines otherwise. */
export interface ProgressView {
  show(progress: JobProgress): void;
  end(): void;
}

export function createProgressView(output: Output): ProgressView {
  if (output.verbosity === 'quiet') {
    return { show: () => undefined, end: () => undefined };
  }
  return output.isTerminal ? createBar(output) : createLines(output);
}

// A CommonJS package without named exports.
const { Format, SingleBar } = cliProgress;
const BAR_WIDTH = 24;

function createBar({ talkStream, talkColours: colours }: Output): ProgressView {
  const bar = new SingleBar({
    stream: talkStream,
    hideCursor: true,
    clearOnComplete: true,
    barsize: BAR_WIDTH,
    linewrap: false,
    etaBuffer: 20,
    format: (options, { progress }, payload: unknown) => {
      const drawn = Format.BarFormat(progress, { ...options, ...BLOCKS });
      return `${colours.cyan(drawn)} ${String(Math.floor(progress * 100)).padStart(3)} % ${textOf(payload)}`;
    },
  });
  let isStarted = false;
  return {
    show(progress) {
      const { done, total } = progress.batches;
      const payload = { text: describe(progress) };
      if (!isStarted) {
        isStarted = true;
        bar.start(Math.max(total, 1), done, payload);
      }
      bar.setTotal(Math.max(total, 1));
      bar.update(done, payload);
    },
    end() {
      bar.stop();
    },
  };
}

const BLOCKS = {
  barCompleteString: '█'.repeat(BAR_WIDTH),
  barIncompleteString: '░'.repeat(BAR_WIDTH),
};

function textOf(payload: unknown): string {
  return typeof payload === 'object' && payload !== null && 'text' in payload
    ? String(payload.text)
    : '';
}

const STEP_PERCENT = 10;

/** A line whenever the stage changes, the job begins to wait, or a tenth more is done: a log must not fill with progress. */
function createLines(output: Output): ProgressView {
  let last = '';
  return {
    show(progress) {
      const { done, total } = progress.batches;
      const percent = total === 0 ? 0 : Math.floor((100 * done) / total);
      const step = `${progress.stage} ${Math.floor(percent / STEP_PERCENT)} ${progress.paused} ${progress.waiting !== undefined}`;
      if (step !== last) {
        last = step;
        output.talk(`${String(percent).padStart(3)} % ${describe(progress)}`);
      }
    },
    end: () => undefined,
  };
}

function describe({
  stage,
  paused,
  batches,
  rows,
  qualityScore,
  failedSymbols,
  waiting,
}: JobProgress): string {
  return [
    paused ? `${stage} (paused)` : stage,
    `${batches.done} of ${plural(batches.total, 'batch', 'batches')}`,
    plural(rows.extracted, 'row'),
    ...(qualityScore === undefined ? [] : [`quality ${formatScore(qualityScore)}`]),
    ...(failedSymbols === 0 ? [] : [`${plural(failedSymbols, 'symbol')} failed`]),
    ...(waiting === undefined ? [] : [waiting]),
  ].join(', ');
}
