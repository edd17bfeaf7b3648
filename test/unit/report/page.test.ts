import assert from 'node:assert/strict';

import { parseHTML } from 'linkedom';

import { composeReport } from '../../../src/quality/report/compose.ts';
import { renderMarkdown } from '../../../src/report/markdown.ts';
import { renderPage } from '../../../src/report/page.ts';
import { dayFacts, fullFacts, reportFacts } from './report-facts.ts';

interface Found {
  readonly textContent: string;
  getAttribute(name: string): string | null;
}

function all(page: string, selector: string): readonly Found[] {
  const window = parseHTML(page) as unknown as {
    readonly document: { querySelectorAll(selector: string): Iterable<Found> };
  };
  return [...window.document.querySelectorAll(selector)];
}

describe('the page of a quality report', () => {
  const full = renderPage(composeReport(fullFacts()));

  it('is whole in itself: no script, no address but its own anchors', () => {
    assert.equal(all(full, 'script, link[rel=stylesheet], iframe, img').length, 0);
    const addresses = [...full.matchAll(/(?:href|src)="([^"]*)"/g)].map(([, address]) => address);
    assert.ok(
      addresses.every((address) => /^(#|data:,$)/.test(address ?? '')),
      addresses.join(' '),
    );
    assert.doesNotMatch(full, /url\(|@import/);
  });

  it('escapes what sources and operators wrote', () => {
    assert.match(full, /&lt;b&gt;浦发银行&lt;\/b&gt;/);
    assert.doesNotMatch(full, /<b>浦发银行/);
  });

  it('draws one square a session, and a body for a bar that did not move', () => {
    assert.equal(all(full, '#completeness figure g[aria-label=cell] rect').length, 80);
    const heights = all(full, '#flagged figure svg:first-of-type g[aria-label=bar] rect').map(
      (one) => Number(one.getAttribute('height')),
    );
    assert.ok(heights.length > 30 && heights.every((height) => height > 0.3));
  });

  it('is the same for the same facts', () => {
    assert.equal(renderPage(composeReport(fullFacts())), full);
  });

  it('warns that a demo database holds made-up bars, and only that one', () => {
    assert.match(full, /Demo database/);
    assert.doesNotMatch(renderPage(composeReport(reportFacts())), /Demo database/);
  });

  it('bears having nothing to show', () => {
    const empty = renderPage(
      composeReport(reportFacts({ days: [], keys: 0, bars: 0, symbols: 0 })),
    );
    const single = renderPage(composeReport(reportFacts({ days: [dayFacts('2024-01-02')] })));

    for (const page of [empty, single]) {
      assert.equal(all(page, 'section').length, 12);
      assert.doesNotMatch(page, /NaN|undefined/);
    }
  });

  it('shows years below each other where the range is long, else one line', () => {
    const days = ['2022-06-01', '2023-06-01', '2024-02-01'].map((day) => dayFacts(day));
    const long = renderPage(composeReport(reportFacts({ days })));
    const facets = '#completeness figure g[aria-label="fy-axis tick label"] text';

    assert.deepEqual(
      all(long, facets).map(({ textContent }) => textContent),
      ['2022', '2023', '2024'],
    );
    assert.equal(all(full, facets).length, 0);
  });

  it('has the same conclusions in Markdown, in tables that hold', () => {
    const model = composeReport(fullFacts());
    const markdown = renderMarkdown(model);

    for (const sentence of Object.values(model.says)) {
      assert.ok(markdown.includes(sentence), sentence);
    }
    const rows = markdown.split('\n').filter((line) => line.startsWith('|'));
    assert.ok(rows.length > 20);
  });
});
