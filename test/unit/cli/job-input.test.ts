import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Command } from 'commander';

import {
  checkJob,
  fieldsOf,
  mergeRequest,
  requestOf,
  symbolsIn,
} from '../../../src/cli/job-input.ts';
import { addJobOptions, type JobOptions } from '../../../src/cli/job-options.ts';
import { parseConfig } from '../../../src/config/config.ts';

function parse(...argv: readonly string[]): JobOptions {
  const command = addJobOptions(new Command('run'))
    .exitOverride()
    .configureOutput({ writeErr: () => undefined });
  return command.parse(argv, { from: 'user' }).opts<JobOptions>();
}

describe('job options', () => {
  const folder = mkdtempSync(join(tmpdir(), 'candlewick-cli-'));
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('mirror every field of ETLJobConfig', async () => {
    const fields = await fieldsOf(
      parse(
        ...'--job-name nightly --symbols 600000.SH,000001.SZ --symbols 430047.BJ'.split(' '),
        ...'--from 2026-11-16 --to 2026-11-20 --days-back 3 --batch-size 50'.split(' '),
        ...'--quality-threshold 0.8 --no-retry-failed --no-skip-existing'.split(' '),
        ...'--no-validate-data --no-clean-data --source files,simulated'.split(' '),
        ...'--path bars --concurrency 2'.split(' '),
      ),
    );

    assert.deepEqual(fields, {
      job_name: 'nightly',
      symbols: ['600000.SH', '000001.SZ', '430047.BJ'],
      start_date: '2026-11-16',
      end_date: '2026-11-20',
      days_back: 3,
      batch_size: 50,
      quality_threshold: 0.8,
      retry_failed: false,
      skip_existing: false,
      validate_data: false,
      clean_data: false,
      sources: ['files', 'simulated'],
      path: 'bars',
      concurrency: 2,
    });
  });

  it('that are not given send nothing, so that the defaults are those of the worker', async () => {
    assert.deepEqual(await fieldsOf(parse()), {});
  });

  it('understand the positive form of a flag', async () => {
    assert.deepEqual(await fieldsOf(parse('--skip-existing', '--clean-data')), {
      skip_existing: true,
      clean_data: true,
    });
  });

  for (const argv of [
    ['--batch-size', 'ten'],
    ['--symbols', ','],
    ['--timeout', '5 days'],
  ]) {
    it(`refuse ${argv.join(' ')}`, () => {
      assert.throws(() => parse(...argv), { code: 'commander.invalidArgument' });
    });
  }

  it('read symbols from a file', async () => {
    const path = join(folder, 'symbols.txt');
    writeFileSync(path, '\uFEFF# watch list\r\n600000.SH,000001.SZ\r\n\r\n430047.BJ # new\r\n');

    const fields = await fieldsOf(parse('--symbols', '600519.SH', '--symbols-file', path));

    assert.deepEqual(fields['symbols'], ['600519.SH', '600000.SH', '000001.SZ', '430047.BJ']);
  });

  it('say which file of symbols is missing', async () => {
    await assert.rejects(fieldsOf(parse('--symbols-file', join(folder, 'none'))), {
      code: 'ETL-CFG-111',
    });
  });

  it('win over the fields of --input, in either spelling', async () => {
    const path = join(folder, 'job.json');
    writeFileSync(path, '{"batchSize": 10, "start_date": "2026-11-16", "cleanData": false}');

    const request = await requestOf(
      parse('--input', path, '--batch-size', '20', '--from', '2026-11-17'),
    );

    assert.deepEqual(request, { cleanData: false, batch_size: 20, start_date: '2026-11-17' });
  });

  it('cannot both read stdin', async () => {
    await assert.rejects(requestOf(parse('--input', '-', '--symbols-file', '-')), {
      errorClass: 'usage',
    });
  });
});

describe('mergeRequest', () => {
  for (const given of [[1], 'text', 7]) {
    it(`leaves ${JSON.stringify(given)} for the check to refuse`, () => {
      assert.equal(mergeRequest(given, { batch_size: 1 }), given);
    });
  }

  it('takes null for an empty job', () => {
    assert.deepEqual(mergeRequest(null, { batch_size: 1 }), { batch_size: 1 });
  });
});

describe('symbolsIn', () => {
  it('knows lines, commas, blanks, semicolons and comments', () => {
    assert.deepEqual(symbolsIn('a,b;c d\n#e\n\tf # g'), ['a', 'b', 'c', 'd', 'f']);
  });
});

describe('checkJob', () => {
  const config = parseConfig({});

  it('names every problem at once, before any server is asked', async () => {
    const given = {
      symbols: ['600000.SS'],
      batch_size: 0,
      quality_threshold: 7,
      start: '2026-11-16',
    };

    await assert.rejects(checkJob(given, 'etlJob', config), (error: Error) => {
      assert.equal(error.name, 'ConfigurationError');
      for (const field of ['symbols[0]', 'batch_size', 'quality_threshold', 'start']) {
        assert.ok(error.message.includes(field), error.message);
      }
      return true;
    });
  });

  it('sends what was given, and knows what it will come to', async () => {
    const given = { symbols: ['600000.sh'], start_date: '2024-01-02', end_date: '2024-01-05' };

    const { request, config: job } = await checkJob(given, 'etlJob', config);

    assert.deepEqual(request, given);
    assert.deepEqual(job.symbols, ['600000.SH']);
    assert.equal(job.batchSize, config.batchSize);
  });
});
