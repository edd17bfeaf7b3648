import { hostname } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';

import type { QuotaSetting } from '../config/failover-settings.ts';
import { ConfigurationError, EtlError, RateLimitedError } from '../domain/errors.ts';
import type { Notify } from '../domain/notice.ts';
import type { BreakerState } from '../domain/source-breaker.ts';
import type { CallGate, SourceCall } from '../sources/call-gate.ts';
import { admitCall, afterCall, type BreakerRules } from '../sources/circuit-breaker.ts';
import { callEndOf, namedLimitOf } from '../sources/classify-failure.ts';
import type { DataSource } from '../sources/data-source.ts';
import { callRulesOf } from '../sources/call-rules.ts';
import type { Warehouse } from '../warehouse/pool.ts';
import { changeBreaker, countCall, readBreaker } from '../warehouse/source-breakers.ts';
import { endCall, learnLimit, takeCall, type QuotaKey } from '../warehouse/source-quota.ts';
import { readSwitch, switchOff } from '../warehouse/source-switches.ts';
import { noticeOfBreaker, noticeOfDisabled } from './source-notices.ts';

export interface GateOptions {
  readonly warehouse: Warehouse;
  readonly notify: Notify;
  readonly rules: BreakerRules;
  /** A source by its name, once it is made: it takes the gate, so the gate comes first. */
  readonly sourceOf: (name: string) => DataSource | undefined;
  readonly quotas: ReadonlyMap<string, QuotaSetting>;
  /** Hash of a source's token and address. */
  readonly accountOf: (source: string) => string;
}

/** Who changes a breaker, for its events. */
export const WORKER = `${hostname()}:${process.pid}`;

/** Waits of spacing and of a turn are made here; longer ones, for a window, by a timer of the workflow. */
const MAX_SPACING_MS = 5000;
const MAX_SPACED_MS = 60_000;
const MAX_MESSAGE = 300;

/** Quota and breaker before each call, their account after it: shared by all workers, in PostgreSQL. */
export function createCallGate(options: GateOptions): CallGate {
  return async (call, run, signal) => {
    signal.throwIfAborted();
    await refuseIfDisabled(options, call);
    const isProbe = await admit(options, call);
    const callId = await takeQuota(options, call, { isProbe, signal });
    try {
      const result = await run();
      await noteAnswer(options, call, isProbe);
      return result;
    } catch (error) {
      // A call that was cancelled from here says nothing of its source.
      await (signal.aborted
        ? giveUp(options, call, isProbe)
        : noteFailure(options, call, { error, isProbe }));
      throw error;
    } finally {
      await endCall(options.warehouse, callId);
    }
  };
}

async function refuseIfDisabled(
  { warehouse, accountOf }: GateOptions,
  { source, endpoint }: SourceCall,
): Promise<void> {
  const off = await readSwitch(warehouse, source, endpoint, accountOf(source));
  if (off !== undefined) {
    throw new ConfigurationError(`${source} is disabled by the ${off.disabledBy}: ${off.reason}`, {
      code: 'ETL-SRC-240',
      hint:
        off.disabledBy === 'operator'
          ? `enable it with \`candlewick sources enable ${source}\`.`
          : `correct its configuration, or enable it with \`candlewick sources enable ${source}\`.`,
      details: { source, endpoint },
    });
  }
}

/** @returns whether the call is the probe of a half-open breaker. @throws RateLimitedError while it is open. */
async function admit(
  { warehouse }: GateOptions,
  { source, endpoint }: SourceCall,
): Promise<boolean> {
  const { state: now } = await readBreaker(warehouse, { source, endpoint });
  if (now.position === 'closed') {
    return false;
  }
  const verdict = { admitted: 'no', waitMs: 0 };
  await changeBreaker(
    warehouse,
    { source, endpoint },
    (state, nowMs) => {
      const admission = admitCall(state, nowMs);
      Object.assign(verdict, { admitted: admission.admitted, waitMs: admission.waitMs });
      return admission.next;
    },
    { worker: WORKER, reason: 'cool-down over: one call tries' },
  );
  if (verdict.admitted === 'no') {
    throw breakerOpen(source, endpoint, verdict.waitMs);
  }
  return verdict.admitted === 'probe';
}

function breakerOpen(source: string, endpoint: string, waitMs: number): RateLimitedError {
  return new RateLimitedError(
    `${source} ${endpoint} rests for ${Math.ceil(waitMs / 1000)} s: its circuit breaker is open`,
    {
      code: 'ETL-SRC-231',
      hint: `see \`candlewick sources\`; \`candlewick sources reset ${source}\` ends the rest.`,
      retryAfterMs: waitMs,
      details: { source, endpoint },
    },
  );
}

