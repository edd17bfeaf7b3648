/**
 * The table of docs/quality.md: makes the labelled benchmark for some seeds, runs this engine on each, alone and with the
 * second source, scores both, and with --baselines everything that the benchmark compares with. Needs Python with numpy and
 * pandas (and scikit-learn, pyod and pandera for the baselines); the benchmark and the market data lie outside the repository.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const USAGE = `Usage: npm run -s bench:quality-table -- --qbench DIR --market DIR --out DIR
  [--seeds 1-9] [--python python3] [--baselines]`;
const detector = join(dirname(fileURLToPath(import.meta.url)), '..', 'dist', 'bench', 'quality.js');

const { values: options } = parseArgs({
  options: {
    qbench: { type: 'string' },
    market: { type: 'string' },
    out: { type: 'string' },
    seeds: { type: 'string', default: '1-9' },
    python: { type: 'string', default: 'python3' },
    baselines: { type: 'boolean', default: false },
  },
});
if (!options.qbench || !options.market || !options.out) {
  console.error(USAGE);
  process.exit(2);
}
const qbench = resolve(options.qbench);
const out = resolve(options.out);

function run(program, args) {
  const { status, stderr, error } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) {
    console.error(`${[program, ...args].join(' ')}\n${error?.message ?? stderr}`);
    process.exit(1);
  }
}

function python(script, args) {
  run(options.python, [join(qbench, script), ...args]);
}

function seedsOf(text) {
  const [first, last = first] = text.split('-').map(Number);
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

/** Real bars without faults: the base of every seed. */
function prepareBase() {
  const base = join(out, 'base');
  if (!existsSync(join(base, 'bars.csv')) && readable(base).length === 0) {
    const bars = join(options.market, 'bars_unadjusted');
    const parts = [
      'baostock_csi300_2020_2025_dev.csv.gz:2020-01-01:2025-04-07:100',
      'baostock_sz_ugly_1990_2022_dev.csv.gz:2014-06-01:2022-02-11:40',
      'baostock_sh_2010_2024_dev.csv.gz:2014-06-01:2024-08-20:21',
    ].flatMap((part) => ['--baostock', join(bars, part)]);
    const calendar = join(options.market, 'calendar', 'trade_cal_sse_19901219_20261231.csv.gz');
    python('prep_base.py', [...parts, '--calendar', calendar, '--out', base]);
  }
  return base;
}

function readable(folder) {
  return existsSync(folder) ? readdirSync(folder) : [];
}

function scored(run, name, { detected, cleaned, withX }) {
  const json = join(run, 'res', `${name}.json`);
  const clean = cleaned === undefined ? [] : ['--clean', cleaned];
  const x = withX ? ['--with-x'] : [];
  python('score.py', [
    '--data',
    run,
    '--det',
    detected,
    ...clean,
    ...x,
    '--name',
    name,
    '--json',
    json,
  ]);
  // Python writes NaN where a kind has no rows; JSON has no such word.
  return JSON.parse(readFileSync(json, 'utf8').replaceAll(/\bNaN\b/g, 'null'));
}

function detect(run, name, flags) {
  const detected = join(run, 'det', `${name}.csv`);
  const cleaned = join(run, 'det', `${name}.cleaned.csv`);
  const args = ['--data', run, '--out', detected, '--clean', cleaned, ...flags];
  const { status, stderr } = spawnSync(process.execPath, [detector, ...args], { encoding: 'utf8' });
  if (status !== 0) {
    console.error(stderr);
    process.exit(1);
  }
  return scored(run, name, { detected, cleaned, withX: flags.length > 0 });
}

function figures(name, result) {
  const { precision, precision_strict: strict, recall, f1, fp_per_10k: fp } = result;
  const { cleaning } = result;
  return [
    name,
    precision.toFixed(4),
    strict?.toFixed(3) ?? '–',
    recall.toFixed(4),
    f1.toFixed(4),
    fp.toFixed(2),
    result.kinds_ge_95,
    result.auprc.toFixed(4),
    cleaning?.by_repair.exact.restored.toFixed(3) ?? '–',
    cleaning?.damage_cells_per_10k.toFixed(2) ?? '–',
  ];
}

const base = prepareBase();
console.log(
  '| seed | detector | P | strict | R | F1 | FP / 10k | kinds ≥ 95 % | AUPRC | exact restored | damage / 10k |',
);
console.log(`|${'---|'.repeat(11)}`);
for (const seed of seedsOf(options.seeds)) {
  const run = join(out, `seed${seed}`);
  if (readable(run).length === 0) {
    python('inject.py', ['--base', base, '--seed', String(seed), '--out', run]);
  }
  mkdirSync(join(run, 'det'), { recursive: true });
  mkdirSync(join(run, 'res'), { recursive: true });
  const rows = [
    figures('candlewick', detect(run, 'candlewick', [])),
    figures('candlewick, with x', detect(run, 'candlewick-x', ['--with-x'])),
  ];
  if (options.baselines) {
    const folder = join(run, 'baselines');
    mkdirSync(folder, { recursive: true });
    python('baselines.py', ['--data', run, '--out', folder]);
    for (const file of readable(folder).filter((name) => /^(?!.*\.cleaned).*\.csv$/.test(name))) {
      const name = file.replace(/\.csv$/, '');
      rows.push(figures(name, scored(run, name, { detected: join(folder, file) })));
    }
  }
  rows.forEach((row) => console.log(`| ${[seed, ...row].join(' | ')} |`));
}
