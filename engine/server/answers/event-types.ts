import { liveOnly, type EventType } from '../../core/event.ts';

const all: Readonly<Record<EventType, true>> = {
  run_start: true,
  run_resume: true,
  run_end: true,
  step_start: true,
  step_end: true,
  submission_queued: true,
  submission_resume: true,
  submission_end: true,
  operation_start: true,
  operation_end: true,
  turn_start: true,
  turn_retry: true,
  turn_end: true,
  text_delta: true,
  thinking_delta: true,
  tool_input_delta: true,
  tool_start: true,
  tool_end: true,
  task_start: true,
  task_end: true,
  compaction_start: true,
  compaction_end: true,
  approval_requested: true,
  approval_resolved: true,
  log: true,
  progress: true,
  error: true,
  idle: true,
};

/** Types of events that are stored, and can be asked for. */
export const storedTypes: readonly EventType[] = (Object.keys(all) as EventType[]).filter(
  (type) => !liveOnly.includes(type),
);
