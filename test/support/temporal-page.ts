import assert from 'node:assert/strict';

import type { Locator, Page } from 'playwright-core';

import { eventually } from './eventually.ts';

const WAIT_MS = 20_000;

/** The Temporal Web UI as an operator uses it. It keeps menus for small and for large screens: only the seen one counts. */
export class TemporalPage {
  readonly page: Page;
  private readonly base: string;

  constructor(page: Page, uiUrl: string) {
    this.page = page;
    this.base = `${uiUrl}/namespaces/default/workflows`;
    page.setDefaultTimeout(WAIT_MS);
  }

  /** Fills the form "Start Workflow" and sends it; ends on the workflow's page. */
  async start(
    type: string,
    taskQueue: string,
    workflowId: string,
    input: string | undefined,
  ): Promise<void> {
    const query = new URLSearchParams({ taskQueue, workflowType: type, workflowId });
    await this.page.goto(`${this.base}/start-workflow?${query.toString()}`);
    await this.page.locator('h1').first().waitFor();
    if (input !== undefined) {
      await this.page.locator('.cm-content').first().click();
      await this.page.keyboard.type(input);
      // The form shifts when the editor loses focus, and a click on its way is lost.
      await this.page.locator('h1').first().click();
    }
    const button = this.page.getByRole('button', { name: 'Start Workflow' });
    await eventually(async () => {
      await button.click({ timeout: 1000 });
      await this.page
        .getByText(/Workflow Execution|started/i)
        .first()
        .waitFor({ timeout: 2000 });
    }, WAIT_MS);
    await this.open(workflowId);
  }

  async open(workflowId: string): Promise<void> {
    await this.page.goto(`${this.base}/${encodeURIComponent(workflowId)}`);
    await this.seen('button', 'More Actions').waitFor();
  }

  /** Opens one of the tabs of a workflow: History, Queries, User Metadata, Memo … */
  async tab(name: string): Promise<void> {
    await this.page
      .getByRole('tab', { name })
      .or(this.page.getByRole('link', { name }))
      .first()
      .click();
  }

  /** What the workflow says of itself now, as the page shows it. */
  async currentDetails(): Promise<string> {
    await this.tab('User Metadata');
    await this.page.keyboard.press('r');
    const frames = this.page.frames().filter((frame) => frame.url().includes('/render'));
    const texts = await Promise.all(frames.map((frame) => frame.locator('body').innerText()));
    return texts.join('\n');
  }

  async detailsMatch(pattern: RegExp): Promise<void> {
    await eventually(async () => assert.match(await this.currentDetails(), pattern), WAIT_MS);
  }

  /** More Actions, Send an Update, choose it, Submit. */
  async update(name: string, input?: string): Promise<void> {
    await this.seen('button', 'More Actions').click();
    await this.text('Send an Update').click();
    await this.page.locator('button:visible:has(#update-select)').click();
    await this.text(name).click();
    if (input !== undefined) {
      await this.page.locator('.cm-content:visible').last().click();
      await this.page.keyboard.type(input);
    }
    const submit = this.seen('button', 'Submit');
    await submit.click();
    await submit.waitFor({ state: 'hidden' });
  }

  /** The words in the badge beside the workflow's id. */
  async hasStatus(status: string): Promise<void> {
    await this.text(status).waitFor();
  }

  private seen(role: 'button', name: string): Locator {
    return this.page.getByRole(role, { name }).locator('visible=true').first();
  }

  private text(words: string): Locator {
    return this.page.getByText(words, { exact: true }).locator('visible=true').first();
  }
}
