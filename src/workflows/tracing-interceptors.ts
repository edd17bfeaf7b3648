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
  type ContinueAsNewInput,
  type Next,
  type StartChildWorkflowExecutionInput,
  type WorkflowExecuteInput,
  type WorkflowInboundCallsInterceptor,
  type WorkflowInterceptors,
  type WorkflowOutboundCallsInterceptor,
} from '@temporalio/workflow';
import { context, trace, type Context, type Tracer } from '@opentelemetry/api';

/*
 * The SDK's interceptors yield once more to the event loop where a history does not say that it was made without those
 * yields, which is so of every history that was made before traces were switched on: such runs would break. These do the
 * same without yielding, and leave updates and queries alone.
 */

/** A schedule passes no context on, but its run knows when it was due: the tick lasts from there to the run's start. */
function tickOfSchedule(tracer: Tracer): Context | undefined {
  const { searchAttributes, startTime } = workflowInfo();
  const due: unknown = searchAttributes['TemporalScheduledStartTime']?.[0];
  if (!(due instanceof Date)) {
    return undefined;
  }
  const scheduleId = String(searchAttributes['TemporalScheduledById']?.[0]);
  const tick = tracer.startSpan(`ScheduleTick:${scheduleId}`, { startTime: due });
  tick.end(startTime);
  return trace.setSpan(context.active(), tick);
}

class Inbound extends OpenTelemetryInboundInterceptor {
  override async execute(
    input: WorkflowExecuteInput,
    next: Next<WorkflowInboundCallsInterceptor, 'execute'>,
  ): Promise<unknown> {
    const parent = extractContextFromHeaders(input.headers) ?? tickOfSchedule(this.tracer);
    return instrument({
      tracer: this.tracer,
      spanName: `RunWorkflow:${workflowInfo().workflowType}`,
      fn: () => next(input),
      ...(parent === undefined ? {} : { context: parent }),
      acceptableErrors: (error) => error instanceof ContinueAsNew,
    });
  }
}

class Outbound extends OpenTelemetryOutboundInterceptor {
  /** Makes a call within a span of its own, and lets the span go with it. */
  private carry<Input extends Pick<ActivityInput, 'headers'>, Result>(
    spanName: string,
    input: Input,
    next: (input: Input) => Promise<Result>,
  ): Promise<Result> {
    return instrument({
      tracer: this.tracer,
      spanName,
      fn: () => next({ ...input, headers: headersWithContext(input.headers) }),
      acceptableErrors: (error) => error instanceof ContinueAsNew,
    });
  }

  override async scheduleActivity(
    input: ActivityInput,
    next: Next<WorkflowOutboundCallsInterceptor, 'scheduleActivity'>,
  ): Promise<unknown> {
    return this.carry(`StartActivity:${input.activityType}`, input, next);
  }

  override async startChildWorkflowExecution(
    input: StartChildWorkflowExecutionInput,
    next: Next<WorkflowOutboundCallsInterceptor, 'startChildWorkflowExecution'>,
  ): Promise<[Promise<string>, Promise<unknown>]> {
    return this.carry(`StartChildWorkflow:${input.workflowType}`, input, next);
  }

  override async continueAsNew(
    input: ContinueAsNewInput,
    next: Next<WorkflowOutboundCallsInterceptor, 'continueAsNew'>,
  ): Promise<never> {
    return this.carry(`ContinueAsNew:${input.options.workflowType}`, input, next);
  }
}

/** What the bundle for traced workers carries: from the run to its activities, its children, and the run that goes on. */
export function interceptors(): WorkflowInterceptors {
  const inbound = new Inbound();
  const outbound = new Outbound();
  return {
    inbound: [{ execute: (input, next) => inbound.execute(input, next) }],
    outbound: [
      {
        scheduleActivity: (input, next) => outbound.scheduleActivity(input, next),
        startChildWorkflowExecution: (input, next) =>
          outbound.startChildWorkflowExecution(input, next),
        continueAsNew: (input, next) => outbound.continueAsNew(input, next),
      },
    ],
    internals: [new OpenTelemetryInternalsInterceptor()],
  };
}
