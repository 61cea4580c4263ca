import { expect } from 'chai';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { openSqliteStore } from '../../engine/adapters/store/sqlite.ts';
import type { Engine } from '../../engine/api.ts';
import type { JsonObject } from '../../engine/core/json.ts';
import { createEngine } from '../../engine/engine.ts';
import { findingsOf, temporaryFolder } from '../fakes/project.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const examples = join(root, 'examples');
const names = readdirSync(examples, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .sort();

/** What running an example must show; a folder without an entry fails, so that none is forgotten. */
const runs: Readonly<Record<string, (engine: Engine) => Promise<void>>> = {
  async chat(engine) {
    // What it does with deliveries of GitHub is in chat.test.ts.
    expect(() => engine.channels.check()).to.throw('the secret "GITHUB_WEBHOOK_SECRET" is not set');
    expect((await engine.agents.session('helper', 'ann/lib').prompt('Thank you!')).text).to.equal(
      'Nothing to say.',
    );
  },
  async hello(engine) {
    const { output } = await engine.workflows.run('welcome', { name: 'Ada' });
    expect(output).to.deep.equal({ greeting: 'Hello, Ada! Nice to meet you.', characters: 29 });
    const session = engine.agents.session('greeter', 'someone');
    expect((await session.prompt("I'm Grace")).text).to.equal('Hello, Grace! Nice to meet you.');
    expect((await session.prompt('Good morning')).text).to.equal('Hello! You said: Good morning');
  },
  async 'issue-triage'(engine) {
    const triage = async (issue: JsonObject) => (await engine.workflows.run('triage', issue)).output;
    const example = JSON.parse(
      readFileSync(join(examples, 'issue-triage/example-input.json'), 'utf8'),
    ) as JsonObject;
    expect(await triage(example)).to.deep.equal({
      label: 'bug',
      severity: 'high',
      summary: 'My changes are gone after a sync',
      decision: 'duplicate',
      duplicateOf: 12,
      reply: 'Thank you for the report. We track this in #12; please add anything new there.',
    });
    expect(
      await triage({
        title: 'How can I print a list of backups?',
        body: 'Where is that option, and which key opens it?',
      }),
    ).to.deep.equal({
      label: 'question',
      severity: 'low',
      summary: 'How can I print a list of backups?',
      decision: 'answer',
      duplicateOf: null,
      reply: 'Thank you for asking. We will answer here; which version of notebase do you use?',
    });
    expect(
      await triage({
        title: 'Please add a dark theme',
        body: 'A dark colour scheme would be nice for my eyes at night.',
      }),
    ).to.deep.equal({
      label: 'feature',
      severity: 'low',
      summary: 'Please add a dark theme',
      decision: 'accept',
      duplicateOf: null,
      reply: 'Thank you for the report. We can take it from here.',
    });
    expect(
      await triage({
        title: 'Crash at start in an empty notes folder',
        body: 'Starting notebase when the folder is empty crashes with a TypeError.',
      }),
    ).to.deep.equal({
      label: 'bug',
      severity: 'high',
      summary: 'Crash at start in an empty notes folder',
      decision: 'reopen',
      duplicateOf: 25,
      reply: 'Thank you for the report. This looks like #25, which we had closed; we will look at it again.',
    });
  },
  async 'local-models'(engine) {
    // What it does is shown with servers of its own in local-models.test.ts; here may be some.
    expect(Object.keys(engine.program.providers)).to.deep.equal(['ollama', 'llamacpp', 'vllm']);
    return Promise.resolve();
  },
  async mcp(engine) {
    const { output } = await engine.workflows.run('restock', { item: 'chair' });
    expect(output).to.deep.equal({ left: 0, ordered: '5 of chair are on their way' });
  },
  async refund(engine) {
    process.env['REFUND_LEDGER'] = join(temporaryFolder(), 'ledger.txt');
    const line = { item: 'cup', euros: 8, complaint: 'cracked' };
    const { output } = await engine.workflows.run('refund', { order: 'B-3', customer: 'Bob', lines: [line] });
    delete process.env['REFUND_LEDGER'];
    expect(output).to.deep.include({ state: 'paid', euros: 8, receipt: 'refund-B-3' });
  },
  async warehouse(engine) {
    // The part with its API is in warehouse.test.ts.
    const { output } = await engine.workflows.run('sold', { item: 'chair' });
    expect(output).to.deep.equal({ sold: 2, lines: '2026-03-03,in,chair,10\n2026-03-09,out,chair,2' });
  },
};

describe('examples', () => {
  for (const name of names) {
    it(`${name} has nothing to complain about`, async () => {
      expect(await findingsOf(join(examples, name))).to.deep.equal([]);
    });

    it(`${name} runs and gives what it should`, async () => {
      const store = await openSqliteStore({ path: join(temporaryFolder(), 'engine.sqlite') });
      const engine = await createEngine({ project: join(examples, name), store, env: {} });
      try {
        const run = runs[name];
        if (run === undefined) throw new Error(`say in this test what the example "${name}" must do`);
        await run(engine);
      } finally {
        await engine.close();
      }
    });
  }

  it('the TypeScript of all examples is part of what `npm run types` checks', () => {
    const files = names.flatMap((name) =>
      readdirSync(join(examples, name), { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.ts'))
        .map((file) => join(examples, name, file)),
    );
    const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile) as { config: unknown };
    const { fileNames } = ts.parseJsonConfigFileContent(config, ts.sys, root);
    expect(files).not.to.deep.equal([]);
    expect(fileNames).to.include.members(files);
  });
});
