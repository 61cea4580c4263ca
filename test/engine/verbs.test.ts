import { expect } from 'chai';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { EngineEvent } from '../../engine/core/event.ts';
import { textOf } from '../../engine/core/message.ts';
import type { ModelRequest } from '../../engine/ports/model.ts';
import { closeEngines, engineOf, failureOf, gate } from './kit.ts';
import { leapingClock } from './leaping-clock.ts';

const base = {
  'engine.yaml': 'model: openai/gpt-5\nsecrets: { TOKEN: {} }\n',
  'src/sandboxes/desk.yaml':
    'type: virtual\nshell: true\nwrite: true\ncommands: [echo, cat, test, env]\ncompound: true\n',
  'src/agents/clerk.md':
    '---\ndescription: A clerk.\ninputSchema: { type: object, required: [n], properties: { n: { type: number } } }\n---\n\nYou are the clerk.\n',
  'src/profiles/finder.md': '---\ndescription: Finds.\n---\n\nYou find.\n',
  '.agents/skills/policy/SKILL.md':
    '---\nname: policy\ndescription: Decides. Use when something is to be decided.\n---\n\nBroken goods are refunded.\n',
  '.agents/skills/policy/references/table.md': 'A table.\n',
};

const lastText = ({ messages }: ModelRequest): string => {
  const last = messages.at(-1);
  return last?.role === 'user' ? textOf(last) : '';
};

/** Output, or error, of a run of the steps. */
async function ran(
  steps: string,
  options: Parameters<typeof engineOf>[2] = {},
  files = {},
  answering = () => 'ok',
) {
  const world = await engineOf(
    { ...base, ...files, 'src/workflows/flow.yaml': `sandbox: desk\nsteps:\n${steps}` },
    answering,
    { env: { TOKEN: 'very-secret' }, ...options },
  );
  const { runId } = await world.engine.workflows.start('flow');
  const record = await world.engine.runs.wait(runId);
  return { ...world, runId, record, output: record.output ?? record.error };
}

