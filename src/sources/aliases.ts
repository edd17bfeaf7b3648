/**
 * Names that stand for several sources in order. `akshare` is what the former system called it: AKShare itself asks
 * EastMoney, Tencent and Sina, so rows name the one that answered.
 */
const ALIASES: Readonly<Record<string, readonly string[]>> = {
  akshare: ['eastmoney', 'tencent', 'sina'],
};

/** The sources that one name stands for. */
export function sourcesBehind(name: string): readonly string[] {
  return ALIASES[name] ?? [name];
}

export const ALIAS_NAMES: readonly string[] = Object.keys(ALIASES);

/**
 * The sources that a list of names stands for, each once, in order. Of an alias only those that are configured, unless none
 * is: then all, so that asking the first one says what is missing.
 */
export function expandSources(
  names: readonly string[],
  isConfigured: (name: string) => boolean,
): readonly string[] {
  const expanded = names.flatMap((name) => {
    const members = sourcesBehind(name);
    const configured = members.filter(isConfigured);
    return configured.length > 0 ? configured : members;
  });
  return [...new Set(expanded)];
}
