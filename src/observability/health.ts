import type {
  DatabaseHealth,
  HealthReport,
  HealthStatus,
  Probed,
  QueueHealth,
  SessionHealth,
  SourceHealth,
  TemporalHealth,
} from '../domain/health.ts';

/** How each part is looked at. */
export interface HealthProbes {
  readonly workerId: string;
  readonly database: () => Promise<DatabaseHealth>;
  readonly temporal: () => Promise<TemporalHealth>;
  readonly sources: () => Promise<readonly SourceHealth[]>;
  readonly session: (nowMs: number) => Promise<SessionHealth>;
}

const PROBE_TIMEOUT_MS = 8000;
/** Tasks that wait longer than this say that there are too few workers. */
const SLOW_QUEUE_SECONDS = 300;

/** Looks at everything at once. Never throws: what cannot be looked at is down, and says why. */
export async function checkHealth(probes: HealthProbes, nowMs: number): Promise<HealthReport> {
  const [database, temporal, sources, session] = await Promise.all([
    probe(probes.database),
    probe(probes.temporal),
    probe(async () => ({ list: await probes.sources() })),
    probe(() => probes.session(nowMs)),
  ]);
  const queues = temporal.status === 'ok' ? temporal.queues : [];
  const known = sources.status === 'ok' ? sources.list : [];
  const data = session.status === 'ok' ? withoutStatus(session) : undefined;
  const down = [
    ...(database.status === 'down' ? [`the database: ${database.error}`] : []),
    ...(temporal.status === 'down' ? [`Temporal: ${temporal.error}`] : []),
  ];
  const degraded = [
    ...(database.status === 'ok' && session.status === 'down' ? [session.error] : []),
    ...sessionProblems(data),
    ...queues.flatMap(queueProblems),
    ...known.flatMap(sourceProblems),
  ];
  return {
    status: statusOf(down.length, degraded.length),
    timestamp: new Date(nowMs).toISOString(),
    workerId: probes.workerId,
    queueLengths: Object.fromEntries(
      queues.map(({ queue, workflowTasks, activityTasks }) => [
        queue,
        workflowTasks + activityTasks,
      ]),
    ),
    activeJobs: temporal.status === 'ok' ? temporal.activeJobs : undefined,
    database,
    temporal,
    sources: known,
    data,
    problems: [...down, ...degraded],
  };
}

function statusOf(down: number, degraded: number): HealthStatus {
  if (down > 0) {
    return 'down';
  }
  return degraded > 0 ? 'degraded' : 'ok';
}

function withoutStatus({
  status: _status,
  ...rest
}: { status: 'ok' } & SessionHealth): SessionHealth {
  return rest;
}

async function probe<Value extends object>(look: () => Promise<Value>): Promise<Probed<Value>> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new Error(`no answer within ${PROBE_TIMEOUT_MS / 1000} s`)),
      PROBE_TIMEOUT_MS,
    );
  });
  try {
    return { status: 'ok', ...(await Promise.race([look(), late])) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { status: 'down', error: message.split('\n')[0] ?? message };
  } finally {
    clearTimeout(timer);
  }
}

function sessionProblems(data: SessionHealth | undefined): readonly string[] {
  if (data === undefined || data.isComplete) {
    return [];
  }
  const { calendarEnded, lastSession, missing, expected } = data;
  return [
    ...(calendarEnded === undefined
      ? []
      : [
          `the trading calendar ended on ${calendarEnded}: upgrade Candlewick, then run candlewick db migrate`,
        ]),
    ...(missing === 0 ? [] : [`session ${lastSession} lacks ${missing} of ${expected} bars`]),
  ];
}

function queueProblems(queue: QueueHealth): readonly string[] {
  const { workflowTasks, activityTasks, oldestSeconds, pollers } = queue;
  const waiting = workflowTasks + activityTasks;
  if (waiting > 0 && pollers === 0) {
    return [`task queue ${queue.queue}: ${waiting} tasks wait and no worker asks for them`];
  }
  return oldestSeconds > SLOW_QUEUE_SECONDS
    ? [`task queue ${queue.queue}: a task has waited for ${Math.round(oldestSeconds)} s`]
    : [];
}

function sourceProblems({ source, endpoint, state }: SourceHealth): readonly string[] {
  return state === 'open' ? [`source ${source}, ${endpoint}: its breaker is open`] : [];
}
