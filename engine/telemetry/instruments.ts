import type { InstrumentSpec } from '../ports/meters.ts';

const seconds = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
const workSeconds = [0.01, 0.05, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 3600];
const modelSeconds = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];
const tokens = [1, 4, 16, 64, 256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304];

/** Everything that is measured. Names that OpenTelemetry has a convention for are its names. */
export const instruments = {
  tokenUsage: histogram('gen_ai.client.token.usage', '{token}', 'Tokens of model calls.', tokens),
  modelDuration: histogram('gen_ai.client.operation.duration', 's', 'Time of model calls.', modelSeconds),
  modelCost: counter('engine.model.cost', '{USD}', 'Known cost of model calls.'),
  modelRetries: counter('engine.model.retries', '{retry}', 'Model calls that failed and were made again.'),
  runsStarted: counter('engine.runs.started', '{run}', 'Runs of workflows that began.'),
  runsEnded: counter('engine.runs.ended', '{run}', 'Runs of workflows that ended.'),
  runsResumed: counter('engine.runs.resumed', '{run}', 'Runs that went on after a restart.'),
  runDuration: histogram('engine.run.duration', 's', 'Time of runs in this process.', workSeconds),
  submissionsQueued: counter(
    'engine.submissions.queued',
    '{submission}',
    'Messages that had to wait for others.',
  ),
  submissionsEnded: counter(
    'engine.submissions.ended',
    '{submission}',
    'Messages to agents that came to their end.',
  ),
  operationDuration: histogram(
    'engine.operation.duration',
    's',
    'Time of operations of agents.',
    workSeconds,
  ),
  turns: counter('engine.turns', '{turn}', 'Turns of agents.'),
  toolCalls: counter('engine.tool.calls', '{call}', 'Tool calls.'),
  toolDuration: histogram('engine.tool.duration', 's', 'Time of tool calls.', workSeconds),
  tasks: counter('engine.tasks', '{task}', 'Tasks that agents gave to helpers.'),
  compactions: counter('engine.compactions', '{compaction}', 'Conversations that were summarised.'),
  approvals: counter('engine.approvals', '{approval}', 'Questions to people, asked and answered.'),
  callbackAttempts: counter(
    'engine.callbacks.attempts',
    '{attempt}',
    'Attempts to tell callbacks that work has ended.',
  ),
  callbacksEnded: counter(
    'engine.callbacks.ended',
    '{delivery}',
    'Deliveries to callbacks that were taken, or given up.',
  ),
  callbacksWaiting: gauge('engine.callbacks.waiting', '{delivery}', 'Deliveries to callbacks that wait.'),
  requestDuration: histogram('http.server.request.duration', 's', 'Time to answer HTTP requests.', seconds),
  openRequests: gauge('http.server.active_requests', '{request}', 'HTTP requests being answered.'),
  openConnections: gauge(
    'engine.connections.open',
    '{connection}',
    'Event streams and WebSockets that are open.',
  ),
  queueDepth: gauge('engine.queue.depth', '{execution}', 'Executions by state that have not ended.'),
  eventLoopDelay: ofProcess(
    gauge(
      'nodejs.eventloop.delay.p99',
      's',
      'Delay of the event loop, 99th percentile since last looked at.',
    ),
  ),
  memory: ofProcess(gauge('process.memory.usage', 'By', 'Resident memory of the process.')),
} as const;

function counter(name: string, unit: string, description: string): InstrumentSpec {
  return { name, kind: 'counter', description, unit };
}

function gauge(name: string, unit: string, description: string): InstrumentSpec {
  return { name, kind: 'gauge', description, unit };
}

function ofProcess(spec: InstrumentSpec): InstrumentSpec {
  return { ...spec, isOfProcess: true };
}

function histogram(
  name: string,
  unit: string,
  description: string,
  buckets: readonly number[],
): InstrumentSpec {
  return { name, kind: 'histogram', description, unit, buckets };
}
