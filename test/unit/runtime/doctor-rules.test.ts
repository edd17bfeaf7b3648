import assert from 'node:assert/strict';

import {
  checkCalendar,
  checkClock,
  checkDisk,
  checkEnvFile,
  checkGo,
  checkMigrations,
  checkNode,
  checkPackages,
  checkPostgresVersion,
  checkQueue,
  checkSearchAttributes,
  checkSettings,
  checkTemporalVersion,
  checkWritable,
  compareVersions,
  type Check,
} from '../../../src/runtime/doctor-rules.ts';

const GIB = 1024 ** 3;

/** What was found, and the state that it must give. */
const CASES: readonly (readonly [string, Check, Check['state']])[] = [
  ['Node 20.18', checkNode('20.18.1'), 'fail'],
  ['Node 20.19', checkNode('20.19.0'), 'warn'],
  ['Node 24', checkNode('24.1.0'), 'ok'],
  ['a full disk', checkDisk(0.1 * GIB, '/data'), 'fail'],
  ['a small disk', checkDisk(GIB, '/data'), 'warn'],
  ['a disk with room', checkDisk(50 * GIB, '/data'), 'ok'],
  ['a read-only folder', checkWritable('home', '/data', 'EROFS'), 'fail'],
  ['a folder of ours', checkWritable('home', '/data', undefined), 'ok'],
  ['PostgreSQL 13', checkPostgresVersion('13.4'), 'fail'],
  ['PostgreSQL 18', checkPostgresVersion('18.4'), 'ok'],
  ['an old schema', checkMigrations({ applied: 3, pending: 2, purpose: 'demo' }), 'fail'],
  ['a current schema', checkMigrations({ applied: 5, pending: 0, purpose: 'demo' }), 'ok'],
  ['a clock that is off', checkClock(-7), 'warn'],
  ['a clock that is right', checkClock(0.2), 'ok'],
  ['a holed server on the network', checkTemporalVersion('1.29.1', false), 'warn'],
  ['a holed server on loopback', checkTemporalVersion('1.29.1', true), 'ok'],
  ['the first mended 1.29', checkTemporalVersion('1.29.5', false), 'ok'],
  ['a holed 1.30', checkTemporalVersion('1.30.2', false), 'warn'],
  ['a mended 1.30', checkTemporalVersion('1.30.3', false), 'ok'],
  ['a new server', checkTemporalVersion('1.32.0', false), 'ok'],
  ['missing attributes', checkSearchAttributes(['JobName']), 'warn'],
  ['all attributes', checkSearchAttributes([]), 'ok'],
  ['an idle queue without workers', checkQueue({ queue: 'q', pollers: 0, backlog: 0 }), 'warn'],
  ['waiting tasks without workers', checkQueue({ queue: 'q', pollers: 0, backlog: 3 }), 'fail'],
  ['a served queue', checkQueue({ queue: 'q', pollers: 2, backlog: 3 }), 'ok'],
  ['a calendar at its end', checkCalendar(3, '2026-12-31'), 'fail'],
  ['a calendar near its end', checkCalendar(37, '2026-12-31'), 'warn'],
  ['a calendar with time', checkCalendar(300, '2026-12-31'), 'ok'],
  ['an open .env', checkEnvFile(0o100644), 'warn'],
  ['a closed .env', checkEnvFile(0o100600), 'ok'],
  ['no .env', checkEnvFile(undefined), 'ok'],
  ['a misspelt setting', checkSettings(['ETL_BATCHSIZE is unknown']), 'warn'],
  ['known settings', checkSettings([]), 'ok'],
  ['no Go where it is needed', checkGo(undefined, true), 'warn'],
  ['old Go where it is needed', checkGo('1.21.3', true), 'warn'],
  ['no Go where it is not needed', checkGo(undefined, false), 'ok'],
  ['Go', checkGo('1.26.8', true), 'ok'],
  ['other packages than locked', checkPackages(false), 'warn'],
  ['packages as locked', checkPackages(true), 'ok'],
];

describe('doctor', () => {
  for (const [found, check, state] of CASES) {
    it(`calls ${found} ${state}${state === 'ok' ? '' : ', and says what to do'}`, () => {
      assert.equal(check.state, state);
      assert.equal(check.fix === undefined, state === 'ok');
      assert.ok(check.found.length > 0);
    });
  }

  it('compares versions by number, part by part', () => {
    assert.ok(compareVersions('1.9.0', '1.10.0') < 0);
    assert.ok(compareVersions('v22.3', '22.3.0') === 0);
    assert.ok(compareVersions('18.4 (Debian)', '14') > 0);
  });
});
