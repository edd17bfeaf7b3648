import { types, type CustomTypesConfig } from 'pg';

/**
 * How column types become JavaScript values, for our connections only (the driver's global table is left alone).
 * - date: text as it is. A JavaScript Date would shift it by the zone of the process.
 * - int8: a number, since every count and volume here is below 2^53; one that is not must not be rounded silently.
 * - numeric: text, exact, which is the driver's own rule.
 */
const PARSERS: ReadonlyMap<number, (text: string) => unknown> = new Map<
  number,
  (text: string) => unknown
>([
  [types.builtins.DATE, (text) => text],
  [types.builtins.INT8, parseInt8],
]);

export const rowTypes: CustomTypesConfig = {
  getTypeParser(oid, format): (value: string) => unknown {
    const own = format === 'binary' ? undefined : PARSERS.get(oid);
    return own ?? types.getTypeParser(oid, format);
  },
};

function parseInt8(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) {
    throw new RangeError(
      `A bigint of ${text.length} digits is beyond what a number can hold exactly`,
    );
  }
  return value;
}
