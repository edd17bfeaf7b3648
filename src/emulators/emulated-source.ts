import type { Market } from '../sources/simulated/market.ts';
import type { FaultKind } from './fault.ts';

/** A request as an emulated source reads it: the path is below its own prefix. */
export interface EmulatedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

export interface EmulatedAnswer {
  readonly status?: number;
  /** JSON in UTF-8 where absent. */
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

export interface EmulationContext {
  readonly market: Market;
  /** What the rows of this answer are to have wrong, or which error it is to be. */
  readonly fault: FaultKind | undefined;
  /** The source counts this call as one too many. */
  readonly isOverLimit: boolean;
  /** Calls a minute that it allows; undefined: no limit. */
  readonly limit: number | undefined;
  readonly now: number;
}

/** How one source answers, fed by the simulated market. */
export interface EmulatedSource {
  readonly name: string;
  /** The name under which a call is logged and faults are aimed: that of the adapter's endpoint. */
  endpointOf(request: EmulatedRequest): string;
  answer(request: EmulatedRequest, context: EmulationContext): EmulatedAnswer;
}

export function json(value: unknown, status = 200): EmulatedAnswer {
  return { status, body: JSON.stringify(value) };
}
