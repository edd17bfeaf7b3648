/** A worker thread of the CPU pool: each export is one task. */
import { workerData } from 'piscina';

import {
  fitModel as fit,
  prepareRows as prepare,
  type FitOutcome,
  type FitTask,
  type LabelledRows,
  type PrepareTask,
} from '../../quality/anomaly/training.ts';
import { decoders } from '../../sources/decoders.ts';
import { scanFile, type FileScan, type ScanRequest } from '../../sources/files/scan-file.ts';
import { renderAnswer, type RenderRequest } from '../../sources/simulated/render.ts';
import { createLanding } from '../../storage/landing.ts';
import { openStore } from '../../storage/open-store.ts';
import { createStaging } from '../../storage/staging.ts';
import { createAcceptTask, type AcceptOutcome, type AcceptTask } from './accept-task.ts';
import { runMeasureDrift, type MeasuredDrift, type MeasureDriftTask } from './model-tasks.ts';
import type { ReportFacts } from '../../quality/report/facts.ts';
import { runCheck, type CheckOutcome, type CheckTask } from './check-task.ts';
import type { RenderedReport } from './report-task.ts';
import type { ThreadData } from './pool.ts';
import type { TransformOutcome, TransformTask, ValidateOutcome, ValidateTask } from './tasks.ts';
import { createTransformTask } from './transform-task.ts';
import { createValidateTask } from './validate-task.ts';

function isThreadData(data: unknown): data is ThreadData {
  return typeof data === 'object' && data !== null && 'storageUrl' in data;
}

if (!isThreadData(workerData)) {
  throw new TypeError('A thread of the CPU pool needs the address of the stores');
}
const store = openStore(workerData.storageUrl);
const staging = createStaging(store);
const landing = createLanding(store);
const runTransform = createTransformTask({ landing, staging, decoders });
const runAccept = createAcceptTask({ landing, decoders });
const runValidate = createValidateTask(staging);

export function transform(task: TransformTask): Promise<TransformOutcome> {
  return runTransform(task);
}

export function accept(task: AcceptTask): Promise<AcceptOutcome> {
  return runAccept(task);
}

export function validate(task: ValidateTask): Promise<ValidateOutcome> {
  return runValidate(task);
}

export function prepareRows(task: PrepareTask): LabelledRows {
  return prepare(task);
}

export function fitModel(task: FitTask): FitOutcome {
  return fit(task);
}

export function measureDrift(task: MeasureDriftTask): MeasuredDrift {
  return runMeasureDrift(task);
}

export function check(task: CheckTask): CheckOutcome {
  return runCheck(task);
}

/** Loaded when first wanted: the drawing library is large, and most threads never draw. */
export async function report(facts: ReportFacts): Promise<RenderedReport> {
  const { runReport } = await import('./report-task.ts');
  return runReport(facts);
}

export function render(request: RenderRequest): Uint8Array {
  return renderAnswer(request);
}

export function scan(task: {
  readonly body: Uint8Array;
  readonly request: ScanRequest;
}): Promise<FileScan> {
  return scanFile(task.body, task.request);
}
