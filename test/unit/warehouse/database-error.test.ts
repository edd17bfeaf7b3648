import assert from 'node:assert/strict';

import {
  ConfigurationError,
  DataQualityError,
  SystemError,
  TransientError,
} from '../../../src/domain/errors.ts';
import { sqlStateOf, translateDatabaseError } from '../../../src/warehouse/database-error.ts';

function serverError(code: string, more: Readonly<Record<string, string>> = {}): Error {
  return Object.assign(new Error(`message of ${code}`), { code, severity: 'ERROR', ...more });
}

function driverError(message: string, code?: string): Error {
  return Object.assign(new Error(message), code === undefined ? {} : { code });
}

describe('translateDatabaseError', () => {
  const table = [
    ['28P01', ConfigurationError, 'ETL-DB-201'],
    ['3D000', ConfigurationError, 'ETL-DB-202'],
    ['42501', ConfigurationError, 'ETL-DB-203'],
    ['42P01', ConfigurationError, 'ETL-DB-204'],
    ['CW001', ConfigurationError, 'ETL-DB-206'],
    ['53100', SystemError, 'ETL-DB-301'],
    ['53200', SystemError, 'ETL-DB-302'],
    ['53300', SystemError, 'ETL-DB-303'],
    ['57P01', SystemError, 'ETL-DB-310'],
    ['57P03', SystemError, 'ETL-DB-310'],
    ['08006', SystemError, 'ETL-DB-310'],
    ['58030', SystemError, 'ETL-DB-320'],
    ['XX001', SystemError, 'ETL-DB-320'],
    ['40P01', TransientError, 'ETL-DB-401'],
    ['40001', TransientError, 'ETL-DB-401'],
    ['55P03', TransientError, 'ETL-DB-401'],
    ['57014', TransientError, 'ETL-DB-402'],
    ['25P03', TransientError, 'ETL-DB-402'],
    ['23505', TransientError, 'ETL-DB-501'],
    ['23514', DataQualityError, 'ETL-DB-502'],
    ['22003', DataQualityError, 'ETL-DB-502'],
    ['42601', ConfigurationError, 'ETL-DB-330'],
    ['42804', ConfigurationError, 'ETL-DB-330'],
    ['0A000', ConfigurationError, 'ETL-DB-330'],
    ['3F000', ConfigurationError, 'ETL-DB-330'],
    ['08P01', ConfigurationError, 'ETL-DB-330'],
  ] as const;
  for (const [state, type, code] of table) {
    it(`takes SQLSTATE ${state} for ${code}`, () => {
      const translated = translateDatabaseError(serverError(state), 'Loading');

      assert.ok(translated instanceof type);
      assert.equal(translated.code, code);
      assert.equal(sqlStateOf(translated), state);
      assert.ok(translated.hint !== undefined);
    });
  }

  const lost = [
    driverError('connect ECONNREFUSED 127.0.0.1:5432', 'ECONNREFUSED'),
    driverError('read ECONNRESET', 'ECONNRESET'),
    driverError('write EPIPE', 'EPIPE'),
    driverError('Connection terminated unexpectedly'),
    driverError('Query read timeout'),
    driverError('timeout exceeded when trying to connect'),
    driverError('Client has encountered a connection error and is not queryable'),
    new AggregateError([driverError('connect ECONNREFUSED ::1:5432', 'ECONNREFUSED')]),
  ];
  for (const error of lost) {
    it(`takes "${error.message || 'an aggregate'}" for a lost server`, () => {
      const translated = translateDatabaseError(error, 'Loading');

      assert.ok(translated instanceof SystemError);
      assert.equal(translated.code, 'ETL-DB-310');
      assert.equal(sqlStateOf(translated), undefined);
    });
  }

  it('shows neither the row in the detail nor the cause', () => {
    const error = serverError('23514', {
      detail: 'Failing row contains (secret)',
      where: 'COPY daily_bars, line 1: "secret"',
      constraint: 'daily_bars_prices',
      table: 'daily_bars',
    });

    const translated = translateDatabaseError(error, 'Loading');

    assert.ok(
      !JSON.stringify([translated.headline, translated.details, translated.cause]).includes(
        'secret',
      ),
    );
    assert.equal(translated.details['constraint'], 'daily_bars_prices');
  });

  it('leaves an error that is already ours as it is', () => {
    const own = new TransientError('x', { code: 'ETL-X-001' });

    assert.equal(translateDatabaseError(own, 'Loading'), own);
  });
});
