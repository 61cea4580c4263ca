import { expect } from 'chai';
import type { Engine } from '../../engine/api.ts';
import { createEngine } from '../../engine/engine.ts';
import { startFakeServer, type FakeReply, type FakeServer } from '../fakes/openai-server.ts';
import { programOf } from '../fakes/project.ts';
import { anthropic } from '../fakes/wire/anthropic.ts';
import { chat } from '../fakes/wire/chat.ts';
import { google } from '../fakes/wire/google.ts';
import type { Protocol } from '../fakes/wire/protocol.ts';
import { responses } from '../fakes/wire/responses.ts';

const properties = { label: { type: 'string', enum: ['bug', 'feature'] } };
const strict = { type: 'object', properties, required: ['label'], additionalProperties: false };
/** Wider than any strict mode takes, and of a keyword that Google leaves out. */
const wide = {
  type: 'object',
  required: ['label'],
  properties: { ...properties, notes: { type: 'array', items: { type: 'string' }, uniqueItems: true } },
};
const touched = (): number => Number((globalThis as { wired?: unknown }).wired ?? 0);

for (const protocol of [chat, responses, anthropic, google]) {
  describe(`typed results over ${protocol.name}`, () => {
    let server: FakeServer;
    let engine: Engine;
    afterEach(async () => {
      await engine.close();
      await server.close();
    });

    async function start(replies: readonly ReturnType<Protocol['text']>[]): Promise<void> {
      server = await startFakeServer(...replies.map((events): FakeReply => ({ events })));
      const { type, options } = protocol.provider;
      const local = { type, options, baseUrl: server.baseUrl, apiKey: 'KEY' };
      const program = await programOf({
        'engine.yaml': JSON.stringify({ secrets: { KEY: {} }, providers: { local } }),
        'src/agents/a.md': `---\ndescription: An agent.\nmodel: local/${protocol.model}\ntools: [touch]\n---\n\nJudge.\n`,
        'src/tools/touch.ts':
          "export default { description: 'Changes things.', inputSchema: { type: 'object' }, run: () => (globalThis.wired = (globalThis.wired ?? 0) + 1) };",
      });
      engine = await createEngine({ program, store: 'memory', env: { KEY: 'secret-key' } });
    }
    const touch = protocol.calls({ id: 't', name: 'touch', fragments: ['{}'] });
    const finish = (id: string, input: object): ReturnType<Protocol['text']> =>
      protocol.calls({ id, name: 'finish', fragments: [JSON.stringify(input)] });
    const sent = (index: number): string => JSON.stringify(server.requests[index]?.body);

    it('a schema that it takes travels with the tools of the same operation', async () => {
      await start([touch, protocol.text('{"label":', '"bug"}')]);
      const reply = await engine.agents.session('a', 'x').prompt('This?', { result: strict });
      expect(reply.output).to.deep.equal({ label: 'bug' });
      expect(reply.typed).to.deep.equal({ strategy: 'native', attempts: 1, faults: [] });
      for (const index of [0, 1]) {
        expect(sent(index)).to.match(/"json_schema"|"responseSchema"|"output_(config|format)"/);
        expect(sent(index)).to.contain('"touch"').and.not.contain('"finish"');
      }
    });

    it('one that it refuses all the same is asked for by a tool, and the refusal is told', async () => {
      await start([]);
      server.reply(protocol.error(400, "Invalid schema for response_format 'result': too many properties"), {
        events: finish('f', { label: 'bug' }),
      });
      const reply = await engine.agents.session('a', 'x').prompt('This?', { result: strict });
      expect(reply.output).to.deep.equal({ label: 'bug' });
      expect(reply.typed?.strategy).to.equal('tools');
      expect(reply.typed?.reason).to.match(/^the provider refused the schema: .* too many properties/);
      expect(reply.usage.outputTokens).to.equal(protocol.usage.outputTokens);
      expect(await engine.agents.session('a', 'x').history()).to.have.length(3);
    });

    it('a wider one is asked for by a tool, and corrected without doing the work again', async () => {
      await start([touch, finish('f', { label: 'bugg' }), touch, finish('g', { label: 'bug', notes: [] })]);
      const before = touched();
      const reply = await engine.agents.session('a', 'x').prompt('This?', { result: wide });
      expect(reply.output).to.deep.equal({ label: 'bug', notes: [] });
      expect(reply.typed?.strategy).to.equal('tools');
      expect(reply.typed?.attempts).to.equal(2);
      expect(touched()).to.equal(before + 1);
      expect(server.requests).to.have.length(4);
      // Every provider looks for the tools that the conversation names.
      for (const index of [0, 1, 2, 3]) {
        expect(sent(index)).to.not.match(/"json_schema"|"responseSchema"|"output_(config|format)"/);
        expect(sent(index)).to.contain('"finish"').and.contain('"give_up"').and.contain('"touch"');
      }
    });
  });
}