describe('engine: verbs', () => {
  afterEach(closeEngines);

  describe('shell', () => {
    it('runs a line or a program with its arguments, and gives what it wrote and how it ended', async () => {
      const { output } = await ran(`  - { id: a, shell: 'echo one > f; cat f; cat none', cwd: /workspace }
  - { id: b, shell: [echo, "it's {{steps.a.output.exitCode}} $HOME; cat f"] }
  - { id: c, set: { a: '\${{ steps.a.output.stdout }}', b: '\${{ steps.b.output }}', code: '\${{ steps.a.output.exitCode }}' } }
`);
      expect(output).to.deep.equal({
        a: 'one\n',
        b: { stdout: "it's 1 $HOME; cat f\n", stderr: '', exitCode: 0 },
        code: 1,
      });
    });

    it('shows secrets to the command, and to nobody else', async () => {
      const { output, engine, runId } = await ran(
        `  - { id: a, shell: 'test "$T" = very-secret && echo "same $T"', env: { T: '\${{ secrets.TOKEN }}' } }\n`,
      );
      expect(output).to.deep.equal({ stdout: 'same [secret]\n', stderr: '', exitCode: 0 });
      expect(JSON.stringify(await engine.runs.events(runId))).not.to.include('very-secret');
    });

    it('tells the command a key by which a repeated call is known', async () => {
      const { output, runId } = await ran(`  - { id: a, shell: 'echo $IDEMPOTENCY_KEY' }\n`);
      expect(output).to.deep.include({ stdout: `${runId}/a\n` });
    });

    it('is held to the rules for commands', async () => {
      const { output } = await ran(`  - { id: a, shell: ls }\n`);
      expect(output).to.deep.include({ type: 'sandbox_denied' });
    });

    it('is ended by the timeout of the step', async () => {
      const { output } = await ran(
        `  - { id: a, shell: 'while test 1 = 1; do echo x > f; done', timeout: 50ms, catch: [{ on: [timeout, sandbox_failed], output: late }] }\n`,
      );
      expect(output).to.equal('late');
    });
  });

  describe('http', () => {
    let server: Server;
    let url: string;
    const seen: { url: string; authorization: string | undefined; key: unknown; body: string }[] = [];

    before(async () => {
      server = createServer((request, response) => {
        let body = '';
        request.on('data', (part) => (body += part));
        request.on('end', () => {
          seen.push({
            url: request.url ?? '',
            authorization: request.headers.authorization,
            key: request.headers['idempotency-key'],
            body,
          });
          const status = request.url?.startsWith('/bad') === true ? 422 : 201;
          response.writeHead(status, { 'content-type': 'application/json', 'x-echo': 'very-secret' });
          response.end(JSON.stringify({ token: request.headers.authorization }));
        });
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    });
    after(() => server.close());
    beforeEach(() => void (seen.length = 0));

    it('gives status, headers and body; only its headers see secrets', async () => {
      const { output, runId } = await ran(`  - { id: a, set: { order: 'a/b ?x' } }
  - id: b
    http:
      method: POST
      url: ${url}/orders/{{steps.a.output.order}}
      query: { q: '\${{ steps.a.output.order }}' }
      headers: { Authorization: "\${{ 'Bearer ' + secrets.TOKEN }}" }
      body: { order: '\${{ steps.a.output.order }}' }
`);
      expect(seen).to.deep.equal([
        {
          url: '/orders/a%2Fb%20%3Fx?q=a%2Fb+%3Fx',
          authorization: 'Bearer very-secret',
          key: `${runId}/b`,
          body: '{"order":"a/b ?x"}',
        },
      ]);
      expect(output).to.deep.include({ status: 201, body: { token: 'Bearer [secret]' } });
      expect(output).to.have.nested.property('headers.x-echo', '[secret]');
    });

    it('a status of 400 or more fails the step', async () => {
      const { output } = await ran(`  - { id: a, http: { url: '${url}/bad' } }\n`);
      expect(output).to.deep.include({ type: 'tool_failed', message: 'step "a": the server answered 422' });
    });

    it('a host that comes from data may not be a local one', async () => {
      const { output } = await ran(`  - { id: a, set: { host: '${url.slice('http://'.length)}' } }
  - { id: b, http: { url: 'http://{{steps.a.output.host}}/' } }
`);
      expect(output).to.deep.include({ type: 'tool_failed' });
      expect(seen).to.deep.equal([]);
    });
  });

  describe('skill and task', () => {
    it('the model works by the instructions of a skill and can read its files', async () => {
      const { output, models } = await ran(`  - { id: a, skill: policy, with: { order: 17 } }\n`);
      expect(output).to.equal('ok');
      const [request] = models.requests as [ModelRequest];
      expect(lastText(request)).to.include('Broken goods are refunded.').and.include('"order": 17');
      expect(lastText(request)).to.include('references/table.md');
      expect(request.tools.map(({ name }) => name)).to.deep.equal(['load_skill']);
    });

    it('an agent works by a skill in its own words, whatever input it takes otherwise', async () => {
      const { output, models, engine, runId } = await ran(
        `  - id: a\n    skill: policy\n    agent: clerk\n    outputSchema: { type: object, required: [ok], properties: { ok: { type: boolean } } }\n`,
        {},
        {},
        () => '{"ok": true}',
      );
      expect(output).to.deep.equal({ ok: true });
      expect(models.requests[0]?.system).to.include('You are the clerk.');
      const events = await engine.runs.events(runId);
      expect(events.find(({ type }) => type === 'operation_start')?.data).to.deep.include({
        operation: 'skill',
      });
      expect(events.find(({ type }) => type === 'operation_start')).to.deep.include({ agent: 'clerk' });
    });

    it('a task is done by a profile, or the model alone, in a conversation of its own', async () => {
      const { models, engine, runId } = await ran(`  - { id: a, task: 'Find {{run.workflow}}', agent: finder }
  - { id: b, task: Think }
`);
      expect(models.requests.map(lastText)).to.deep.equal(['Find flow', 'Think']);
      expect(models.requests.map(({ messages }) => messages.length)).to.deep.equal([1, 1]);
      expect(models.requests[0]?.system).to.include('You find.');
      const types = (await engine.runs.events(runId)).map(({ type }: EngineEvent) => type);
      expect(types).to.include.members(['task_start', 'task_end']);
    });

    it('a prompt sees images of the workspace', async () => {
      const { models } = await ran(`  - { id: a, shell: 'echo x > a.png' }
  - { id: b, prompt: What?, images: [a.png, 'https://example.com/b.jpg'] }
`);
      const content = models.requests[0]?.messages[0]?.content;
      expect(content).to.deep.equal([
        { type: 'text', text: 'What?' },
        { type: 'image', image: Buffer.from('x\n').toString('base64'), mediaType: 'image/png' },
        { type: 'image', image: 'https://example.com/b.jpg', mediaType: 'image/jpeg' },
      ]);
    });
  });

  it('dispatch hands a message over and gives a receipt', async () => {
    const { output, engine, runId } = await ran(
      `  - { id: a, dispatch: { agent: clerk, with: { n: 1 }, message: 'Do it', session: 's{{run.workflow}}' } }\n`,
    );
    const { submissionId, acceptedAt, ...rest } = output as Record<string, string>;
    expect(rest).to.deep.equal({ agent: 'clerk', instance: runId, session: 'sflow' });
    expect(Date.parse(acceptedAt ?? '')).to.be.greaterThan(0);
    while ((await engine.executions({ kind: 'submission', states: ['succeeded'] })).length === 0)
      await new Promise(setImmediate);
    const [submission] = await engine.executions({ kind: 'submission' });
    expect(submission).to.deep.include({ id: submissionId, idempotencyKey: `${runId}/a`, output: 'ok' });
  });

  describe('workflow', () => {
    const child = {
      'src/workflows/child.yaml': `inputSchema: { type: object, required: [n], properties: { n: { type: number } } }
steps:
  - { id: stop, if: input.n > 1, fail: { code: too_much, message: 'no {{input.n}}' } }
  - { id: ask, prompt: 'say {{input.n}}' }
`,
      'src/workflows/patient.yaml': 'steps: [{ id: sign, approval: { title: Pay? } }]\n',
    };

    it('runs another one as a run of its own, whose events stay there', async () => {
      const { output, engine, runId } = await ran(
        `  - { id: a, workflow: child, with: { n: 1 } }\n`,
        {},
        child,
      );
      expect(output).to.equal('ok');
      const [run] = await engine.executions({ kind: 'run', name: 'child' });
      expect(run).to.deep.include({ parent: runId, idempotencyKey: `${runId}/a`, state: 'succeeded' });
      expect((await engine.runs.get(runId)).usage?.totalTokens).to.equal(15);
      expect((await engine.runs.events(runId)).map(({ type }) => type)).to.deep.equal([
        'run_start',
        'step_start',
        'step_end',
        'run_end',
      ]);
    });

    it('fails as that one fails', async () => {
      const { output } = await ran(
        `  - { id: a, workflow: child, with: { n: 2 }, catch: [{ on: [too_much], output: '\${{ error.message }}' }] }\n`,
        {},
        child,
      );
      expect(output).to.equal('no 2');
    });

    it('is cancelled with the run that called it, which waits meanwhile', async () => {
      const { engine } = await engineOf({
        ...base,
        ...child,
        'src/workflows/flow.yaml': 'steps: [{ id: a, workflow: patient }]\n',
      });
      const { runId } = await engine.workflows.start('flow');
      while ((await engine.approvals.list({ workflow: 'patient' })).length === 0)
        await new Promise(setImmediate);
      while ((await engine.runs.get(runId)).state !== 'waiting') await new Promise(setImmediate);
      await engine.runs.cancel(runId);
      expect((await engine.runs.wait(runId)).state).to.equal('cancelled');
      const [run] = await engine.runs.list({ workflow: 'patient' });
      expect(run?.state).to.equal('cancelled');
    });

    it('does not stand behind its own caller', async () => {
      const { engine } = await engineOf({
        ...base,
        'src/workflows/flow.yaml': `inputSchema: { type: object, required: [n], properties: { n: { type: integer } } }
concurrency: 1
steps:
  - { id: a, if: input.n > 0, workflow: flow, with: { n: '\${{ input.n - 1 }}' } }
  - { id: b, set: { n: '\${{ input.n }}' } }
`,
      });
      expect((await engine.workflows.run('flow', { n: 2 })).output).to.deep.equal({ n: 2 });
    });

    it('is stopped when the time of the step is over', async () => {
      const clock = leapingClock();
      const { engine } = await engineOf(
        {
          ...base,
          ...child,
          'src/workflows/flow.yaml': 'steps: [{ id: a, workflow: patient, timeout: 1h }]\n',
        },
        undefined,
        { ports: { clock } },
      );
      const { runId } = await engine.workflows.start('flow');
      while ((await engine.approvals.list({ workflow: 'patient' })).length === 0)
        await new Promise(setImmediate);
      clock.leap(3_600_000);
      expect((await engine.runs.wait(runId)).error).to.deep.include({
        type: 'timeout',
        message: 'step "a" took longer than 1h0m',
      });
      const [run] = await engine.runs.list({ workflow: 'patient' });
      expect(run).to.deep.include({ state: 'failed' });
    });
  });

  describe('concurrency', () => {
    const flow = (more: string) => ({
      ...base,
      'src/workflows/flow.yaml': `inputSchema: { type: object, properties: { k: { type: string } } }
concurrency: { limit: 1, key: '{{input.k}}', ${more} }
steps: [{ id: a, prompt: 'go {{input.k}}' }]
`,
    });

    it('runs with the same key wait for each other', async () => {
      const { opened, open } = gate();
      const { engine, models } = await engineOf(flow('busy: queue'), async () => {
        await opened;
        return 'ok';
      });
      const start = async (k: string) => (await engine.workflows.start('flow', { k })).runId;
      const ids = [await start('x'), await start('x'), await start('y')];
      while (models.requests.length < 2) await new Promise(setImmediate);
      const states = await Promise.all(ids.map(async (id) => (await engine.runs.get(id)).state));
      expect(states).to.deep.equal(['running', 'queued', 'running']);
      open();
      for (const id of ids) expect((await engine.runs.wait(id)).state).to.equal('succeeded');
      expect(models.requests).to.have.length(3);
    });

    it('a run beyond the limit is refused, or takes the place of the oldest one', async () => {
      const { opened } = gate();
      const held = async () => {
        await opened;
        return 'ok';
      };
      const { engine } = await engineOf(flow('busy: reject'), held);
      await engine.workflows.start('flow', { k: 'x' });
      expect(await failureOf(engine.workflows.start('flow', { k: 'x' }))).to.deep.equal({
        type: 'conflict',
        message: 'workflow "flow" has a run at work, and takes no more at a time',
      });
      await engine.workflows.start('flow', { k: 'y' });
      const other = await engineOf(flow('busy: replace'), held);
      const { runId: first } = await other.engine.workflows.start('flow', { k: 'x' });
      await other.engine.workflows.start('flow', { k: 'x' });
      expect(await other.engine.runs.wait(first)).to.deep.include({
        state: 'cancelled',
        error: { type: 'cancelled', message: 'a newer run replaced this one' },
      });
    });
  });
});
