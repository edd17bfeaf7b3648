import { EMULATED_TOKEN, type Emulators } from '../../src/emulators/start.ts';
import type { FaultKind } from '../../src/emulators/fault.ts';
import type { ErrorClass } from '../../src/domain/errors.ts';
import { createAktoolsSource } from '../../src/sources/aktools/aktools-source.ts';
import { createBaostockSource } from '../../src/sources/baostock/baostock-source.ts';
import type { CallGate } from '../../src/sources/call-gate.ts';
import type { DataSource } from '../../src/sources/data-source.ts';
import { createEastmoneySource } from '../../src/sources/eastmoney/eastmoney-source.ts';
import { createSinaSource } from '../../src/sources/sina/sina-source.ts';
import { createTencentSource } from '../../src/sources/tencent/tencent-source.ts';
import { createTiingoSource } from '../../src/sources/tiingo/tiingo-source.ts';
import { createTushareSource } from '../../src/sources/tushare/tushare-source.ts';
import { createYahooSource } from '../../src/sources/yahoo/yahoo-source.ts';

/** How a fault of the emulator is to end: an error's class and code, or rows as if nothing were wrong. */
export type Ending = readonly [ErrorClass, code: string] | 'rows';

/** An adapter as the contract kit needs to know it. */
export interface AdapterCase {
  readonly name: string;
  create(emulators: Emulators, gate: CallGate): DataSource;
  /** Symbols of the simulated market that it serves: one of each board that it has. */
  readonly symbols: readonly string[];
  /** Of another market than it serves. */
  readonly foreign: string;
  /** Of its market, and unknown to it. */
  readonly unknown: string;
  /** How its faults end where they differ from the usual. */
  readonly endings: Readonly<Partial<Record<FaultKind, Ending>>>;
}

const TIMEOUT_MS = 1500;
export const MAX_BYTES = 1_000_000;
export const A_SHARES = ['600000.SH', '000001.SZ', '300001.SZ', '688001.SH'];
const BEIJING = '920001.BJ';
export const UNKNOWN = '600999.SH';
const US = 'SIM600000.US';

function options(
  emulators: Emulators,
  name: string,
  gate: CallGate,
): { baseUrl: string; gate: CallGate; timeoutMs: number; maxBytes: number } {
  return { baseUrl: emulators.url(name), gate, timeoutMs: TIMEOUT_MS, maxBytes: MAX_BYTES };
}

/** How a fault ends for a source of HTTP and JSON whose amounts prove its units. */
export const USUAL_ENDINGS: Readonly<Record<FaultKind, Ending>> = {
  fin: ['transient', 'ETL-SRC-301'],
  rst: ['transient', 'ETL-SRC-302'],
  stall: ['transient', 'ETL-SRC-303'],
  truncate: ['transient', 'ETL-SRC-311'],
  cutGzip: ['transient', 'ETL-SRC-304'],
  gzipBomb: ['schema_drift', 'ETL-SRC-305'],
  slow: 'rows',
  oversize: ['schema_drift', 'ETL-SRC-305'],
  empty200: ['transient', 'ETL-SRC-309'],
  html200: ['transient', 'ETL-SRC-310'],
  gbkText: ['transient', 'ETL-SRC-311'],
  http403: ['rate_limited', 'ETL-SRC-321'],
  http429: ['rate_limited', 'ETL-SRC-320'],
  http456: ['rate_limited', 'ETL-SRC-321'],
  http500: ['transient', 'ETL-SRC-308'],
  redirect: ['schema_drift', 'ETL-SRC-330'],
  rateLimitBody: 'rows',
  badToken: 'rows',
  noPermission: 'rows',
  noData: 'rows',
  wrongUnit: ['schema_drift', 'ETL-SRC-331'],
  dropRows: 'rows',
  duplicateRows: 'rows',
  reorderColumns: ['schema_drift', 'ETL-SRC-331'],
  adjusted: ['schema_drift', 'ETL-SRC-331'],
};

/** Without amounts, units and price basis cannot be proven by an answer alone. */
const WITHOUT_AMOUNTS: AdapterCase['endings'] = { wrongUnit: 'rows', adjusted: 'rows' };

