import {
  allHandlersFinished,
  ApplicationFailure,
  condition,
  defineQuery,
  defineUpdate,
  isCancellation,
  setHandler,
  upsertMemo,
} from '@temporalio/workflow';

import type { QuarantineDecision, QuarantineResolution } from '../domain/quarantine.ts';
import { carryOut } from './carry-out-decision.ts';
import { asWorkflowFailure } from './failures.ts';
import { qualityDuties } from './quality-stages.ts';
import {
  beginDecision,
  describeDecision,
  ResolutionState,
  type DecisionProgress,
  type ResolutionProgress,
} from './resolution-state.ts';

const resolutionQuery = defineQuery<ResolutionProgress>('progress');
const decideUpdate = defineUpdate<string, [unknown?]>('decide');
const closeUpdate = defineUpdate<string>('close');

/** Where updates come in. */
interface Desk {
  isClosed: boolean;
  /** Decisions that are being read. */
  reading: number;
}

/**
 * Carries out decisions about quarantined bars: one (`{"decision": "release", "ids": [1], "by": "Ann", "why": "checked"}`),
 * several (`{"decisions": [...]}`), or, started with nothing, those that come as updates `decide` within an hour.
 */
export async function resolveQuarantine(input?: unknown): Promise<QuarantineResolution> {
  const state = new ResolutionState();
  const desk: Desk = { isClosed: false, reading: 0 };
  installUpdates(state, desk);
  try {
    const { decisions, openForMs, held } = await qualityDuties.planResolution(input);
    upsertMemo({ effectiveInput: { decisions: decisions.length, openForMs } });
    state.held = held;
    state.decisions.unshift(...decisions.map(beginDecision));
    state.show();
    const closesAt = Date.now() + openForMs;
    for (;;) {
      await carryOutAll(state);
      const left = closesAt - Date.now();
      if (desk.isClosed || left <= 0) {
        // An update that is being read may still bring a decision; later ones are refused.
        desk.isClosed = true;
        await condition(() => desk.reading === 0);
        await carryOutAll(state);
        break;
      }
      state.reach('waiting');
      await condition(() => desk.isClosed || state.done < state.decisions.length, left);
    }
  } catch (error) {
    throw isCancellation(error) ? error : asWorkflowFailure(error);
  }
  state.reach('complete');
  await condition(allHandlersFinished);
  return { results: state.progress.results, heldLeft: state.held.rows };
}

async function carryOutAll(state: ResolutionState): Promise<void> {
  for (;;) {
    const progress = state.decisions[state.done];
    if (progress === undefined) {
      return;
    }
    state.reach('deciding');
    await carryOut(state, progress, state.done);
    state.held = await qualityDuties.summariseHeld();
    state.done += 1;
    state.show();
  }
}

function installUpdates(state: ResolutionState, desk: Desk): void {
  setHandler(resolutionQuery, () => state.progress, {
    description: 'Decisions, what became of them, and what is held.',
  });
  setHandler(
    decideUpdate,
    async (input?: unknown) => {
      desk.reading += 1;
      let progress: DecisionProgress;
      try {
        progress = beginDecision(await readDecision(input));
      } finally {
        desk.reading -= 1;
      }
      state.decisions.push(progress);
      await condition(() => state.decisions.indexOf(progress) < state.done);
      return describeDecision(progress).slice(2);
    },
    {
      validator: (_input?: unknown) => {
        if (desk.isClosed) {
          throw ApplicationFailure.create({
            type: 'ConfigurationError',
            message: 'This resolution is closed: start resolveQuarantine again',
            nonRetryable: true,
          });
        }
      },
      description:
        'Decides about held bars. Input: {"decision": "release", "ids": [1, 2], "by": "Ann", "why": "checked with the exchange"}; decision: release, reject or replay; choose by ids, symbols, source, rule, startDate, endDate',
    },
  );
  setHandler(
    closeUpdate,
    () => {
      desk.isClosed = true;
      return 'Closes when the decisions at hand are done.';
    },
    { description: 'Waits for no further decisions. No input.' },
  );
}

async function readDecision(input: unknown): Promise<QuarantineDecision> {
  try {
    return await qualityDuties.readDecision(input);
  } catch (error) {
    throw isCancellation(error) ? error : asWorkflowFailure(error);
  }
}
