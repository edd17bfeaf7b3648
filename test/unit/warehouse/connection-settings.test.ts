import assert from 'node:assert/strict';

import { ConfigurationError } from '../../../src/domain/errors.ts';
import { connectionSettings } from '../../../src/warehouse/connection-settings.ts';

function settingsOf(connectionString: string, allowPlaintext = false): unknown {
  return connectionSettings({ connectionString, applicationName: 'test', allowPlaintext });
}

describe('connectionSettings', () => {
  for (const url of [
    'postgres://u:p@localhost/db',
    'postgres://127.0.0.1:5433/db',
    'postgresql://[::1]/db',
    'postgres:///db?host=/var/run/postgresql',
    'postgres://db.example/db?sslmode=verify-full',
    'postgres://db.example/db?sslmode=require',
  ]) {
    it(`accepts ${url}`, () => {
      assert.ok(settingsOf(url));
    });
  }

  for (const url of [
    'postgres://u:pa55@db.example/db',
    'postgres://u:pa55@10.0.0.1/db?sslmode=disable',
    'postgres://u:pa55@127.0.0.1.evil.example/db',
    'postgres://u:pa55@localhost/db?host=db.example',
  ]) {
    it(`refuses ${url.replace('pa55', '***')} without TLS, and never shows the password`, () => {
      assert.throws(
        () => settingsOf(url),
        (error) => {
          assert.ok(error instanceof ConfigurationError);
          assert.equal(error.code, 'ETL-DB-101');
          assert.ok(!error.headline.includes('pa55'));
          return true;
        },
      );
      assert.ok(settingsOf(url, true));
    });
  }

  for (const url of ['mysql://u:pa55@localhost/db', 'no url pa55', 'postgres://u:pa55 x@y z/db']) {
    it(`refuses ${url.replace('pa55', '***')} as no database URL`, () => {
      assert.throws(
        () => settingsOf(url),
        (error) => {
          assert.ok(error instanceof ConfigurationError);
          assert.equal(error.code, 'ETL-DB-102');
          assert.ok(!error.headline.includes('pa55'));
          assert.equal(error.cause, undefined);
          return true;
        },
      );
    });
  }
});
