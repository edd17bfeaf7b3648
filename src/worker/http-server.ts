import type { HealthReport } from '../domain/health.ts';

export interface HttpOptions {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  readonly workerId: string;
  /** Whether it takes new work: not while it stops. */
  readonly isAccepting: () => boolean;
  readonly health: () => Promise<HealthReport>;
  /** In Prometheus' text form. */
  readonly metrics: () => Promise<{ readonly contentType: string; readonly body: string }>;
}

export interface HttpServer {
  /** `http://127.0.0.1:9464` */
  readonly url: string;
  close(): Promise<void>;
}

/** The worker as monitoring sees it. Read only, without secrets, on loopback unless told otherwise. */
export async function startHttpServer(options: HttpOptions): Promise<HttpServer> {
  // Half a second of loading, only where it is wanted.
  const { fastify } = await import('fastify');
  const server = fastify({ forceCloseConnections: true });
  server.get('/health/live', async () => ({
    status: 'ok',
    timestamp: new Date().toISOString(),
    worker_id: options.workerId,
    uptime_seconds: Math.round(process.uptime()),
  }));
  server.get('/health/ready', async (_request, reply) => {
    const report = await options.health();
    const isReady = report.status !== 'down' && options.isAccepting();
    return reply.code(isReady ? 200 : 503).send({ ready: isReady, ...healthRecord(report) });
  });
  server.get('/health/data', async (_request, reply) => {
    const { data, timestamp, workerId, problems } = await options.health();
    const isKnown = data !== undefined;
    const isFine = isKnown && data.isComplete;
    return reply.code(isFine ? 200 : 503).send({
      status: isFine ? 'ok' : 'degraded',
      timestamp,
      worker_id: workerId,
      ...(isKnown ? snakeCase(data) : { problems }),
    });
  });
  server.get('/metrics', async (_request, reply) => {
    const { contentType, body } = await options.metrics();
    return reply.header('content-type', contentType).send(body);
  });
  const url = await server.listen({ host: options.host, port: options.port });
  return { url, close: () => server.close() };
}

/** The report as JSON with snake_case keys, as the former system's monitoring read it. */
function healthRecord(report: HealthReport): Readonly<Record<string, unknown>> {
  return snakeCase(report);
}

function snakeCase(value: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [
      key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      convert(part),
    ]),
  );
}

function convert(part: unknown): unknown {
  if (Array.isArray(part)) {
    return part.map(convert);
  }
  return typeof part === 'object' && part !== null ? snakeCase(part) : (part ?? null);
}
