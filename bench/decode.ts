import { startEmulators, EMULATED_TOKEN, type Emulators } from '../src/emulators/start.ts';
import { openGate } from '../src/sources/call-gate.ts';
import type { BarsRequest, DataSource, RawAnswer } from '../src/sources/data-source.ts';
import { decoders } from '../src/sources/decoders.ts';
import { createEastmoneySource } from '../src/sources/eastmoney/eastmoney-source.ts';
import { createTushareSource } from '../src/sources/tushare/tushare-source.ts';

/**
 * Rows decoded per CPU second, Tushare's whole market by session and EastMoney's by symbol, beside JSON.parse of the same
 * bytes in the same run (which makes objects, not columns). Answers come from the emulators. Prints one JSON line.
 */

const SYMBOLS = 1200;
const WARM_UP = 3;
const LEAST_CPU_SECONDS = 1;

interface Figure {
  readonly rows: number;
  readonly bytes: number;
  readonly rowsPerCpuSecond: number;
  readonly jsonParseRowsPerCpuSecond: number;
}

async function answersOf(source: DataSource, request: BarsRequest): Promise<readonly RawAnswer[]> {
  const answers: RawAnswer[] = [];
  for await (const answer of source.fetchBars(request, new AbortController().signal)) {
    if (answer.kind === 'answer') {
      answers.push(answer);
    }
  }
  return answers;
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** Runs until enough CPU time is spent for the clock to be fair. @returns rows per CPU second */
async function rate(rowsOf: () => number | Promise<number>): Promise<number> {
  for (let round = 0; round < WARM_UP; round += 1) {
    await rowsOf();
  }
  const startedAt = cpuSeconds();
  let rows = 0;
  while (cpuSeconds() - startedAt < LEAST_CPU_SECONDS) {
    rows += await rowsOf();
  }
  return Math.round(rows / (cpuSeconds() - startedAt));
}

async function decodeAll(answers: readonly RawAnswer[]): Promise<number> {
  let rows = 0;
  for (const { format, body, request } of answers) {
    rows += (await decoders[format]?.(body, request))?.length ?? 0;
  }
  return rows;
}

function parseAll(answers: readonly RawAnswer[]): void {
  for (const { body } of answers) {
    JSON.parse(Buffer.from(body).toString('utf8'));
  }
}

async function measure(answers: readonly RawAnswer[]): Promise<Figure> {
  const rows = await decodeAll(answers);
  return {
    rows,
    bytes: answers.reduce((sum, { body }) => sum + body.length, 0),
    rowsPerCpuSecond: await rate(() => decodeAll(answers)),
    jsonParseRowsPerCpuSecond: await rate(() => {
      parseAll(answers);
      return rows;
    }),
  };
}

async function figuresOf(emulators: Emulators): Promise<Record<string, Figure>> {
  const gate = openGate;
  const tushare = createTushareSource({
    baseUrl: emulators.url('tushare'),
    gate,
    token: EMULATED_TOKEN,
  });
  const eastmoney = createEastmoneySource({ baseUrl: emulators.url('eastmoney'), gate });
  const symbols = ['600000.SH', '000001.SZ', '300001.SZ', '688001.SH'];
  const market = {
    symbols,
    startDate: '2026-11-09',
    endDate: '2026-11-20',
    shape: 'session',
  } as const;
  const history = { symbols, startDate: '2016-01-04', endDate: '2026-11-20' };
  return {
    tushare: await measure(await answersOf(tushare, market)),
    eastmoney: await measure(await answersOf(eastmoney, history)),
  };
}

const emulators = await startEmulators({ market: { seed: 1, symbols: SYMBOLS } });
try {
  console.log(JSON.stringify(await figuresOf(emulators)));
} finally {
  await emulators.close();
}