export const ADAPTERS: readonly AdapterCase[] = [
  {
    name: 'tushare',
    create: (emulators, gate) =>
      createTushareSource({ ...options(emulators, 'tushare', gate), token: EMULATED_TOKEN }),
    symbols: [...A_SHARES, BEIJING],
    foreign: US,
    unknown: UNKNOWN,
    endings: {
      rateLimitBody: ['rate_limited', 'ETL-SRC-320'],
      badToken: ['configuration', 'ETL-SRC-322'],
      noPermission: ['configuration', 'ETL-SRC-323'],
      reorderColumns: 'rows', // Columns have names.
    },
  },
  {
    name: 'eastmoney',
    create: (emulators, gate) => createEastmoneySource(options(emulators, 'eastmoney', gate)),
    symbols: [...A_SHARES, BEIJING],
    foreign: US,
    unknown: UNKNOWN,
    endings: { fin: ['rate_limited', 'ETL-SRC-321'] },
  },
  {
    name: 'tencent',
    create: (emulators, gate) => createTencentSource(options(emulators, 'tencent', gate)),
    symbols: A_SHARES,
    foreign: BEIJING,
    unknown: UNKNOWN,
    endings: {
      empty200: ['rate_limited', 'ETL-SRC-320'],
      rateLimitBody: ['rate_limited', 'ETL-SRC-320'],
      wrongUnit: 'rows', // Amounts say whether volumes are lots or shares: a hundredfold is put right.
      adjusted: ['schema_drift', 'ETL-SRC-330'],
    },
  },
  {
    name: 'sina',
    create: (emulators, gate) =>
      createSinaSource({ ...options(emulators, 'sina', gate), now: () => Date.now() }),
    symbols: [...A_SHARES, BEIJING],
    foreign: US,
    unknown: UNKNOWN,
    endings: {
      ...WITHOUT_AMOUNTS,
      rateLimitBody: ['rate_limited', 'ETL-SRC-321'],
      reorderColumns: 'rows',
    },
  },
  {
    name: 'baostock',
    create: ({ baostockPort }, gate) =>
      createBaostockSource({
        host: '127.0.0.1',
        port: baostockPort,
        gate,
        timeoutMs: TIMEOUT_MS,
        maxBytes: MAX_BYTES,
      }),
    symbols: A_SHARES,
    foreign: BEIJING,
    unknown: UNKNOWN,
    endings: {
      truncate: ['transient', 'ETL-SRC-304'],
      empty200: ['transient', 'ETL-SRC-311'],
      html200: ['transient', 'ETL-SRC-304'],
      gbkText: ['transient', 'ETL-SRC-304'],
      http500: ['transient', 'ETL-SRC-324'],
      rateLimitBody: ['rate_limited', 'ETL-SRC-321'],
      badToken: ['configuration', 'ETL-SRC-323'],
      noPermission: ['configuration', 'ETL-SRC-323'],
      reorderColumns: 'rows',
    },
  },
  {
    name: 'aktools',
    create: (emulators, gate) => createAktoolsSource(options(emulators, 'aktools', gate)),
    symbols: [...A_SHARES, BEIJING],
    foreign: US,
    unknown: UNKNOWN,
    endings: {
      rateLimitBody: ['transient', 'ETL-SRC-308'],
      noPermission: ['schema_drift', 'ETL-SRC-330'],
    },
  },
  {
    name: 'yahoo',
    create: (emulators, gate) => createYahooSource(options(emulators, 'yahoo', gate)),
    symbols: [...A_SHARES, US],
    foreign: BEIJING,
    unknown: 'NOSUCH.US',
    endings: { ...WITHOUT_AMOUNTS, rateLimitBody: ['rate_limited', 'ETL-SRC-320'] },
  },
  {
    name: 'tiingo',
    create: (emulators, gate) =>
      createTiingoSource({ ...options(emulators, 'tiingo', gate), token: EMULATED_TOKEN }),
    symbols: [US, 'SIM000001.US'],
    foreign: '600000.SH',
    unknown: 'NOSUCH.US',
    endings: {
      ...WITHOUT_AMOUNTS,
      http403: ['configuration', 'ETL-SRC-322'],
      rateLimitBody: ['rate_limited', 'ETL-SRC-320'],
      badToken: ['configuration', 'ETL-SRC-322'],
      noPermission: ['configuration', 'ETL-SRC-323'],
    },
  },
];

/** Faults that only HTTP has. */
export const HTTP_ONLY: readonly FaultKind[] = [
  'cutGzip',
  'gzipBomb',
  'http403',
  'http429',
  'http456',
  'redirect',
];
