import type { Config } from '../config/config.ts';
import { missingSetting } from '../config/remote-sources.ts';
import type { Quota } from '../sources/capabilities.ts';
import { openGate } from '../sources/call-gate.ts';
import { remoteSources } from '../worker/remote-sources.ts';

/** The calls that each source on a network may take: the operator's limits, else the adapter's own. */
export function quotasInForce({
  remoteSources: config,
  quotas,
}: Pick<Config, 'remoteSources' | 'quotas'>): ReadonlyMap<string, Quota> {
  return new Map(
    remoteSources(config, openGate).flatMap(([name, make]): [string, Quota][] => {
      const own = quotas.get(name);
      if (own !== undefined) {
        return [[name, own]];
      }
      return missingSetting(config, name) === undefined ? [[name, make().defaultQuota]] : [];
    }),
  );
}
