import assert from 'node:assert/strict';

import fc from 'fast-check';

import { createRedactor, isSecretKey } from '../../../src/observability/redact.ts';

const CANARY = 'c4n/ry"5+f=1d';
const redactor = createRedactor([CANARY, 'abc']);

describe('redaction', () => {
  for (const [form, text] of [
    ['as it is', `token ${CANARY} given`],
    ['in a URL', `https://x/?q=${encodeURIComponent(CANARY)}`],
    ['in JSON', JSON.stringify({ a: CANARY })],
    ['in Base64', `header ${Buffer.from(CANARY).toString('base64')}`],
  ] as const) {
    it(`finds a known secret ${form}`, () => {
      const shown = redactor.text(text);

      assert.ok(shown.includes('***'), shown);
      assert.doesNotMatch(shown, /c4n/);
    });
  }

  for (const [text, shown] of [
    ['postgres://etl:pa55word@db/x failed', 'postgres://***@db/x failed'],
    ['postgres://etl:p@55@db/x', 'postgres://***@db/x'],
    ['GET /v1?token=hunter2222&page=3', 'GET /v1?token=***&page=3'],
    ['{"api_key": "hunter2222", "page": 3}', '{"api_key": "***", "page": 3}'],
    ['password=hunter2222 host=db', 'password=*** host=db'],
    ['Authorization: Bearer abc.def-ghi', 'Authorization: Bearer ***'],
    ['X-Amz-Signature=0a1b2c&X=1', 'X-Amz-Signature=***&X=1'],
  ] as const) {
    it(`finds a secret by its place: ${text}`, () => {
      assert.equal(redactor.text(text), shown);
    });
  }

  it('leaves harmless text alone', () => {
    for (const text of [
      'read 3 of 5 tokens, task_token 12',
      'https://example.com/path?page=2&symbol=600000.SH',
      'bars/600000.SH at 2024-01-02T00:00:00Z',
      'mail to a@b.example',
    ]) {
      assert.equal(redactor.text(text), text);
    }
  });

  it('does not blank out what is too short to be a secret', () => {
    assert.equal(redactor.text('abc abcdef'), 'abc abcdef');
  });

  it('knows secrets by the name of their field, at any depth', () => {
    const shown = redactor.value({
      a: [
        { dbPassword: 'x1', TUSHARE_TOKEN: 'x2', headers: { Authorization: 'x3', Cookie: 'x4' } },
      ],
      map: new Map([['api-key', 'x5']]),
      databaseUrl: 'x6',
      rows: 5,
    });

    assert.doesNotMatch(JSON.stringify(shown), /x\d/);
    assert.match(JSON.stringify(shown), /"rows":5/);
  });

  it('shows of an error its message, code and cause, and nothing that a driver hung on it', () => {
    const cause = Object.assign(new Error(`connect postgres://u:${CANARY}@h`), { code: '28P01' });
    const error = Object.assign(new Error(`failed with ${CANARY}`, { cause }), {
      config: { auth: 'secret-1' },
      detail: 'Key (symbol)=(secret-2)',
      response: { body: 'secret-3' },
      input: 'secret-4',
    });

    const shown = JSON.stringify(redactor.value(error));

    assert.match(shown, /28P01/);
    assert.match(shown, /failed with \*\*\*/);
    assert.doesNotMatch(shown, /c4n|secret-\d/);
  });

  it('survives cycles, depth, big integers, typed arrays and long lists', () => {
    const cycle: Record<string, unknown> = { big: 12n, bytes: new Float64Array(9) };
    cycle['self'] = cycle;
    cycle['list'] = Array.from({ length: 5000 }, (_, index) => index);

    const shown = JSON.stringify(redactor.value(cycle));

    assert.match(shown, /circular/);
    assert.match(shown, /Float64Array of 72 bytes/);
    assert.match(shown, /5000 in all/);
  });

  it('lets a known secret through nowhere', () => {
    const secret = 'zq9-canary-secret';
    const hiding = createRedactor([secret]);
    fc.assert(
      fc.property(fc.object({ maxDepth: 4 }), fc.string(), (value, key) => {
        const text = JSON.stringify(
          hiding.value({ ...value, [key]: [`a${secret}b`], [secret]: 1 }),
        );
        assert.ok(!text.includes(secret));
      }),
    );
  });
});

describe('names of secrets', () => {
  it('are told from names that only sound like one', () => {
    for (const name of [
      'token',
      'apiKey',
      'API_KEY',
      'x-access-key',
      'pgPassword',
      'DATABASE_URL',
    ]) {
      assert.ok(isSecretKey(name), name);
    }
    for (const name of [
      'taskToken',
      'nextPageToken',
      'key',
      'symbols',
      'sha256',
      'tokens',
      'path',
    ]) {
      assert.ok(!isSecretKey(name), name);
    }
  });
});
