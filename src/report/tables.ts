import { toneOf } from '../quality/report/compose.ts';
import { scoreText } from '../quality/report/words.ts';
import { html, type Html } from './html.ts';

/** One part of the page: a title, what to conclude, and what shows it. */
export interface Section {
  readonly id: string;
  readonly title: string;
  readonly says: string;
  /** Undefined where there is nothing to show. */
  readonly body: Html | undefined;
}

export function sectionOf({ id, title, says, body }: Section): Html {
  return html`<section id="${id}">
    <h2>${title}</h2>
    <p class="says">${withCode(says)}</p>
    ${body}
  </section>`;
}

/** A sentence whose `commands` stand in backticks. */
function withCode(sentence: string): (string | Html)[] {
  return sentence
    .split('`')
    .map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part));
}

export interface TableColumn<Row> {
  readonly title: string;
  readonly kind?: 'number' | 'nowrap';
  readonly cell: (row: Row) => string | Html;
}

/** @returns undefined for no rows. */
export function tableOf<Row>(
  rows: readonly Row[],
  columns: readonly TableColumn<Row>[],
): Html | undefined {
  if (rows.length === 0) {
    return undefined;
  }
  return html`<div class="scroll">
    <table>
      <thead>
        <tr>
          ${columns.map(({ title, kind }) => html`<th class="${classOf(kind)}" scope="col">${title}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) =>
            html`<tr>
              ${columns.map(({ kind, cell }) => html`<td class="${classOf(kind)}">${cell(row)}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

const CLASSES = { number: 'n', nowrap: 'nowrap' } as const;

function classOf(kind: TableColumn<unknown>['kind']): string {
  return kind === undefined ? '' : CLASSES[kind];
}

/** A score with a bar beside it. */
export function scoreCell(score: number | null): Html {
  if (score === null) {
    return html`<span class="quiet">–</span>`;
  }
  const tone = toneOf(score);
  return html`<span class="tone-${tone}">${scoreText(score)}</span
    ><span class="bar" aria-hidden="true"
      ><i class="${tone}" style="width:${(score * 100).toFixed(1)}%"></i
    ></span>`;
}
