import {
  extractContextFromHeaders,
  headersWithContext,
  instrument,
} from '@temporalio/interceptors-opentelemetry/lib/instrumentation.js';
import {
  OpenTelemetryInboundInterceptor,
  OpenTelemetryInternalsInterceptor,
  OpenTelemetryOutboundInterceptor,
} from '@temporalio/interceptors-opentelemetry/lib/workflow/index.js';
import {
  ContinueAsNew,
  workflowInfo,
  type ActivityInput,
  type Next,
  type WorkflowExecuteInput,
  type WorkflowInboundCallsInterceptor,
  type WorkflowInterceptors,
  type WorkflowOutboundCallsInterceptor,
} from '@temporalio/workflow';

/*
 * The SDK's interceptors yield once more to the event loop where a history does not say that it was made without those
 * yields, which is so of every history that was made before traces were switched on: such runs would break. These do the
 * same without yielding, and leave updates and queries alone.
 */

class Inbound extends OpenTelemetryInboundInterceptor {
  override async execute(
    input: WorkflowExecuteInput,
    next: Next<WorkflowInboundCallsInterceptor, 'execute'>,
  ): Promise<unknown> {
    const context = extractContextFromHeaders(input.headers);
    return instrument({
      tracer: this.tracer,
      spanName: `RunWorkflow:${workflowInfo().workflowType}`,
      fn: () => next(input),
      ...(context === undefined ? {} : { context }),
      acceptableErrors: (error) => error instanceof ContinueAsNew,
    });
  }
}

class Outbound extends OpenTelemetryOutboundInterceptor {
  override async scheduleActivity(
    input: ActivityInput,
    next: Next<WorkflowOutboundCallsInterceptor, 'scheduleActivity'>,
  ): Promise<unknown> {
    return instrument({
      tracer: this.tracer,
      spanName: `StartActivity:${input.activityType}`,
      fn: () => next({ ...input, headers: headersWithContext(input.headers) }),
    });
  }
}

/** What the bundle for traced workers carries: from the run to each activity that it schedules. */
export function interceptors(): WorkflowInterceptors {
  const inbound = new Inbound();
  const outbound = new Outbound();
  return {
    inbound: [{ execute: (input, next) => inbound.execute(input, next) }],
    outbound: [{ scheduleActivity: (input, next) => outbound.scheduleActivity(input, next) }],
    internals: [new OpenTelemetryInternalsInterceptor()],
  };
}
