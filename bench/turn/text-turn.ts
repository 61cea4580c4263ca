import { streamText, type ModelMessage } from 'ai';
import { turnLoop } from '../../engine/adapters/harness/loop.ts';
import type { Message } from '../../engine/core/message.ts';
import type { HarnessContext, HarnessTask } from '../../engine/ports/harness.ts';
import { instantModel, instantModels, scriptedModels } from './instant-models.ts';
import type { Subject } from './measure.ts';
import { startEngine, system } from './start-engine.ts';

/** One turn of text: the AI SDK alone, the parts of the engine, and the whole engine. */
export async function textTurns(): Promise<readonly Subject[]> {
  return [
    aiSdkAlone('ai SDK alone (streamText)', [{ role: 'user', content: 'Hello' }]),
    providerCall(),
    turnLoopOver('provider'),
    turnLoopOver('script'),
    await engineTurn('engine, in memory', 'memory', 'bench'),
    await engineTurn('engine, durable (fsync)', 'sqlite', 'bench'),
  ];
}

/** A prompt to an agent on the floor's model. */
export async function engineTurn(name: string, kind: 'memory' | 'sqlite', agent: string): Promise<Subject> {
  const { engine, close } = await startEngine(kind, instantModels());
  let turns = 0;
  return {
    name,
    // A new instance now and then, so that the length of the history is the same all along.
    turn: () => engine.agents.session(agent, `i${Math.floor((turns += 1) / 20)}`).prompt('Hello'),
    close,
  };
}

/** The AI SDK with a conversation. */
export function aiSdkAlone(name: string, messages: ModelMessage[]): Subject {
  const model = instantModel();
  return {
    name,
    async turn() {
      let text = '';
      for await (const part of streamText({ model, system, messages }).textStream) text += part;
      return text;
    },
  };
}

function providerCall(): Subject {
  const models = instantModels();
  return {
    name: 'models only (provider)',
    async turn() {
      for await (const event of models.stream({ ...task, messages, origin: { agent: 'bench', turn: 1 } }))
        void event;
    },
  };
}

function turnLoopOver(kind: 'provider' | 'script'): Subject {
  const models = kind === 'provider' ? instantModels() : scriptedModels();
  const model = kind === 'provider' ? task.model : { ...task.model, provider: 'script' };
  const context: HarnessContext = {
    models,
    emit: () => undefined,
    newTurnId: () => 'turn',
    append: () => Promise.resolve(),
    callTool: () => Promise.reject(new Error('no tool is asked for')),
    nextTurn: () => Promise.resolve(messages),
    isDone: () => false,
    makeRoom: () => Promise.resolve(false),
  };
  return { name: `models and turn loop (${kind})`, turn: () => turnLoop.run({ ...task, model }, context) };
}

const messages: readonly Message[] = [{ role: 'user', content: [{ type: 'text', text: 'Hello' }] }];

const task: HarnessTask = {
  model: { provider: 'bench', id: 'instant', settings: {} },
  system,
  tools: [],
  settings: {},
  maxTurns: 1,
  origin: { agent: 'bench' },
  signal: new AbortController().signal,
};
