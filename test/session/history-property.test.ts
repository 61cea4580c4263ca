import { expect } from 'chai';
import fc from 'fast-check';
import { openMemoryStore } from '../../engine/adapters/store/memory.ts';
import { noUsage, textOf, type Message } from '../../engine/core/message.ts';
import type { Documents } from '../../engine/ports/store.ts';
import { findCut } from '../../engine/session/compaction/compaction-cut.ts';
import { readEntries } from '../../engine/session/entry.ts';
import { loadHistory, type History } from '../../engine/session/history.ts';

/** One thing that happens to a session; what does not fit its state is passed over. */
type Step =
  | { readonly what: 'ask' | 'answer' | 'repair' | 'join' | 'results'; readonly size: number }
  | { readonly what: 'call'; readonly size: number; readonly calls: number }
  | { readonly what: 'compact'; readonly keep: number; readonly isAtWork: boolean }
  | { readonly what: 'chat'; readonly turns: number }
  | { readonly what: 'reload' };

/** Whether the process dies during a step, and whether what it writes then gets to the disk. */
type Fate = 'lives' | 'dies before the commit' | 'dies after the commit';

const size = fc.integer({ min: 0, max: 400 });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ what: fc.constantFrom('ask' as const, 'answer' as const, 'results' as const), size }),
  fc.record({ what: fc.constantFrom('repair' as const, 'join' as const), size }),
  fc.record({ what: fc.constant('call' as const), size, calls: fc.integer({ min: 1, max: 3 }) }),
  fc.record({
    what: fc.constant('compact' as const),
    keep: fc.integer({ min: 0, max: 500 }),
    isAtWork: fc.boolean(),
  }),
  fc.record({ what: fc.constant('chat' as const), turns: fc.integer({ min: 1, max: 40 }) }),
  fc.constant<Step>({ what: 'reload' }),
);
const fate = fc.oneof(
  { weight: 8, arbitrary: fc.constant<Fate>('lives') },
  { weight: 1, arbitrary: fc.constantFrom<Fate>('dies before the commit', 'dies after the commit') },
);

describe('sessions: histories of every shape', () => {
  it('lose nothing, and what the model sees is well formed and covers all of it, through compactions and crashes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(step, fate), { minLength: 20, maxLength: 60, size: 'max' }),
        async (steps) => {
          const world = await createWorld();
          for (const [one, end] of steps) {
            await world.take(one, end);
            await world.check();
          }
          await world.take({ what: 'reload' }, 'lives');
          await world.check();
        },
      ),
      { numRuns: 40 },
    );
  });
});

interface World {
  take(step: Step, fate: Fate): Promise<void>;
  check(): Promise<void>;
}

