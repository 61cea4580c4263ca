import {
  AlwaysOffSampler,
  InMemorySpanExporter,
  NodeTracerProvider,
  SimpleSpanProcessor,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace-node';
import { expect } from 'chai';
import type { Engine } from '../../engine/api.ts';
import { createEngine } from '../../engine/engine.ts';
import { createTelemetry } from '../../engine/telemetry/index.ts';
import { programOf } from '../fakes/project.ts';
import { files } from './files.ts';
import { treeOf } from './span-tree.ts';

describe('traces', () => {
  const exporter = new InMemorySpanExporter();
  let engine: Engine;
  const open = async (content = false): Promise<void> => {
    exporter.reset();
    const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
    engine = await createEngine({
      program: await programOf(files),
      store: 'memory',
      telemetry: createTelemetry({ tracerProvider: provider, content }),
    });
  };
  const ask = (text: string): Promise<unknown> => engine.agents.session('lead', 'one').prompt(text);
  const spans = async (): Promise<ReadableSpan[]> => {
    await engine.close();
    return exporter.getFinishedSpans();
  };
  const named = (all: readonly ReadableSpan[], name: string): ReadableSpan => {
    const found = all.find((span) => span.name === name);
    if (found === undefined)
      throw new Error(`no span "${name}" among ${all.map((one) => one.name).join(', ')}`);
    return found;
  };
  afterEach(() => engine.close());

  it('show an operation with its turns and tools', async () => {
    await open();
    await ask('use a tool');
    const all = await spans();
    expect(treeOf(all)).to.deep.equal([
      'invoke_agent lead',
      '  chat lead',
      '  execute_tool look',
      '    invoke_workflow glance',
      '      step see',
      '  chat lead',
    ]);
    const chat = all.filter(({ name }) => name === 'chat lead').at(-1);
    expect(chat?.attributes).to.deep.include({
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'script',
      'gen_ai.request.model': 'lead',
      'gen_ai.response.model': 'lead',
      'gen_ai.response.finish_reasons': ['stop'],
      'gen_ai.usage.input_tokens': 10,
      'gen_ai.usage.output_tokens': 4,
      'gen_ai.usage.cache_read.input_tokens': 3,
    });
    expect(chat?.kind).to.equal(2);
    expect(JSON.stringify(all.map(({ attributes, events }) => [attributes, events]))).not.to.include(
      'canary',
    );
  });

  it('put the work of a task below the call that gave it away', async () => {
    await open();
    await ask('delegate');
    expect(treeOf(await spans())).to.deep.equal([
      'invoke_agent lead',
      '  chat lead',
      '  execute_tool task',
      '    invoke_agent task:helper',
      '      chat lead',
      '      execute_tool look',
      '        invoke_workflow glance',
      '          step see',
      '      chat lead',
      '  chat lead',
    ]);
  });

  it('put agents and workflows that are tools below their calls', async () => {
    await open();
    await ask('ask another');
    await ask('run another');
    expect(treeOf(await spans())).to.deep.equal([
      'invoke_agent lead',
      '  chat lead',
      '  execute_tool ask',
      '    invoke_agent helper',
      '      chat lead',
      '  chat lead',
      'invoke_agent lead',
      '  chat lead',
      '  execute_tool flow',
      '    invoke_workflow inner',
      '      step think',
      '        invoke_agent workflow:inner',
      '          chat plain',
      '  chat lead',
    ]);
  });

  it('put child runs, rounds and dispatched work below the steps that asked for them', async () => {
    await open();
    await engine.workflows.run('outer');
    const later = (await engine.executions({ kind: 'submission' }))[0]?.id ?? '';
    await engine.submissions.wait(later);
    expect(treeOf(await spans())).to.deep.equal([
      'invoke_workflow outer',
      '  step note',
      '  step sub',
      '    invoke_workflow inner',
      '      step think',
      '        invoke_agent workflow:inner',
      '          chat plain',
      '  step all',
      '    step one',
      '      invoke_agent helper',
      '        chat lead',
      '    step one',
      '      invoke_agent helper',
      '        chat lead',
      '  step later',
      '    invoke_agent helper',
      '      chat lead',
    ]);
  });

  it('tell failures by their code, and retries', async () => {
    await open();
    await ask('fail').catch(() => undefined);
    await ask('busy');
    await ask('broken');
    const all = await spans();
    const failed = named(all, 'chat lead');
    expect(failed.attributes['error.type']).to.equal('model_failed');
    expect(failed.status).to.deep.equal({ code: 2, message: 'model_failed' });
    expect(named(all, 'invoke_agent lead').attributes['error.type']).to.equal('model_failed');
    expect(all.flatMap(({ events }) => events.map(({ name }) => name))).to.include('engine.retry');
    expect(named(all, 'execute_tool broken').attributes['error.type']).to.equal('workflow_failed');
  });

  it('of an engine go on when another one with the same telemetry closes', async () => {
    exporter.reset();
    const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
    const telemetry = createTelemetry({ tracerProvider: provider });
    const program = await programOf(files);
    const other = await createEngine({ program, store: 'memory', telemetry });
    engine = await createEngine({ program, store: 'memory', telemetry });
    let closed: Promise<void> | undefined;
    const session = engine.agents.session('lead', 'one');
    for await (const { type } of session.stream('use a tool'))
      if (type === 'turn_start') await (closed ??= other.close());
    const all = await spans();
    expect(treeOf(all)[0]).to.equal('invoke_agent lead');
    expect(all.filter(({ attributes }) => 'engine.cut' in attributes)).to.deep.equal([]);
  });

  it('are not made where a sampler wants none, and harm nothing there', async () => {
    exporter.reset();
    const provider = new NodeTracerProvider({
      sampler: new AlwaysOffSampler(),
      spanProcessors: [new SimpleSpanProcessor(exporter)],
    });
    const telemetry = createTelemetry({ tracerProvider: provider, content: true });
    engine = await createEngine({ program: await programOf(files), store: 'memory', telemetry });
    await ask('use a tool');
    expect(await spans()).to.deep.equal([]);
  });

  it('of cancelled work end as that, down to the call it was at', async () => {
    await open();
    const abort = new AbortController();
    const asked = engine.agents
      .session('lead', 'one')
      .prompt('busy', {
        signal: abort.signal,
        onEvent: ({ type }) => {
          if (type === 'turn_retry') abort.abort();
        },
      })
      .catch((thrown: unknown) => thrown);
    expect(await asked).to.have.property('code', 'aborted');
    const all = await spans();
    expect(treeOf(all)).to.deep.equal(['invoke_agent lead', '  chat lead']);
    for (const { attributes, status } of all) {
      expect(attributes).to.have.property('error.type', 'aborted');
      expect(status).to.deep.equal({ code: 2, message: 'aborted' });
      expect(attributes).not.to.have.property('engine.cut');
    }
  });

  it('hold what was said only when content is asked for', async () => {
    await open(true);
    await ask('use a tool');
    const all = await spans();
    expect(named(all, 'execute_tool look').attributes).to.deep.include({
      'gen_ai.tool.call.arguments': '{"at":"canary-input"}',
      'gen_ai.tool.call.result': '{"seen":true}',
    });
    expect(named(all, 'invoke_agent lead').attributes['gen_ai.input.messages']).to.include('use a tool');
    expect(all.at(-1)?.attributes['gen_ai.output.messages']).to.include('done');
  });
});
