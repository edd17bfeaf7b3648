import { createHash } from 'node:crypto';

import type { CheckActivities } from './check-contract.ts';
import type { EtlDeps } from './deps.ts';
import { withHeartbeat } from './heartbeat.ts';
import type { QualityDeps } from './quality-deps.ts';

/** Gathers, draws and stores the report of a check. Again: the same report is drawn anew, under the same id and keys. */
export function createBuildReport(
  deps: Pick<QualityDeps, 'reports'> & Pick<EtlDeps, 'cpu' | 'clock'>,
): Pick<CheckActivities, 'buildReport'> {
  return {
    async buildReport({ jobId, checkId }) {
      return withHeartbeat(async (signal) => {
        const generatedAt = new Date(deps.clock.now()).toISOString();
        const facts = await deps.reports.gather(checkId, generatedAt);
        const rendered = await deps.cpu.report(facts, signal);
        const page = Buffer.from(rendered.html);
        const { startDate, endDate, symbols, bars } = facts;
        const folder = `reports/${startDate}_${endDate}/${checkId}`;
        const keys = {
          htmlKey: `${folder}/report.html`,
          markdownKey: `${folder}/report.md`,
          jsonKey: `${folder}/report.json`,
        };
        await deps.reports.put(keys.htmlKey, page);
        await deps.reports.put(keys.markdownKey, Buffer.from(rendered.markdown));
        await deps.reports.put(keys.jsonKey, Buffer.from(rendered.json));
        const { score, headline } = rendered;
        const sha256 = createHash('sha256').update(page).digest('hex');
        const about = { checkId, jobId, startDate, endDate, score, headline };
        const reportId = await deps.reports.record({
          ...about,
          ...keys,
          sha256,
          bytes: page.byteLength,
        });
        return {
          reportId,
          startDate,
          endDate,
          score,
          headline,
          link: deps.reports.linkOf(keys.htmlKey),
          markdownLink: deps.reports.linkOf(keys.markdownKey),
          jsonLink: deps.reports.linkOf(keys.jsonKey),
          bytes: page.byteLength,
          symbols,
          bars,
        };
      });
    },
  };
}
