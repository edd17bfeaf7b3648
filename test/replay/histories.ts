import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** The compiled code runs from dist; the recordings lie beside the sources. */
const FOLDER = resolve('test', 'replay', 'histories');

/** What would tell of the machine that recorded, and what stands in its place. */
const IMPERSONAL: Readonly<Record<string, string>> = { identity: 'recorder', stackTrace: '' };

export interface RecordedHistory {
  readonly name: string;
  readonly workflowType: string;
  readonly history: { readonly events: readonly RecordedEvent[] };
}

export interface RecordedEvent {
  readonly eventType?: string;
  readonly workflowExecutionStartedEventAttributes?: {
    readonly workflowType?: { readonly name?: string };
  };
}

export function readHistories(): readonly RecordedHistory[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.json'))
    .toSorted()
    .map((file) => {
      const history = JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as {
        events: RecordedEvent[];
      };
      const started = history.events[0]?.workflowExecutionStartedEventAttributes;
      const workflowType = started?.workflowType?.name ?? '';
      return { name: file.replace('.json', ''), workflowType, history };
    });
}

/** One event a line, so that a recording can be read and compared; without the name of the machine that made it. */
export function writeHistory(name: string, json: string): void {
  const { events } = JSON.parse(json, (key, value: unknown) =>
    key in IMPERSONAL ? IMPERSONAL[key] : value,
  ) as { events: unknown[] };
  const lines = events.map((event) => JSON.stringify(event));
  writeFileSync(join(FOLDER, `${name}.json`), `{"events":[\n${lines.join(',\n')}\n]}\n`);
}
