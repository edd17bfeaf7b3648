import assert from 'node:assert/strict';

import { checkBarsQuery } from '../../../src/cli/bars-query.ts';
import { messageOf } from '../config/message-of.ts';

describe('checkBarsQuery', () => {
  it('asks for everything when nothing is said', () => {
    assert.deepEqual(checkBarsQuery({ limit: 5 }), {
      startDate: '1990-01-01',
      endDate: '9999-12-31',
      limit: 5,
    });
  });

  it('takes symbols in lower case', () => {
    assert.deepEqual(checkBarsQuery({ symbols: ['600000.sh'], limit: 5 }).symbols, ['600000.SH']);
  });

  it('names every problem at once', () => {
    const message = messageOf(() =>
      checkBarsQuery({ symbols: ['600000'], from: '2023-02-29', to: '20240101', limit: 5 }),
    );

    for (const field of ['symbols[0]', 'from: got "2023-02-29"', 'to: got "20240101"']) {
      assert.ok(message.includes(field), message);
    }
    assert.match(message, /did you mean "600000\.SH"/);
  });

  it('refuses an end before the start', () => {
    assert.match(
      messageOf(() => checkBarsQuery({ from: '2024-02-01', to: '2024-01-01', limit: 5 })),
      /from: got "2024-02-01"; expected a day not after/,
    );
  });
});
