import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';

import { Secret } from '../../../src/config/secret.ts';
import { createLogger, type Logger, type LogLevel } from '../../../src/observability/logger.ts';
import { temporalLogger } from '../../../src/observability/temporal-logger.ts';

const CANARY = 'canary-77aa-token';

interface Recording {
  readonly logger: Logger;
  text(): string;
  lines(): readonly Record<string, unknown>[];
}

function record(format: 'json' | 'pretty', level: LogLevel = 'debug'): Recording {
  const stream = new PassThrough();
  const logger = createLogger({ level, format, secrets: [new Secret(CANARY)], stream });
  let written = '';
  function text(): string {
    written += String(stream.read() ?? '');
    return written;
  }
  return {
    logger,
    text,
    lines: () =>
      text()
        .split('\n')
        .filter((line) => line !== '')
        .map((line): Record<string, unknown> => JSON.parse(line)),
  };
}

describe('the logger', () => {
  it('writes one JSON object a line, with the context from above', () => {
    const { logger, lines } = record('json');

    logger
      .child({ jobId: 'j1' })
      .child({ batch: 3, symbols: 100 })
      .info('Batch loaded', { rows: 5 });

    const [line] = lines();
    assert.deepEqual(
      { ...line, time: undefined },
      {
        time: undefined,
        level: 'info',
        message: 'Batch loaded',
        jobId: 'j1',
        batch: 3,
        symbols: 100,
        rows: 5,
      },
    );
    assert.match(String(line?.['time']), /^\d{4}-\d{2}-\d{2}T.*Z$/);
  });

  it('leaves out what is below its level', () => {
    const { logger, lines } = record('json', 'warn');

    logger.info('no');
    logger.warn('yes');

    assert.deepEqual(
      lines().map(({ message }) => message),
      ['yes'],
    );
  });

  it('does not let facts replace level, time or message', () => {
    const { logger, lines } = record('json');

    logger.warn('real', { message: 'fake', level: 'info', time: 'never' });

    assert.equal(lines()[0]?.['message'], 'real');
    assert.equal(lines()[0]?.['level'], 'warn');
    assert.equal(lines()[0]?.['message_'], 'fake');
  });

  it('writes pretty lines that no value can break in two', () => {
    const { logger, text } = record('pretty');

    logger.info('Source failed over', { from: 'a', note: 'x\nERROR fake' });

    assert.match(text(), /info {2}Source failed over from=a note="x\\nERROR fake"\n$/);
    assert.equal(text().trimEnd().split('\n').length, 1);
  });

  for (const format of ['json', 'pretty'] as const) {
    it(`shows a secret nowhere in ${format}: message, fact, key, error, cause, URL`, () => {
      const { logger, text } = record(format);
      const cause = new Error(`GET https://api/?token=${CANARY}`);
      const error = Object.assign(new Error(`failed: ${CANARY}`, { cause }), {
        config: { headers: { authorization: CANARY } },
      });

      logger.child({ token: 'other-secret' }).error(`with ${CANARY}`, {
        error,
        url: `postgres://u:${CANARY}@h/d`,
        nested: [{ deep: { text: `a ${CANARY}` } }],
        [CANARY]: 1,
      });

      assert.match(text(), /\*\*\*/);
      assert.doesNotMatch(text(), /canary-77aa|other-secret/);
    });
  }
});

describe("Temporal's log lines", () => {
  it('come through our logger, TRACE as debug', () => {
    const { logger, lines } = record('json');
    const log = temporalLogger(logger);

    log.trace('t');
    log.log('TRACE', 'l');
    log.log('WARN', 'w', { workflowId: 'w1', timestampNanos: 12n });
    log.error('e', { error: new Error(CANARY) });

    assert.deepEqual(
      lines().map(({ level }) => level),
      ['debug', 'debug', 'warn', 'error'],
    );
    assert.equal(lines()[2]?.['workflowId'], 'w1');
    assert.equal(lines()[2]?.['from'], 'temporal');
    assert.doesNotMatch(JSON.stringify(lines()), /canary/);
  });
});
