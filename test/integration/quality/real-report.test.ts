import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import type { Browser, Page } from 'playwright-core';

import type { QualityReportResult } from '../../../src/client.ts';
import { describeWithBrowser, launchBrowser, screenshot } from '../../support/browser.ts';
import { describeWithSharedData, sharedData } from '../../support/shared-data.ts';
import { candlewick } from '../cli/candlewick.ts';
import { openQualityStand, type QualityStand } from './quality-stand.ts';

const RANGE = { startDate: '2020-07-01', endDate: '2020-12-31' } as const;

/** Real bars of 100 symbols, autumn 2020: the mean price of three of them lies outside of their day's range. */
describeWithSharedData('the quality report of real bars', () => {
  let stand: QualityStand;
  let report: QualityReportResult;
  let page: string;

  before(async function prepare() {
    this.timeout(120_000);
    const settings = { ETL_FILES_ROOT: sharedData('bars_unadjusted') };
    stand = await openQualityStand(settings, 'standard');
    await stand.client.runJob({ path: 'baostock_csi300_2020_2025_dev.csv.gz', ...RANGE });
    report = await stand.client.quality.generateQualityReport(RANGE);
    page = readFileSync(fileURLToPath(report.link), 'utf8');
  });
  after(() => stand.close());

  it('is stored in three forms, listed, and linked from the result', async () => {
    const listed = await candlewick(['report', 'list', '--json'], stand.env);
    const markdown = await candlewick(['report', 'show', '--format', 'md'], stand.env);

    const [first] = JSON.parse(listed.stdout) as Record<string, unknown>[];
    assert.equal(first?.['id'], report.reportId);
    assert.equal(first?.['headline'], report.headline);
    assert.match(markdown.stdout, /^# Quality report, 1 July to 31 December 2020/);
    assert.equal(report.bytes, Buffer.byteLength(page));
    assert.ok(report.bytes < 1_000_000);
  });

  it('says what is true of these bars: nothing missing, three bars held for their mean price', async () => {
    const [counts] = await stand.query<{ bars: number; held: number }>(
      `select (select count(*) from daily_bars)::int as bars,
              (select count(*) from quarantine where state = 'held')::int as held`,
    );

    assert.equal(report.bars, counts?.bars);
    assert.equal(counts?.held, 3);
    assert.match(report.headline, /^These bars can be relied on: .*; 3 held in quarantine\.$/);
    assert.match(page, /300896\.SZ/);
    assert.match(page, /300999\.SZ/);
    assert.match(page, /the mean price is 551\.8471/);
  });

  it('joins nothing twice: the same report again is the same page but for its hour', async () => {
    const again = await stand.client.quality.generateQualityReport(RANGE);

    const other = readFileSync(fileURLToPath(again.link), 'utf8');
    const hour = /Generated [\d :-]+ UTC/g;
    assert.notEqual(again.reportId, report.reportId);
    assert.equal(other.replaceAll(hour, ''), page.replaceAll(hour, ''));
  });

  describeWithBrowser('in a real browser', () => {
    let browser: Browser;

    before(async () => {
      browser = await launchBrowser();
    });
    after(() => browser.close());

    /** What the page asks for and complains about, beside itself. */
    async function openPage(
      settings: { readonly colorScheme: 'light' | 'dark'; readonly width: number },
      look: (opened: Page) => Promise<void>,
    ): Promise<readonly string[]> {
      const trouble: string[] = [];
      const opened = await browser.newPage({
        colorScheme: settings.colorScheme,
        viewport: { width: settings.width, height: 2300 },
      });
      opened.on('console', (message) => trouble.push(`console: ${message.text()}`));
      opened.on('pageerror', (error) => trouble.push(`error: ${error.message}`));
      opened.on('request', (request) => {
        if (request.url() !== report.link) {
          trouble.push(`request: ${request.url().slice(0, 100)}`);
        }
      });
      await opened.goto(report.link);
      await look(opened);
      await opened.close();
      return trouble;
    }

    it('opens without a word in the console and without a request', async () => {
      const trouble = await openPage({ colorScheme: 'light', width: 1100 }, async (opened) => {
        assert.match((await opened.textContent('h1')) ?? '', /1 July to 31 December 2020/);
        assert.equal(await opened.locator('section').count(), 12);
        // Trend, calendar, dimensions, and prices with volumes of two flagged symbols.
        assert.ok((await opened.locator('svg[role=img]').count()) >= 7);
        const cells = await opened.locator('#completeness rect').count();
        assert.equal(cells, 126, 'one cell a session');
        await screenshot(opened, 'quality-report');
      });

      assert.deepEqual(trouble, []);
    });

    it('gives every drawing a conclusion and a caption', async () => {
      await openPage({ colorScheme: 'light', width: 1100 }, async (opened) => {
        const figures = opened.locator('figure');
        assert.equal(await figures.count(), await opened.locator('figure:has(figcaption)').count());
        const says = await opened.locator('section > p.says').allTextContents();
        assert.ok(says.every((text) => text.trim().endsWith('.')));
      });
    });

    it('fits a telephone and follows the dark scheme', async () => {
      const trouble = await openPage({ colorScheme: 'dark', width: 390 }, async (opened) => {
        const overflow: unknown = await opened.evaluate(
          'document.documentElement.scrollWidth - document.documentElement.clientWidth',
        );
        assert.equal(overflow, 0);
        const background: unknown = await opened.evaluate(
          'getComputedStyle(document.documentElement).backgroundColor',
        );
        assert.equal(background, 'rgb(22, 21, 19)');
        await screenshot(opened, 'quality-report-dark-phone');
      });

      assert.deepEqual(trouble, []);
    });
  });
});