async function createWorld(): Promise<World> {
  const disk = openMemoryStore().documents;
  let isWritten = true;
  const documents: Documents = {
    ...disk,
    set: (namespace, key, value) =>
      isWritten ? disk.set(namespace, key, value) : new Promise<never>(() => undefined),
  };
  let history: History = await loadHistory(documents, 'a.x.s');
  let count = 0;
  /** What is known to be stored: ids of messages, and who asked, joined and repaired. */
  const ids: string[] = [];
  let asked: string | undefined;
  let repairs = 0;
  const joined: { readonly submission: string; readonly operation: string }[] = [];
  let summaries = 0;

  const words = (length: number): string => 'word '.repeat(Math.ceil(length / 5));
  const user = (id: string, length: number): Extract<Message, { role: 'user' }> => ({
    role: 'user',
    content: [{ type: 'text', text: `#${id}# ${words(length)}` }],
  });
  const last = (): Message | undefined => history.context.messages.at(-1);

  /** Starts the writes of a step; the second is what they change when they are committed. */
  function start(one: Step): readonly [work: Promise<void>, change: () => void] | undefined {
    const id = String((count += 1));
    const isOpen = history.openCalls().length > 0;
    const noted = (): void => void ids.push(id);
    switch (one.what) {
      case 'ask': {
        if (isOpen) return undefined;
        return [
          history.ask(user(id, one.size), `op${id}`),
          () => {
            noted();
            asked = `op${id}`;
            repairs = 0;
          },
        ];
      }
      case 'join': {
        const operation = asked;
        if (isOpen || operation === undefined) return undefined;
        return [
          history.join(user(id, one.size), `sub${id}`),
          () => {
            noted();
            joined.push({ submission: `sub${id}`, operation });
          },
        ];
      }
      case 'repair':
        if (last()?.role !== 'assistant' || isOpen) return undefined;
        return [
          history.append(user(id, one.size)),
          () => {
            noted();
            repairs += 1;
          },
        ];
      case 'answer': {
        if (last() === undefined || last()?.role === 'assistant') return undefined;
        const text = `#${id}# ${words(one.size)}`;
        history.hold({ role: 'assistant', content: [{ type: 'text', text }] }, { tokens: 10 * count });
        return [history.committed(), noted];
      }
      case 'call': {
        if (last() === undefined || last()?.role === 'assistant') return undefined;
        const calls = Array.from({ length: one.calls }, (_, at) => ({
          type: 'tool_call' as const,
          toolCallId: `${id}.${at}`,
          toolName: 'look',
          input: words(one.size),
        }));
        const content = [{ type: 'text' as const, text: `#${id}#` }, ...calls];
        return [history.append({ role: 'assistant', content }), noted];
      }
      case 'results': {
        if (!isOpen) return undefined;
        const content = history.openCalls().map(({ toolCallId, toolName }, at) => ({
          type: 'tool_result' as const,
          toolCallId,
          toolName,
          output: `${at === 0 ? `#${id}#` : ''} ${words(one.size)}`,
          isError: false,
        }));
        return [history.append({ role: 'tool', content }), noted];
      }
      case 'compact': {
        const { context } = history;
        if (isOpen) return undefined;
        const cut = findCut(context, one.keep, one.isAtWork);
        if (cut === undefined) return undefined;
        const summary = context.messages
          .slice(0, cut.index)
          .flatMap(idsOf)
          .map((one) => `#${one}#`)
          .join('');
        const work = history.compact({
          reason: 'manual',
          summary,
          text: summary,
          from: context.items[cut.index]?.place ?? history.end(),
          operation: `op${id}`,
          model: 'm',
          usage: noUsage,
          calls: 1,
          tokensBefore: 2,
          tokensAfter: 1,
          messagesBefore: context.messages.length,
          messagesAfter: context.messages.length - cut.index + 1,
          ...(cut.request === undefined ? {} : { request: cut.request }),
        });
        return [work, () => void (summaries += 1)];
      }
      case 'chat':
      case 'reload':
        return undefined;
    }
  }

  const world: World = {
    async take(one, end) {
      if (one.what === 'chat') {
        await world.take({ what: 'results', size: 10 }, 'lives');
        for (let turn = 0; turn < one.turns; turn += 1) {
          await world.take({ what: 'ask', size: 10 }, 'lives');
          await world.take({ what: 'answer', size: 10 }, 'lives');
        }
      }
      isWritten = end !== 'dies before the commit';
      const started = start(one);
      if (end === 'lives' && one.what !== 'reload') {
        await started?.[0];
      } else {
        // The process dies: nothing of it is waited for, and another one reads what there is.
        await new Promise((resolve) => setImmediate(resolve));
        isWritten = true;
        history = await loadHistory(documents, 'a.x.s');
      }
      if (end !== 'dies before the commit') started?.[1]();
    },

    async check() {
      const all = await history.messages();
      expect(all.flatMap(idsOf)).to.deep.equal(ids);
      const entries = await readEntries(documents, 'a.x.s', 0);
      expect(entries.filter(({ role }) => role === 'compaction')).to.have.length(summaries);
      expect(entries).to.have.length(ids.length + summaries);
      // The model sees everything, summed up or in full, once and in order.
      const { messages } = history.context;
      expect(messages.flatMap(idsOf)).to.deep.equal(ids);
      expect(faultsOf(messages)).to.deep.equal([]);
      expect(history.isAsked(asked ?? '')).to.equal(asked !== undefined);
      expect(history.repairs()).to.equal(repairs);
      for (const { submission, operation } of joined) expect(history.joined(submission)).to.equal(operation);
    },
  };
  return world;
}

function idsOf(message: Message): string[] {
  const outputs = message.content.flatMap((part) =>
    part.type === 'tool_result' ? [String(part.output)] : [],
  );
  return [...`${textOf(message)}${outputs.join('')}`.matchAll(/#(\d+)#/g)].map(([, id]) => id ?? '');
}

/** What a provider would refuse. */
function faultsOf(messages: readonly Message[]): string[] {
  const faults: string[] = [];
  if (messages[0] !== undefined && messages[0].role !== 'user')
    faults.push(`begins with ${messages[0].role}`);
  messages.forEach((message, at) => {
    const before = messages[at - 1];
    const open = before?.role === 'assistant' ? callIds(before) : [];
    const given = message.role === 'tool' ? message.content.map(({ toolCallId }) => toolCallId) : [];
    if (open.join() !== given.join()) faults.push(`at ${at}: asked ${open.join()}, given ${given.join()}`);
  });
  return faults;
}

function callIds(message: Extract<Message, { role: 'assistant' }>): string[] {
  return message.content.flatMap((part) => (part.type === 'tool_call' ? [part.toolCallId] : []));
}