function quotaKey({ accountOf }: GateOptions, { source, endpoint }: SourceCall): QuotaKey {
  return { source, endpoint, account: accountOf(source) };
}

/** Takes one call of the common quota. @throws RateLimitedError ETL-SRC-230 where that takes longer than a moment. */
async function takeQuota(
  options: GateOptions,
  call: SourceCall,
  { isProbe, signal }: { readonly isProbe: boolean; readonly signal: AbortSignal },
): Promise<number> {
  const rules = callRulesOf(
    options.sourceOf(call.source),
    options.quotas.get(call.source),
    call.priority,
  );
  let spaced = 0;
  for (;;) {
    const taken = await takeCall(options.warehouse, quotaKey(options, call), rules);
    if (taken.kind === 'taken') {
      return taken.callId;
    }
    spaced += taken.waitMs;
    if (taken.waitMs > MAX_SPACING_MS || spaced > MAX_SPACED_MS) {
      await giveUp(options, call, isProbe);
      throw new RateLimitedError(
        `${call.source} ${call.endpoint}: the quota is used up for ${Math.ceil(taken.waitMs / 1000)} s (${taken.limitedBy})`,
        {
          code: 'ETL-SRC-230',
          retryAfterMs: taken.waitMs,
          details: { source: call.source, endpoint: call.endpoint },
        },
      );
    }
    await pause(taken.waitMs, undefined, { signal });
  }
}

async function noteAnswer(
  { warehouse, rules, notify }: GateOptions,
  { source, endpoint }: SourceCall,
  isProbe: boolean,
): Promise<void> {
  const key = { source, endpoint };
  await countCall(warehouse, key);
  const { state: now } = await readBreaker(warehouse, key);
  if (now.position === 'closed' && now.failures === 0) {
    return;
  }
  const { before, after } = await changeBreaker(
    warehouse,
    key,
    (state, nowMs) => afterCall(state, { kind: 'answered' }, { nowMs, isProbe, rules }),
    { worker: WORKER, reason: 'it answers again' },
  );
  if (before.position !== 'closed' && after.position === 'closed') {
    await notify(noticeOfBreaker({ source, endpoint, after, code: undefined, reason: undefined }));
  }
}

async function noteFailure(
  options: GateOptions,
  call: SourceCall,
  { error, isProbe }: { readonly error: unknown; readonly isProbe: boolean },
): Promise<void> {
  const { warehouse, accountOf, notify } = options;
  const { source, endpoint } = call;
  const end = callEndOf(error);
  const code = error instanceof EtlError ? error.code : 'ETL-SRC-000';
  const message = (error instanceof Error ? error.message : String(error)).slice(0, MAX_MESSAGE);
  if (end.kind !== 'answered') {
    await countCall(warehouse, { source, endpoint }, { code, message });
  }
  const named = namedLimitOf(error);
  if (named !== undefined) {
    await learnLimit(warehouse, quotaKey(options, call), named);
  }
  await noteEnd(options, call, { end, isProbe, code, reason: message });
  if (error instanceof ConfigurationError) {
    // A refused token concerns every endpoint, a missing permission only its own.
    const scope = error.details['setting'] === undefined ? endpoint : '*';
    const off = {
      source,
      endpoint: scope,
      disabledBy: 'configuration',
      code,
      reason: message,
    } as const;
    if (await switchOff(warehouse, { ...off, account: accountOf(source) })) {
      await notify(noticeOfDisabled(off, error.hint));
    }
  }
}

/** The breaker learns the end of a call; an opening is told. */
async function noteEnd(
  { warehouse, rules, notify }: GateOptions,
  { source, endpoint }: SourceCall,
  what: {
    readonly end: ReturnType<typeof callEndOf>;
    readonly isProbe: boolean;
    readonly code: string;
    readonly reason: string;
  },
): Promise<BreakerState> {
  const { end, isProbe, code, reason } = what;
  const { before, after } = await changeBreaker(
    warehouse,
    { source, endpoint },
    (state, nowMs) => afterCall(state, end, { nowMs, isProbe, rules }),
    { worker: WORKER, code, reason },
  );
  if (before.position === 'closed' && after.position === 'open') {
    await notify(noticeOfBreaker({ source, endpoint, after, code, reason }));
  }
  return after;
}

/** A probe that was not made: another call may try at once. */
async function giveUp(options: GateOptions, call: SourceCall, isProbe: boolean): Promise<void> {
  if (isProbe) {
    await noteEnd(options, call, {
      end: { kind: 'inconclusive' },
      isProbe,
      code: 'ETL-SRC-231',
      reason: 'the probe was not made',
    });
  }
}
