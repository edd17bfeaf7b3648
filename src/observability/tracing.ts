import type { Context } from '@temporalio/activity';
import {
  makeWorkflowExporter,
  OpenTelemetryActivityInboundInterceptor,
} from '@temporalio/interceptors-opentelemetry';
import type { ActivityInboundCallsInterceptor, InjectedSinks } from '@temporalio/worker';
import type { Sinks } from '@temporalio/workflow';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { Resource } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';

/** Traces of this process on their way to a collector. */
export interface Tracing {
  /** Takes the spans of workflow code. */
  readonly sinks: InjectedSinks<Sinks>;
  readonly activityInterceptor: (context: Context) => ActivityInboundCallsInterceptor;
  /** Sends what is left. */
  close(): Promise<void>;
}

const EXPORT_EVERY_MS = 2000;
const EXPORT_TIMEOUT_MS = 5000;

/** Sends spans to `endpoint` by OTLP over HTTP. Once a process. */
export function startTracing(endpoint: string, workerId: string): Tracing {
  const resource = new Resource({ 'service.name': 'candlewick', 'service.instance.id': workerId });
  const exporter = new OTLPTraceExporter({
    url: `${endpoint.replace(/\/$/, '')}/v1/traces`,
    timeoutMillis: EXPORT_TIMEOUT_MS,
  });
  const processor = new BatchSpanProcessor(exporter, { scheduledDelayMillis: EXPORT_EVERY_MS });
  const provider = new NodeTracerProvider({ resource, spanProcessors: [processor] });
  provider.register();
  return {
    sinks: { exporter: makeWorkflowExporter(processor, resource) },
    activityInterceptor: (context) => new OpenTelemetryActivityInboundInterceptor(context),
    async close() {
      // A collector that is gone must not keep a worker from ending.
      await provider.shutdown().catch(() => undefined);
    },
  };
}
