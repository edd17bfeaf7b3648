import type { ClientBase } from 'pg';

import type { StockSymbol } from '../domain/stock-symbol.ts';

/** Namespaces of our advisory locks; the values are arbitrary, but fixed for ever. */
const RANGE_LOCK = 0x6361_6e01;
const SYMBOL_LOCK = 0x6361_6e02;
/** The server's lock table has room for about 6,400 locks in all; more symbols than this take the whole range instead. */
const MAX_SYMBOL_LOCKS = 500;

/**
 * Keeps other loads off the symbols until the transaction ends. Loads of different symbols go on side by side; one of very
 * many symbols waits until it is alone. Locks are taken in one order, so no two loads can wait for each other.
 */
export async function lockSymbols(
  client: ClientBase,
  symbols: readonly StockSymbol[],
): Promise<void> {
  if (symbols.length > MAX_SYMBOL_LOCKS) {
    await client.query('select pg_advisory_xact_lock($1, 0)', [RANGE_LOCK]);
    return;
  }
  await client.query('select pg_advisory_xact_lock_shared($1, 0)', [RANGE_LOCK]);
  // Sorted by the lock's own key, not by the symbol: two symbols may share one.
  await client.query(
    `select pg_advisory_xact_lock($1, key)
       from (select distinct hashtext(symbol) as key from unnest($2::text[]) as symbol order by 1) ordered`,
    [SYMBOL_LOCK, [...symbols]],
  );
}
