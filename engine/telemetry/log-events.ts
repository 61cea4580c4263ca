import type { EngineEvent } from '../core/event.ts';
import type { Observer } from '../ports/observer.ts';
import type { Tracing } from '../ports/telemetry.ts';
import type { LogFields, LogLevel, LogLines } from './create-log.ts';

/** An observer that writes what people who run an engine want to know: what steps and tools log, how work began and ended, retries. */
export function logEvents(log: LogLines, tracing: () => Pick<Tracing, 'spanOf'> | undefined): Observer {
  return (event) => {
    const line = lineOf(event);
    if (line === undefined) return;
    const [level, message, fields = {}] = line;
    log(level, message, { ...scopeOf(event), ...tracing()?.spanOf(event), ...fields });
  };
}

function lineOf(
  event: EngineEvent,
): readonly [level: LogLevel, message: string, fields?: LogFields] | undefined {
  switch (event.type) {
    case 'log': {
      const { level, message, fields } = event.data;
      return [level, message, fields === undefined ? {} : { fields }];
    }
    case 'run_start':
      return ['info', `run of "${event.data.workflow}" began`];
    case 'run_resume':
    case 'submission_resume':
      return ['info', `${event.type === 'run_resume' ? 'run' : 'message'} goes on after a restart`];
    case 'run_end':
    case 'submission_end': {
      const { state, error } = event.data;
      const what = event.type === 'run_end' ? 'run' : 'message';
      return [
        state === 'failed' ? 'warn' : 'info',
        `${what} ${state}`,
        error === undefined ? {} : { type: error.type, error: error.message },
      ];
    }
    case 'turn_retry': {
      const { model, attempt, waitMs, error } = event.data;
      return ['warn', `call of "${model}" failed, and is made again`, { attempt, waitMs, type: error.type }];
    }
    case 'error':
      return ['error', event.data.message, { type: event.data.type }];
    default:
      return undefined;
  }
}

function scopeOf({ runId, submissionId, agent, instanceId, session, stepPath }: EngineEvent): LogFields {
  return { runId, submissionId, agent, instanceId, session, stepPath };
}
