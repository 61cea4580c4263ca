import { isObject, type Json, type JsonObject } from '../../core/json.ts';
import { Problem } from '../../core/problem.ts';
import { compileSchema, describeFaults, type Template } from '../../expr/index.ts';
import type { ChannelRespond } from '../../program/channel.ts';
import type { BoundTool } from './bound-tool.ts';
import { callerOf, type CallingOperation } from '../caller-of.ts';
import type { SessionPorts } from '../ports.ts';

/** What a channel brought: kept with the submission, so that its answer goes where it came from. */
export interface Delivered {
  /** Name of the channel. */
  readonly channel: string;
  readonly body: Json;
  readonly headers: JsonObject;
  readonly query: JsonObject;
}

/**
 * The tool that answers the conversation a delivery belongs to; none when the channel has no such tool, or the delivery cannot be
 * answered. The model gives the text; where it goes stands in the delivery.
 */
export function bindReply(
  ports: SessionPorts,
  delivered: Delivered | undefined,
  owner: Omit<CallingOperation, 'runId' | 'stepPath'>,
): ReadonlyMap<string, BoundTool> {
  const { channels } = ports.program;
  const name = delivered?.channel ?? '';
  const respond = Object.hasOwn(channels, name) ? channels[name]?.respond : undefined;
  if (delivered === undefined || respond === undefined) return new Map();
  const { body, headers, query } = delivered;
  const scope = { body, headers, query, env: ports.env };
  if (respond.when !== undefined && respond.when.evaluate(scope) !== true) return new Map();
  const caller = callerOf({ ...owner, runId: undefined, stepPath: undefined }, []);
  const { tool, description, inputSchema } = respond;
  return new Map([
    [
      tool,
      {
        spec: { name: tool, description, inputSchema },
        repeatable: false,
        async run(input, context) {
          const { signal, idempotencyKey } = caller(context);
          const who = `tool "${tool}"`;
          const secrets = secretsOf(ports, respond);
          const answer = await ports.tools.request({
            who,
            request: { ...respond.request, url: withToken(respond.request.url, secrets['token']) },
            scope: { ...scope, input },
            secrets,
            idempotencyKey,
            signal,
          });
          checkAnswer(who, respond, answer.body);
          return { sent: true };
        },
      },
    ],
  ]);
}

function secretsOf({ secrets }: SessionPorts, { token }: ChannelRespond): Record<string, string> {
  if (token === undefined) return {};
  const value = secrets.get(token);
  if (value === undefined) throw new Problem('missing_secret', `the secret "${token}" is not set`);
  return { token: value, [token]: value };
}

/** A url with the token in the place for it. The host is decided by the source, which holds no token. */
function withToken(url: Template, token: string | undefined): Template {
  if (token === undefined || !url.source.includes('{token}')) return url;
  return {
    source: url.source,
    render: (scope) =>
      url.render(scope).replace('{token}', () => encodeURIComponent(token).replaceAll('%3A', ':')),
  };
}

/** Throws Problem `tool_failed` for an answer that says that the message was not taken. */
function checkAnswer(who: string, { outputSchema }: ChannelRespond, answer: Json): void {
  if (outputSchema === undefined) return;
  const { faults } = compileSchema(outputSchema).check(answer);
  if (faults.length === 0) return;
  const said = isObject(answer) ? (answer['error'] ?? answer['errors'] ?? answer['description']) : undefined;
  throw new Problem(
    'tool_failed',
    `${who}: the service did not take the message: ${said === undefined ? describeFaults(faults) : JSON.stringify(said).slice(0, 300)}`,
  );
}
