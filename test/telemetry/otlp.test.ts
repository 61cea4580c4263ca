import { expect } from 'chai';
import { createEngine } from '../../engine/engine.ts';
import { createServer } from '../../engine/server/index.ts';
import { freePort } from '../fakes/free-port.ts';
import { programOf } from '../fakes/project.ts';
import { startCollector, type Collector } from './collector.ts';
import { files } from './files.ts';

const canary = 'canary-9f2k-secret-7Qz1-value';
const caller = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };
const traceparent = `00-${caller.traceId}-${caller.spanId}-01`;

describe('telemetry of the config', () => {
  let collector: Collector;
  beforeEach(async () => {
    collector = await startCollector();
  });
  afterEach(() => collector.close());

  const project = (more: object = {}, endpoint = collector.url): Record<string, unknown> => ({
    ...files,
    'engine.yaml': {
      ...files['engine.yaml'],
      telemetry: {
        otlp: { endpoint, headers: { authorization: '${{ "Bearer " + secrets.API_KEY }}' } },
        serviceName: 'desk',
        ...more,
      },
    },
  });

  it('sends spans in the trace of the caller, and measurements, over OTLP', async () => {
    const engine = await createEngine({
      program: await programOf(project()),
      store: 'memory',
      env: { API_KEY: canary },
    });
    const server = createServer(engine, { port: 0 });
    const { url } = await server.listen();
    const ask = (path: string, body: object, headers: Record<string, string> = {}): Promise<Response> =>
      fetch(url + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      });
    await ask('/agents/lead/one', { message: `use a tool with ${canary}` }, { traceparent });
    const accepted = await ask('/workflows/outer', {}, { traceparent, tracestate: 'vendor=1' });
    expect(accepted.status).to.be.oneOf([200, 202]);
    await ask('/agents/lead/two', { message: 'plain' }, { traceparent: '00-nonsense-01' });
    for (const { id } of await engine.executions({ kind: 'run', name: 'outer' })) await engine.runs.wait(id);
    await server.close();
    await engine.close();

    const { spans } = collector;
    const requests = spans.filter(({ kind }) => kind === 2);
    expect(requests.map(({ name }) => name)).to.include.members(['POST /workflows/:name']);
    const ofCaller = requests.filter(({ traceId }) => traceId === caller.traceId);
    expect(ofCaller.map(({ parentSpanId }) => parentSpanId)).to.deep.equal([caller.spanId, caller.spanId]);
    const run = spans.find(({ name }) => name === 'invoke_workflow outer');
    expect(run?.traceId).to.equal(caller.traceId);
    expect(ofCaller.map(({ spanId }) => spanId)).to.include(run?.parentSpanId);
    expect(spans.filter(({ traceId }) => traceId !== caller.traceId).map(({ name }) => name)).to.include(
      'invoke_agent lead',
    );
    expect(collector.metrics).to.include.members([
      'gen_ai.client.token.usage',
      'http.server.request.duration',
    ]);
    expect(JSON.stringify(collector.resources)).to.include('"desk"');
    expect(collector.headers.map(({ authorization }) => authorization)).to.include(`Bearer ${canary}`);
    expect(collector.text()).not.to.include(canary);
  });

  it('takes secrets out of content too', async () => {
    const engine = await createEngine({
      program: await programOf(project({ content: true })),
      store: 'memory',
      env: { API_KEY: canary },
    });
    await engine.agents.session('lead', 'one').prompt(`use a tool with ${canary}`);
    await engine.close();
    expect(collector.text()).to.include('use a tool with [secret]');
    expect(collector.text()).not.to.include(canary);
  });

  it('keeps working when nobody takes what is sent', async () => {
    const nowhere = `http://127.0.0.1:${await freePort()}`;
    const engine = await createEngine({
      program: await programOf(project({}, nowhere)),
      store: 'memory',
      env: { API_KEY: canary },
    });
    const { text } = await engine.agents.session('lead', 'one').prompt('hello');
    expect(text).to.equal('done');
    const told = new Promise<string>((resolve) => {
      const hear = ({ message }: Error): void => {
        if (!message.startsWith('telemetry cannot be sent over OTLP, and is dropped: ')) return;
        process.off('warning', hear);
        resolve(message);
      };
      process.on('warning', hear);
    });
    await engine.close();
    expect(await told).not.to.include(canary);
  });

  it('is silent when the environment says so', async () => {
    const env = { API_KEY: canary, OTEL_SDK_DISABLED: 'true' };
    const engine = await createEngine({ program: await programOf(project()), store: 'memory', env });
    await engine.agents.session('lead', 'one').prompt('hello');
    await engine.close();
    expect(collector.text()).to.equal('');
  });

  it('names the secret that a header needs and nobody set', async () => {
    const opening = createEngine({ program: await programOf(project()), store: 'memory', env: {} });
    const failure = await opening.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(failure).to.include({ code: 'missing_secret' });
  });
});
