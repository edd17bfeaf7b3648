/**
 * Names that stand for several sources in order. `akshare` is what the former system called it: AKShare itself asks
 * EastMoney, Tencent and Sina, so rows name the one that answered.
 */
const ALIASES: Readonly<Record<string, readonly string[]>> = {
  akshare: ['eastmoney', 'tencent', 'sina'],
};

export const ALIAS_NAMES: readonly string[] = Object.keys(ALIASES);

/** The sources that a list of names stands for, each once, in order. */
export function expandSources(names: readonly string[]): readonly string[] {
  return [...new Set(names.flatMap((name) => ALIASES[name] ?? [name]))];
}
