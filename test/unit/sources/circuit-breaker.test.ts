import assert from 'node:assert/strict';

import { CLOSED, type BreakerState, type CallEnd } from '../../../src/domain/source-breaker.ts';
import { admitCall, afterCall } from '../../../src/sources/circuit-breaker.ts';

const RULES = { coolDownMs: 60_000 };
const RESET: CallEnd = { kind: 'failed', trouble: 'transient' };
const BAN: CallEnd = { kind: 'failed', trouble: 'banned' };

function after(state: BreakerState, end: CallEnd, nowMs = 0, isProbe = false): BreakerState {
  return afterCall(state, end, { nowMs, isProbe, rules: RULES });
}

function openedBy(end: CallEnd): BreakerState {
  return after(after(after(CLOSED, end), end), end);
}

describe('the circuit breaker', () => {
  it('opens at the third transient failure in a row, and an answer between starts the count anew', () => {
    const twice = after(after(CLOSED, RESET), RESET);

    assert.equal(twice.position, 'closed');
    assert.equal(after(twice, { kind: 'answered' }), CLOSED);
    assert.equal(after(twice, RESET).position, 'open');
    assert.equal(after(twice, RESET).openUntilMs, 60_000);
  });

  it('opens at once when the source says that it is too much, until the time that it names', () => {
    const end: CallEnd = { kind: 'failed', trouble: 'rate_limited', retryAfterMs: 7000 };

    const state = after(CLOSED, end, 1000);

    assert.deepEqual([state.position, state.openUntilMs], ['open', 8000]);
  });

  it('rests twenty times as long after a ban, doubling up to a day', () => {
    const first = after(CLOSED, BAN);
    const second = after({ ...first, position: 'half_open' }, BAN, 0, true);
    const tenth = after({ ...first, openings: 10, position: 'half_open' }, BAN, 0, true);

    assert.equal(first.openUntilMs, 20 * 60_000);
    assert.equal(second.openUntilMs, 40 * 60_000);
    assert.equal(tenth.openUntilMs, 86_400_000);
  });

  it('admits exactly one probe after the cool-down, and another one if its worker died', () => {
    const open = openedBy(RESET);

    assert.deepEqual(admitCall(open, 59_000), { admitted: 'no', waitMs: 1000, next: open });
    const probe = admitCall(open, 60_000);
    assert.equal(probe.admitted, 'probe');
    assert.equal(admitCall(probe.next, 60_001).admitted, 'no');
    assert.equal(admitCall(probe.next, 120_001).admitted, 'probe');
  });

  it('closes when the probe is answered, and doubles the rest when it fails', () => {
    const half = admitCall(openedBy(RESET), 60_000).next;

    assert.equal(after(half, { kind: 'answered' }, 60_001, true), CLOSED);
    assert.equal(after(half, RESET, 60_000, true).openUntilMs, 60_000 + 120_000);
  });

  it('takes no notice of calls that were under way when it opened', () => {
    const open = openedBy(RESET);

    assert.equal(after(open, { kind: 'answered' }, 1), open);
    assert.equal(after(open, BAN, 1), open);
  });

  it('lets another call try at once where a probe says nothing', () => {
    const half = admitCall(openedBy(RESET), 60_000).next;

    const back = after(half, { kind: 'inconclusive' }, 61_000, true);

    assert.deepEqual([back.position, back.openings], ['open', 1]);
    assert.equal(admitCall(back, 61_000).admitted, 'probe');
  });
});
