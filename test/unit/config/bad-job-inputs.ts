export interface BadJob {
  readonly no: number;
  readonly what: string;
  readonly input: unknown;
  readonly says: readonly string[];
}

export function symbols(...list: readonly unknown[]): { symbols: readonly unknown[] } {
  return { symbols: list };
}

export const BAD_JOBS: readonly BadJob[] = [
  {
    no: 1,
    what: 'no symbol',
    input: symbols(),
    says: ['symbols: got an empty array', '1 to 10,000'],
  },
  {
    no: 2,
    what: 'no suffix',
    input: symbols('000001'),
    says: ['symbols[0]: got "000001"', 'did you mean "000001.SZ"?'],
  },
  {
    no: 3,
    what: 'Yahoo style',
    input: symbols('600000.SS'),
    says: ['"600000.SS"', 'did you mean "600000.SH"?'],
  },
  {
    no: 5,
    what: 'prefix style',
    input: symbols('sz000001'),
    says: ['"sz000001"', 'did you mean "000001.SZ"?'],
  },
  {
    no: 6,
    what: 'full-width digits',
    input: symbols('０００００１.SZ'),
    says: ['U+FF10 at position 1 is not ASCII', '"000001.SZ"'],
  },
  {
    no: 7,
    what: 'zero-width space',
    input: symbols('000001.S\u200bZ'),
    says: ['invisible character U+200B at position 9', '\\u{200B}'],
  },
  {
    no: 7,
    what: 'trailing line feed',
    input: symbols('000001.SZ\n'),
    says: ['invisible character U+000A at position 10'],
  },
  {
    no: 7,
    what: 'no-break space',
    input: symbols('\u00a0000001.SZ'),
    says: ['invisible character U+00A0 at position 1'],
  },
  { no: 8, what: 'letter I', input: symbols('00000I.SZ'), says: ['"00000I.SZ"', 'six digits'] },
  {
    no: 10,
    what: 'SQL',
    input: symbols("000001.SZ'; DROP TABLE bars;--"),
    says: ['symbols[0]', 'six digits'],
  },
  {
    no: 11,
    what: 'path as symbol',
    input: symbols('../../etc/passwd'),
    says: ['symbols[0]', 'six digits'],
  },
  {
    no: 13,
    what: '50,000 symbols',
    input: { symbols: Array.from({ length: 50_000 }, () => 'x') },
    says: ['symbols: got an array of 50000', '10,000'],
  },
  {
    no: 14,
    what: '10 MB symbol',
    input: symbols('x'.repeat(10_000_000)),
    says: ['10,000,000 characters', 'six digits'],
  },
  {
    no: 15,
    what: 'text for array',
    input: { symbols: '000001.SZ' },
    says: ['symbols: got "000001.SZ"', 'an array', 'did you mean ["000001.SZ"]?'],
  },
  {
    no: 16,
    what: 'null for array',
    input: { symbols: null },
    says: ['symbols: got null', 'an array'],
  },
  {
    no: 16,
    what: 'object for array',
    input: { symbols: {} },
    says: ['symbols: got an object', 'an array'],
  },
  {
    no: 16,
    what: 'nested array',
    input: symbols(['000001.SZ']),
    says: ['symbols[0]: got an array of 1', 'text'],
  },
  {
    no: 17,
    what: 'end before start',
    input: { start_date: '2024-03-02', end_date: '2024-03-01' },
    says: ['start_date: got "2024-03-02"', 'not after end_date ("2024-03-01")'],
  },
  {
    no: 18,
    what: '30 February',
    input: { start_date: '2024-02-30' },
    says: ['start_date: got "2024-02-30"', 'a day that exists'],
  },
  {
    no: 18,
    what: 'no leap year',
    input: { end_date: '2023-02-29' },
    says: ['end_date: got "2023-02-29"', 'a day that exists'],
  },
  {
    no: 19,
    what: 'no leading zeros',
    input: { start_date: '2024-2-3' },
    says: ['YYYY-MM-DD', 'did you mean "2024-02-03"?'],
  },
  {
    no: 19,
    what: 'compact day',
    input: { start_date: '20240203' },
    says: ['YYYY-MM-DD', 'did you mean "2024-02-03"?'],
  },
  {
    no: 19,
    what: 'ambiguous day',
    input: { start_date: '02/03/2024' },
    says: ['"02/03/2024"', 'YYYY-MM-DD'],
  },
  {
    no: 20,
    what: 'year 0',
    input: { start_date: '0000-00-00' },
    says: ['start_date: got "0000-00-00"'],
  },
  {
    no: 20,
    what: 'year 9999',
    input: { end_date: '9999-12-31' },
    says: ['from 1990-12-19 to 2026-11-25'],
  },
  {
    no: 20,
    what: 'before the exchange',
    input: { startDate: '1990-12-18' },
    says: ['startDate: got "1990-12-18"', 'from 1990-12-19'],
  },
  {
    no: 21,
    what: 'start in the future',
    input: { start_date: '2026-11-25', end_date: '2026-11-25' },
    says: ['start_date', 'at the latest 2026-11-24'],
  },
  {
    no: 23,
    what: 'instant',
    input: { start_date: '2024-02-03T00:00:00+08:00' },
    says: ['YYYY-MM-DD', 'did you mean "2024-02-03"?'],
  },
  {
    no: 24,
    what: 'epoch',
    input: { start_date: 1_704_067_200 },
    says: ['start_date: got 1704067200', 'as text'],
  },
  ...[0, -5, 1e9, 1.5, '1e3', '0x10', '', null, true, Number.NaN].map((value) => ({
    no: 26,
    what: `batch_size ${JSON.stringify(value)}`,
    input: { batch_size: value },
    says: ['batch_size: got', 'a whole number from 1 to 100000'],
  })),
  {
    no: 26,
    what: 'quoted number',
    input: { batchSize: '100' },
    says: ['batchSize: got "100"', 'did you mean 100, without quotes?'],
  },
  {
    no: 27,
    what: 'percent',
    input: { quality_threshold: 70 },
    says: ['quality_threshold: got 70', '0 to 1', 'did you mean 0.7?'],
  },
  {
    no: 27,
    what: 'percent sign',
    input: { quality_threshold: '70%' },
    says: ['"70%"', 'did you mean 0.7?'],
  },
  {
    no: 27,
    what: 'negative',
    input: { quality_threshold: -0.1 },
    says: ['quality_threshold: got -0.1', '0 to 1'],
  },
  {
    no: 27,
    what: 'NaN',
    input: { quality_threshold: Number.NaN },
    says: ['quality_threshold: got NaN', '0 to 1'],
  },
  {
    no: 28,
    what: 'quoted false',
    input: { skip_existing: 'false' },
    says: ['skip_existing: got "false"', 'without quotes', 'did you mean false?'],
  },
  {
    no: 29,
    what: 'misspelt key',
    input: { bathc_size: 10 },
    says: ['bathc_size', 'did you mean batch_size?'],
  },
  {
    no: 29,
    what: 'misspelt camelCase key',
    input: { bathcSize: 10 },
    says: ['bathcSize', 'did you mean batchSize?'],
  },
  ...['', 'x'.repeat(300), 'a/b', '📈', '../x', 'Daily'].map((job_name) => ({
    no: 30,
    what: `job_name of ${job_name.length} characters ${job_name.slice(0, 6)}`,
    input: { job_name },
    says: ['job_name: got', 'a-z 0-9 _ -'],
  })),
  { no: 32, what: 'array', input: [], says: ['input: got an empty array', 'one JSON object'] },
  { no: 32, what: 'text', input: '{}', says: ['input: got "{}"', 'one JSON object'] },
  {
    no: 33,
    what: '__proto__',
    input: JSON.parse('{"__proto__":{"batchSize":1}}'),
    says: ['__proto__: expected a known key'],
  },
  {
    no: 33,
    what: 'constructor',
    input: JSON.parse('{"constructor":{}}'),
    says: ['constructor: expected a known key'],
  },
  {
    no: 35,
    what: 'both spellings, different',
    input: { batchSize: 5, batch_size: 6 },
    says: ['batch_size: got 6', 'same value as batchSize'],
  },
  { no: 35, what: 'another case', input: { 'Batch-Size': 5 }, says: ['Batch-Size', 'known key'] },
  ...[
    '../../secret.csv',
    '/etc/passwd',
    '%2e%2e/x',
    'a\0b',
    'con',
    'C:\\x',
    '..\\x',
    '~/x',
    'aux.csv',
    '',
  ].map((path) => ({
    no: 51,
    what: `path ${JSON.stringify(path)}`,
    input: { path },
    says: ['path: got', 'relative to ETL_FILES_ROOT'],
  })),
  {
    no: 64,
    what: 'concurrency 0',
    input: { concurrency: 0 },
    says: ['concurrency: got 0', '1 to 64', 'database connection'],
  },
  {
    no: 64,
    what: 'concurrency 10,000',
    input: { concurrency: 10_000 },
    says: ['concurrency: got 10000'],
  },
  {
    no: 65,
    what: 'a follow-up that is none',
    input: { on_complete: [{ job: 'nope' }] },
    says: ['on_complete[0]: got an object', '"job": …', 'dataQualityCheck'],
  },
];
