import type { ServerResponse } from 'node:http';

import type { EmulatedCall } from './call-log.ts';
import { FAULT_KINDS, isFaultKind, type Fault, type FaultBook } from './fault.ts';

interface ControlRequest {
  readonly method: string;
  /** Below `/control`. */
  readonly path: string;
  readonly body: string;
}

interface Controlled {
  readonly bookOf: (source: string) => FaultBook | undefined;
  readonly calls: EmulatedCall[];
}

/**
 * `POST /control/faults/SOURCE` sets a fault ({"kind": "fin", "count": 3}), `DELETE` clears them; `GET /control/calls` lists
 * the calls so far and `DELETE` forgets them.
 */
export function control(
  request: ControlRequest,
  response: ServerResponse,
  controlled: Controlled,
): void {
  const { status, value } = decide(request, controlled);
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value));
}

interface Decision {
  readonly status: number;
  readonly value: unknown;
}

function decide({ method, path, body }: ControlRequest, { bookOf, calls }: Controlled): Decision {
  if (path === '/calls') {
    const value = [...calls];
    if (method === 'DELETE') {
      calls.length = 0;
    }
    return { status: 200, value };
  }
  const source = /^\/faults\/([a-z]+)$/.exec(path)?.[1] ?? '';
  const book = bookOf(source);
  if (book === undefined) {
    return { status: 404, value: { error: `no such path or source: ${path}` } };
  }
  if (method === 'DELETE') {
    book.clear();
    return { status: 200, value: { source, faults: 'cleared' } };
  }
  const fault = faultOf(body);
  if (fault === undefined) {
    return { status: 400, value: { error: `kind: expected one of ${FAULT_KINDS.join(', ')}` } };
  }
  book.set(fault);
  return { status: 200, value: { source, fault } };
}

function faultOf(body: string): Fault | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return undefined;
  }
  if (typeof parsed !== 'object' || parsed === null || !('kind' in parsed)) {
    return undefined;
  }
  const { kind } = parsed;
  if (typeof kind !== 'string' || !isFaultKind(kind)) {
    return undefined;
  }
  const fields = new Map<string, unknown>(Object.entries(parsed));
  function numberOf(name: string): Record<string, number> {
    const value = fields.get(name);
    return typeof value === 'number' ? { [name]: value } : {};
  }
  const endpoint = fields.get('endpoint');
  return {
    kind,
    ...(typeof endpoint === 'string' ? { endpoint } : {}),
    ...numberOf('count'),
    ...numberOf('after'),
    ...numberOf('probability'),
    ...numberOf('ms'),
    ...numberOf('bytes'),
  };
}
