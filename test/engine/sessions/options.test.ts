import { expect } from 'chai';
import { createEngine } from '../../../engine/engine.ts';
import { closeEngines, engineOf, failureOf } from '../kit.ts';
import { project } from './project.ts';

/** What a program in JavaScript may say; TypeScript refuses most of it. */
interface Loose {
  prompt(message: unknown, options?: unknown): Promise<{ readonly text: string }>;
  stream(message: unknown, options?: unknown): AsyncIterable<unknown>;
  skill(name: string, options?: unknown): Promise<unknown>;
  task(message: unknown, options?: unknown): Promise<unknown>;
  shell(message: unknown, options?: unknown): Promise<unknown>;
  compact(options?: unknown): Promise<unknown>;
}

describe('sessions: options that cannot be kept', () => {
  afterEach(closeEngines);

  const wrong: readonly (readonly [string, (session: Loose) => Promise<unknown>, string])[] = [
    [
      'a word that is no option',
      (session) => session.prompt('Hi', { rol: 'poet' }),
      'unknown key "rol" in options of "prompt"; did you mean "role"?',
    ],
    [
      'an option of another call',
      (session) => session.compact({ keepRecent: 3 }),
      'unknown key "keepRecent" in options of "compact"; expected one of "idempotencyKey", "instructions", "keepTokens", "model", "onEvent", "signal", …',
    ],
    [
      'a number below zero',
      (session) => session.compact({ keepTokens: -1 }),
      'options of "compact": /keepTokens must be at least 0, got -1',
    ],
    [
      'a level that is none',
      (session) => session.prompt('Hi', { thinking: 'hihg' }),
      'options of "prompt": /thinking must be one of "off", "minimal", "low", "medium", "high", "xhigh", got "hihg"; did you mean "high"?',
    ],
    [
      'half a number of retries',
      (session) => session.prompt('Hi', { retries: 0.5 }),
      'options of "prompt": /retries must be integer, got number 0.5',
    ],
    [
      'one name in place of a list',
      (session) => session.shell('ls', { commands: 'rev' }),
      'options of "shell": /commands must be array, got string "rev"',
    ],
    [
      'a text in place of an image',
      (session) => session.prompt('Hi', { images: ['photo.png'] }),
      'options of "prompt": /images/0 must be object, got string "photo.png"',
    ],
    [
      'the path of an image',
      (session) => session.task('Look', { images: [{ image: './photo.png', mediaType: 'image/png' }] }),
      'options of "task": an "image" is neither base64 text nor an address; name a path under "files" instead',
    ],
    [
      'an address of an image that is none',
      (session) => session.prompt('Look', { images: [{ image: 'https://[', mediaType: 'image/png' }] }),
      'options of "prompt": an "image" is neither base64 text nor an address; name a path under "files" instead',
    ],
    [
      'files that say no content',
      (session) => session.prompt('Hi', { files: [{ name: 'a.txt' }] }),
      'options of "prompt": a file is a path, { name, text } or { name, data }',
    ],
    [
      'a tool that stands alone',
      (session) => session.prompt('Hi', { tools: 'scale' }),
      'options of "prompt": "tools" must be a list, got a string',
    ],
    [
      'what is no signal',
      (session) => session.prompt('Hi', { signal: new AbortController() }),
      'options of "prompt": "signal" must be an AbortSignal, got an object',
    ],
    [
      'a time that is over',
      (session) => session.skill('review', { timeoutMs: 0 }),
      'options of "skill": /timeoutMs must be greater than 0, got 0',
    ],
    [
      'no map at all',
      (session) => session.prompt('Hi', 'poet'),
      'options of "prompt" must be a map, got a string',
    ],
  ];
  for (const [what, call, message] of wrong)
    it(`${what}: the call is refused, and nothing is stored`, async () => {
      const { engine, models } = await engineOf(project);
      const session = engine.agents.session('a', 'x');
      expect(await failureOf(call(session))).to.deep.equal({
        type: 'invalid_request',
        message,
      });
      expect(models.requests).to.deep.equal([]);
      expect((await session.entries()).entries).to.deep.equal([]);
    });

  it('a message that is no text is refused, and an instance that is left away', async () => {
    const { engine } = await engineOf(project);
    const session = engine.agents.session('a', 'x') as unknown as Loose;
    expect(await failureOf(session.prompt(3))).to.deep.equal({
      type: 'invalid_input',
      message: 'the message of "prompt" must be a text, got a number',
    });
    expect(await failureOf(session.shell(['ls']))).to.deep.equal({
      type: 'invalid_input',
      message: 'the message of "shell" must be a text, got a list',
    });
    const open = engine.agents.session.bind(engine.agents) as (agent: string) => unknown;
    expect(() => open('a')).to.throw('the instance id must be a text, got undefined');
  });

  it('a stream is refused when it is first read', async () => {
    const { engine } = await engineOf(project);
    const session = engine.agents.session('a', 'x') as unknown as Loose;
    const stream = session.stream('Hi', { rol: 'poet' })[Symbol.asyncIterator]();
    expect(await failureOf(stream.next())).to.include({ type: 'invalid_request' });
  });

  it('an option that is undefined counts as left away', async () => {
    const { engine } = await engineOf(project);
    const session = engine.agents.session('a', 'x') as unknown as Loose;
    expect((await session.prompt('Hi', { role: undefined, images: undefined })).text).to.equal('ok');
  });
});

describe('engine: options that cannot be kept', () => {
  const wrong: readonly (readonly [object, string])[] = [
    [{ projct: '.' }, 'unknown key "projct" in options of createEngine; did you mean "project"?'],
    [{ ports: { modles: {} } }, 'unknown key "modles" in "ports" of createEngine; did you mean "models"?'],
    [{ store: 'memry' }, 'options of createEngine: "store" must be "memory" or a Store, got "memry"'],
    [
      { store: Promise.resolve() },
      'options of createEngine: "store" must be "memory" or a Store, got a promise; await it',
    ],
    [{ observers: () => undefined }, 'options of createEngine: "observers" must be a list of functions'],
    [
      { harnesses: { loud: {} } },
      'options of createEngine: harness "loud" must be an object with a "run" function',
    ],
    [
      { ports: { models: {} } },
      'options of createEngine: "models" under "ports" must be an object with a "stream" function',
    ],
  ];
  for (const [options, message] of wrong)
    it(`${message}; before anything is opened`, async () => {
      expect(await failureOf(createEngine(options))).to.deep.equal({ type: 'invalid_request', message });
    });
});
