/** Asks a live source whether it answers. */
type SourceProbe = (name: string, signal: AbortSignal) => Promise<boolean>;

export interface SourceChoice {
  readonly sources: readonly string[];
  /** Said to the user: which ones, and why. */
  readonly reason: string;
}

export interface SourceChoiceInput {
  readonly given: readonly string[] | undefined;
  readonly path: string | undefined;
  /** Sources on the network, in the order in which they are asked. */
  readonly live: readonly string[];
  readonly probe: SourceProbe;
  readonly timeoutMs: number;
}

const SIMULATED = 'simulated';
const FILES = 'files';

/** The sources of a demo: those named, else the live ones that answer in time, else the simulated market. */
export async function chooseSources(input: SourceChoiceInput): Promise<SourceChoice> {
  const { given, path, live, timeoutMs } = input;
  if (given !== undefined) {
    return { sources: given, reason: `sources: ${given.join(', ')}` };
  }
  if (path !== undefined) {
    return { sources: [FILES], reason: `source: files at ${path}` };
  }
  const answering = await thoseThatAnswer(input);
  if (answering.length > 0) {
    return { sources: answering, reason: `live sources that answer: ${answering.join(', ')}` };
  }
  const why =
    live.length === 0
      ? 'no live source is configured'
      : `none of ${live.join(', ')} answered within ${timeoutMs / 1000} s`;
  return { sources: [SIMULATED], reason: `the simulated market: ${why}` };
}

async function thoseThatAnswer({
  live,
  probe,
  timeoutMs,
}: SourceChoiceInput): Promise<readonly string[]> {
  if (live.length === 0) {
    return [];
  }
  const signal = AbortSignal.timeout(timeoutMs);
  const silence = new Promise<false>((resolve) => {
    signal.addEventListener('abort', () => resolve(false), { once: true });
  });
  const answers = await Promise.all(
    live.map((name) => Promise.race([probe(name, signal).catch(() => false), silence])),
  );
  return live.filter((_, index) => answers[index] === true);
}

export function isSimulated(sources: readonly string[]): boolean {
  return sources.includes(SIMULATED);
}

export function readsFiles(sources: readonly string[]): boolean {
  return sources.includes(FILES);
}
