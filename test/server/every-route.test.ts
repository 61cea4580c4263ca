import { createHmac } from 'node:crypto';
import { expect } from 'chai';
import type { Engine } from '../../engine/api.ts';
import { createEngine } from '../../engine/engine.ts';
import type { JsonObject } from '../../engine/core/json.ts';
import { createServer, type Server } from '../../engine/server/index.ts';
import { routes } from '../../engine/server/routes/routes.ts';
import { programOf } from '../fakes/project.ts';
import { readDocument, type Documented } from './documented.ts';
import { files } from './every-route-project.ts';

/** A request, and the status that it must be answered with. */
type Ask = readonly [
  method: string,
  path: string,
  status: number,
  body?: unknown,
  headers?: Record<string, string>,
];

const lines = { 'content-type': 'application/jsonl' };
const stream = { accept: 'text/event-stream' };

describe('every route answers as /openapi.json says', () => {
  let engine: Engine;
  let server: Server;
  let url: string;
  let api: Documented;
  const asked = new Set<string>();

  before(async () => {
    engine = await createEngine({
      program: await programOf(files),
      store: 'memory',
      env: { HOOK: 'geheim', SIGN: 'whsec_Z2VoZWltLWdlaGVpbQ==' },
    });
    server = createServer(engine, { port: 0, log: () => undefined });
    ({ url } = await server.listen());
    api = readDocument((await (await fetch(`${url}/openapi.json`)).json()) as JsonObject);
  });
  after(async () => {
    await server.close();
    await engine.close();
  });

  /** Asks, and holds the answer against its description. */
  async function ask([method, path, status, body, headers = {}]: Ask): Promise<
    Response & { said: JsonObject }
  > {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const response = await fetch(url + path, {
      method,
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: text }),
    });
    const what = `${method} ${path}`;
    const described = api.pathOf(path.split('?')[0] ?? '', method);
    expect(described, what).to.be.a('string');
    const { operationId } = (api.document['paths'] as Record<string, Record<string, JsonObject>>)[
      described ?? ''
    ]?.[method.toLowerCase()] as { operationId: string };
    asked.add(operationId.split('.')[0] ?? '');
    const type = (response.headers.get('content-type') ?? '').split(';')[0] ?? '';
    const given = await response.text();
    expect(response.status, `${what}: ${given.slice(0, 300)}`).to.equal(status);
    const about = { method, path: described ?? '', status, type };
    if (type === 'text/event-stream') {
      const datas = [...given.matchAll(/^data: (.*)$/gm)].map(
        ([, data = '']) => JSON.parse(data) as JsonObject,
      );
      for (const data of datas)
        expect(api.faultsOf(about, data), `${what} ${JSON.stringify(data)}`).to.deep.equal([]);
      return Object.assign(response, { said: { datas } });
    }
    const value: unknown = given === '' ? undefined : type === 'application/json' ? JSON.parse(given) : given;
    expect(api.faultsOf(about, value), what).to.deep.equal([]);
    return Object.assign(response, { said: (value ?? {}) as JsonObject });
  }

  const waiting = async (runId: string): Promise<void> => {
    while ((await engine.runs.get(runId)).state !== 'waiting') await new Promise(setImmediate);
  };

  it('those of the server', async () => {
    await ask(['GET', '/health', 200]);
    await ask(['GET', '/ready', 200]);
    await ask(['GET', '/metrics', 200]);
    await ask(['GET', '/docs', 200]);
    await ask(['GET', '/openapi.json', 200]);
  });

  it('those of agents', async () => {
    await ask(['GET', '/agents', 200]);
    await ask(['GET', '/agents/echo', 200]);
    await ask(['GET', '/agents/nobody', 404]);
    await ask(['POST', '/agents/echo/one', 200, { message: 'Hi' }]);
    await ask(['POST', '/agents/echo/one', 200, { message: 'Hi' }, stream]);
    await ask(['POST', '/agents/echo/one', 202, { message: 'Hi' }, { prefer: 'respond-async' }]);
    await ask(['POST', '/agents/echo/one', 400, { mesage: 'Hi' }]);
    await ask(['POST', '/agents/echo/one', 406, { message: 'Hi' }, { accept: 'text/html' }]);
    await ask(['POST', '/agents/typed/one', 200, { input: { tree: { children: [{}] } } }]);
    await ask(['POST', '/agents/typed/one', 400, { input: { tree: 1 } }]);
    await ask(['POST', '/agents/echo/one/skills/greet', 200, { args: { name: 'Ada' } }]);
    await ask(['POST', '/agents/echo/one/tasks', 200, { prompt: 'Look.' }]);
    await ask(['POST', '/agents/echo/one/abort', 200]);
    await engine.agents.session('echo', 'one').writeFile('notes.txt', 'remember');
    await ask(['GET', '/agents/echo/one/files', 200]);
    await ask(['GET', '/agents/echo/one/files/content?path=notes.txt', 200]);
    await ask(['GET', '/agents/echo/one/files/content?path=none.txt', 404]);
    await ask(['GET', '/agents/echo/instances', 200]);
  });

  it('those of conversations', async () => {
    const at = '/agents/echo/two/sessions';
    await ask(['POST', '/agents/echo/two', 200, { message: 'Hi' }]);
    await ask(['PUT', `${at}/empty`, 201]);
    await ask(['PUT', `${at}/empty`, 200]);
    await ask(['GET', at, 200]);
    await ask(['GET', `${at}/default`, 200]);
    await ask(['GET', `${at}/default/entries?order=newest&limit=1`, 200]);
    await ask(['POST', `${at}/default/fork`, 201, { session: 'other' }]);
    await ask(['POST', `${at}/default/fork`, 409, { session: 'other' }]);
    const exported = await ask(['GET', `${at}/default/export`, 200]);
    await ask(['POST', `${at}/again/import`, 201, exported.said, lines]);
    await ask(['POST', `${at}/again/import`, 415, exported.said]);
    await ask(['POST', `${at}/default/compact`, 200, {}]);
    await ask(['DELETE', `${at}/other`, 204]);
    await ask(['DELETE', `${at}/other`, 404]);
    await ask(['DELETE', '/agents/echo/two?records=true', 204]);
    await ask(['DELETE', '/agents/echo/two', 404]);
  });

  it('those of messages', async () => {
    const { said, headers } = await ask(['POST', '/agents/echo/three/dispatch', 202, { message: 'Hi' }]);
    const at = headers.get('location') ?? '';
    await engine.submissions.wait(String(said['submissionId']));
    await ask(['GET', '/submissions?agent=echo&instance=three&state=succeeded', 200]);
    await ask(['GET', at, 200]);
    await ask(['GET', `${at}/events`, 200]);
    await ask(['GET', `${at}/stream`, 200, undefined, stream]);
    await ask(['POST', `${at}/abort`, 200]);
    await ask(['GET', '/submissions/none', 404]);
  });

  it('those of workflows and runs', async () => {
    await ask(['GET', '/workflows', 200]);
    await ask(['GET', '/workflows/sum', 200]);
    await ask(['POST', '/workflows/sum?wait=result', 200, { tree: { children: [] } }]);
    await ask(['POST', '/workflows/sum', 200, {}, stream]);
    const { headers, said } = await ask(['POST', '/workflows/refuse', 202, {}]);
    const at = headers.get('location') ?? '';
    await engine.runs.wait(String(said['runId']));
    await ask(['GET', '/runs?workflow=refuse&since=2020-01-01', 200]);
    await ask(['GET', at, 200]);
    await ask(['GET', `${at}/events?types=run_start`, 200]);
    await ask(['GET', `${at}/stream`, 200, undefined, stream]);
    await ask(['GET', `${at}/why?step=first`, 200]);
    await ask(['POST', `${at}/cancel`, 200]);
    await ask(['POST', `${at}/redrive`, 202]);
    await ask(['POST', `${at}/resume`, 202]);
    await ask(['POST', `${at}/fork`, 202, { from: 'no' }]);
    await ask(['GET', '/runs/none', 404]);
  });

  it('those of people and schedules', async () => {
    const { runId } = await engine.workflows.start('sign');
    await waiting(runId);
    await ask(['POST', `/runs/${runId}/signals/paid`, 200, { n: 1 }]);
    await ask(['GET', '/approvals', 200]);
    const id = encodeURIComponent(`${runId}/sign`);
    await ask(['POST', `/approvals/${id}`, 200, { decision: 'approved', by: 'ada' }]);
    await ask(['POST', `/approvals/${id}`, 409, { decision: 'approved' }]);
    await engine.runs.wait(runId);
    await ask(['GET', '/schedules', 200]);
    await ask(['POST', '/schedules/nightly/trigger', 202]);
    await ask(['POST', '/schedules/none/trigger', 404]);
  });

  it('those of channels', async () => {
    const body = '{"zen":"keep it simple"}';
    const signature = `sha256=${createHmac('sha256', 'geheim').update(body).digest('hex')}`;
    const headers = {
      'x-github-event': 'push',
      'x-github-delivery': 'one',
      'x-hub-signature-256': signature,
    };
    await ask(['POST', '/channels/hub', 202, body, headers]);
    await ask(['POST', '/channels/hub', 401, body, { ...headers, 'x-hub-signature-256': 'sha256=00' }]);
    await ask(['POST', '/channels/none', 404, body, headers]);
    await ask(['GET', '/channels', 200]);
  });

  it('those of callbacks', async () => {
    await engine.runs.wait((await engine.workflows.start('refuse')).runId);
    let failed = await engine.callbacks.list({ states: ['failed'], limit: 1 });
    while (failed.length === 0) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      failed = await engine.callbacks.list({ states: ['failed'], limit: 1 });
    }
    await ask(['GET', '/callbacks?callback=told&state=failed&limit=2', 200]);
    await ask(['GET', `/callbacks/${failed[0]?.id ?? ''}`, 200]);
    await ask(['POST', `/callbacks/${failed[0]?.id ?? ''}/redeliver`, 202]);
    await ask(['GET', '/callbacks/none', 404]);
    await ask(['POST', '/callbacks/none/redeliver', 404]);
  });

  it('those of operators', async () => {
    await ask(['POST', '/agents/echo/four', 200, { message: 'Hi' }]);
    const [submission] = await engine.submissions.list({ limit: 1 });
    const [run] = await engine.runs.list({ limit: 1 });
    await ask(['GET', '/admin/status', 200]);
    await ask(['GET', '/admin/usage', 200]);
    await ask(['GET', '/admin/executions?limit=2', 200]);
    await ask(['GET', '/admin/agents/echo/instances', 200]);
    await ask(['GET', '/admin/agents/echo/four/sessions', 200]);
    await ask(['GET', '/admin/agents/echo/four/sessions/default', 200]);
    await ask(['GET', '/admin/agents/echo/four/sessions/default/entries', 200]);
    await ask(['GET', '/admin/runs', 200]);
    await ask(['GET', `/admin/runs/${run?.runId ?? ''}`, 200]);
    await ask(['GET', `/admin/runs/${run?.runId ?? ''}/events`, 200]);
    await ask(['GET', '/admin/submissions', 200]);
    await ask(['GET', `/admin/submissions/${submission?.submissionId ?? ''}`, 200]);
    await ask(['GET', `/admin/submissions/${submission?.submissionId ?? ''}/events`, 200]);
    await ask(['GET', '/admin/approvals', 200]);
    await ask(['GET', '/admin/schedules', 200]);
  });

  it('and none was forgotten here', () => {
    const missing = routes.map(({ operation }) => operation).filter((operation) => !asked.has(operation));
    expect(missing).to.deep.equal([]);
  });
});
