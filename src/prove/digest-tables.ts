import { createHash } from 'node:crypto';

import type { ClientBase } from 'pg';

/** Business columns only: neither ids nor instants of a run. */
const TABLES: Readonly<Record<string, string>> = {
  daily_bars:
    'select symbol, trade_date, open, high, low, close, pre_close, volume, amount, source from daily_bars order by 1, 2',
  daily_bars_history:
    'select symbol, trade_date, open, high, low, close, pre_close, volume, amount, source from daily_bars_history order by 1, 2, known_from',
  suspensions: 'select symbol, trade_date, source from suspensions order by 1, 2',
  absences: 'select symbol, trade_date, reason, tries from absences order by 1, 2',
  quarantine:
    'select symbol, trade_date, source, fingerprint, state from quarantine order by 1, 2, 3, 4',
  failures: 'select symbol, code from job_symbol_failures order by 1, 2',
};

/** One digest over all published tables, and how many bars there are. */
export async function digestTables(
  client: ClientBase,
): Promise<{ readonly rows: number; readonly sha256: string }> {
  const hash = createHash('sha256');
  for (const [table, query] of Object.entries(TABLES)) {
    const { rows } = await client.query<{ digest: string | null }>(
      `select encode(sha256(convert_to(string_agg(row::text, ';'), 'UTF8')), 'hex') as digest from (${query}) row`,
    );
    hash.update(`${table} ${rows[0]?.digest ?? 'empty'}\n`);
  }
  const { rows } = await client.query<{ rows: number }>(
    'select count(*)::int as rows from daily_bars',
  );
  return { rows: rows[0]?.rows ?? 0, sha256: hash.digest('hex') };
}
