import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/**
 * An independent read of Tushare daily files: split by commas, decimals by BigInt, no code shared with the product. Keys
 * are `600519.SH|2024-01-02`, values the row as the table should show it, in CNY and shares, with four decimals.
 */
export type NaiveRows = Map<string, string>;

const SCALE = 4;

/** `text` × 10^`shift` as a decimal with four places, exactly. */
function scaled(text: string, shift: number): string {
  if (text === '') {
    return '';
  }
  const [whole = '', fraction = ''] = text.split('.');
  const digits = BigInt(whole + fraction.padEnd(SCALE + 4, '0').slice(0, SCALE + 4));
  const units = (digits * 10n ** BigInt(shift)) / 10n ** 4n;
  const padded = units.toString().padStart(SCALE + 1, '0');
  return `${padded.slice(0, -SCALE)}.${padded.slice(-SCALE)}`;
}

function readCsv(text: string, rows: NaiveRows): number {
  const lines = text.replaceAll('\r', '').split('\n').filter(Boolean);
  const names = (lines[0] ?? '').replace('\uFEFF', '').split(',');
  for (const line of lines.slice(1)) {
    const cells = line.split(',');
    function cell(name: string): string {
      return cells[names.indexOf(name)] ?? '';
    }
    const date = cell('trade_date');
    const day = `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6, 8)}`;
    const prices = ['open', 'high', 'low', 'close', 'pre_close'].map((name) =>
      scaled(cell(name), 0),
    );
    const volume = scaled(cell('vol'), 2).replace(/\.0000$/, '');
    rows.set(`${cell('ts_code')}|${day}`, [...prices, volume, scaled(cell('amount'), 3)].join('|'));
  }
  return lines.length - 1;
}

/** The members of a tar archive that are regular files. */
function* tarMembers(archive: Buffer): Generator<string> {
  for (let at = 0; at + 512 <= archive.length && archive[at] !== 0;) {
    const size = Number.parseInt(archive.toString('latin1', at + 124, at + 135), 8);
    if (archive.toString('latin1', at + 156, at + 157) === '0') {
      yield archive.toString('utf8', at + 512, at + 512 + size);
    }
    at += 512 + 512 * Math.ceil(size / 512);
  }
}

/** All rows of a folder of `.csv.gz` and `.tar.gz` files; `count` is before equal keys fall together. */
export function readNaively(folder: string): { rows: NaiveRows; count: number } {
  const rows: NaiveRows = new Map();
  let count = 0;
  for (const name of readdirSync(folder).toSorted()) {
    const bytes = gunzipSync(readFileSync(join(folder, name)));
    const texts = name.endsWith('.tar.gz') ? [...tarMembers(bytes)] : [bytes.toString('utf8')];
    count += texts.reduce((sum, text) => sum + readCsv(text, rows), 0);
  }
  return { rows, count };
}
