import { expect } from 'chai';
import type { Engine } from '../../engine/api.ts';
import { createEngine } from '../../engine/engine.ts';
import type { JsonObject } from '../../engine/core/json.ts';
import { createServer, type CallerOf, type Server } from '../../engine/server/index.ts';
import { pathOf } from '../../engine/server/openapi/operation.ts';
import type { Route } from '../../engine/server/route.ts';
import { routes } from '../../engine/server/routes/routes.ts';
import { programOf } from '../fakes/project.ts';
import { readDocument, type Documented } from './documented.ts';
import { files } from './every-route-project.ts';

/** A status, with the code of a failure. */
type Answered = string;

const scopes = ['agents', 'workflows', 'runs', 'approvals'] as const;

/** Where nobody signs in, and where the caller owns nothing yet. */
const worlds: Readonly<Record<string, CallerOf | undefined>> = {
  'where nobody signs in': undefined,
  'to a caller who owns nothing': () => ({ id: 'eve', scopes }),
};

/** What is asked of routes that need a body. */
const bodies: Readonly<Record<string, object>> = {
  promptAgent: { message: 'Hi' },
  dispatchToAgent: { message: 'Hi' },
  startTask: { prompt: 'Look.' },
  forkSession: { session: 'new' },
  importSession: {},
  forkRun: { from: 'no' },
  answerApproval: { decision: 'approved' },
};

const queries: Readonly<Record<string, string>> = { explainStep: 'step=no', readFile: 'path=none.txt' };

/** Of an instance that there is not, and of a conversation that there is not of one. */
const ofConversations: Readonly<Record<string, Answered>> = {
  promptAgent: '200',
  abortSession: '200',
  useSkill: '200',
  startTask: '200',
  deleteInstance: '404 session_not_found',
  listSessions: '200',
  readHistory: '200',
  readEntries: '200',
  exportSession: '404 session_not_found',
  deleteSession: '404 session_not_found',
  createSession: '201',
  forkSession: '404 session_not_found',
  importSession: '400 invalid_input',
  compactSession: '404 session_not_found',
  listFiles: '200',
  readFile: '404 not_found',
  dispatchToAgent: '202',
};

/** What begins something, and so makes an instance the caller's. */
const beginning = [
  ...['promptAgent', 'useSkill', 'startTask', 'createSession', 'forkSession', 'importSession'],
  ...['compactSession', 'dispatchToAgent'],
];

for (const [where, callerOf] of Object.entries(worlds))
  describe(`what there is not is answered as /openapi.json says, ${where}`, () => {
    let engine: Engine;
    let server: Server;
    let url: string;
    let api: Documented;
    let runId: string;
    let endedId: string;
    let submissionId: string;
    const served = routes.filter(
      ({ access, path }) =>
        callerOf === undefined || (scopes.some((scope) => scope === access) && !path.startsWith('/channels')),
    );

    before(async () => {
      engine = await createEngine({
        program: await programOf(files),
        store: 'memory',
        env: { HOOK: 'geheim', SIGN: 'whsec_Z2VoZWltLWdlaGVpbQ==' },
      });
      server = createServer(engine, {
        ...{ port: 0, log: () => undefined },
        ...(callerOf === undefined ? {} : { callerOf }),
      });
      ({ url } = await server.listen());
      api = readDocument((await (await fetch(`${url}/openapi.json`)).json()) as JsonObject);
      runId = await idOf('/workflows/sign', {}, 'runId');
      while ((await engine.runs.get(runId)).state !== 'waiting') await new Promise(setImmediate);
      endedId = await idOf('/workflows/sum', {}, 'runId');
      await engine.runs.wait(endedId);
      submissionId = await idOf('/agents/echo/there/dispatch', { message: 'Hi' }, 'submissionId');
      await engine.submissions.wait(submissionId);
    });
    after(async () => {
      await server.close();
      await engine.close();
    });

    async function idOf(path: string, body: object, key: string): Promise<string> {
      const response = await fetch(url + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      return String(((await response.json()) as JsonObject)[key]);
    }

    /** Asks a route, and holds the answer against its description. */
    async function ask(operation: string, path: string, body?: object): Promise<Answered> {
      const route = routes.find((one) => one.operation === operation);
      if (route === undefined) throw new Error(`no route "${operation}"`);
      const { method, each, takes, streams } = route;
      const response = await fetch(url + path, {
        method,
        headers: {
          ...(body === undefined
            ? {}
            : { 'content-type': takes === 'lines' ? 'application/jsonl' : 'application/json' }),
          ...(streams === 'always' ? { accept: 'text/event-stream' } : {}),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const type = (response.headers.get('content-type') ?? '').split(';')[0] ?? '';
      const text = await response.text();
      const value = (type === 'application/json' ? JSON.parse(text) : text) as JsonObject;
      // Agents and workflows are described by their names; those that there are not are like all others.
      const described = pathOf(route, each === undefined ? undefined : each === 'agent' ? 'echo' : 'sum');
      const about = { method, path: described, status: response.status, type };
      expect(
        api.faultsOf(about, text === '' ? undefined : value),
        `${method} ${path}: ${text}`,
      ).to.deep.equal([]);
      const { error } = value as { readonly error?: { readonly type: string } };
      return error === undefined ? String(response.status) : `${response.status} ${error.type}`;
    }

    /** Asks for a route with these segments in place of those that there are. */
    function askFor(route: Route, given: Readonly<Record<string, string>>): Promise<Answered> {
      const { method, path, operation } = route;
      const kind = path.split('/')[path.startsWith('/admin/') ? 2 : 1] ?? '';
      const ids: Readonly<Record<string, string>> = { runs: runId, submissions: submissionId };
      const there: Readonly<Record<string, string>> = {
        name: { workflows: 'sum', channels: 'hub', schedules: 'nightly' }[kind] ?? 'echo',
        id: ids[kind] ?? 'there',
        ...{ session: 'default', skill: 'greet', topic: 'paid' },
        ...given,
      };
      const filled = path.replace(/:(\w+)/g, (_, segment: string) =>
        encodeURIComponent(there[segment] ?? ''),
      );
      const query = queries[operation];
      const body = method === 'GET' || method === 'DELETE' ? undefined : bodies[operation];
      return ask(operation, query === undefined ? filled : `${filled}?${query}`, body);
    }

    it('agents, workflows, channels and schedules', async () => {
      for (const route of served.filter(({ path }) => path.includes('/:name'))) {
        const [, kind = ''] = /^(?:\/admin)?\/(\w+)s\/:name/.exec(route.path) ?? [];
        const code = kind === 'agent' || kind === 'workflow' ? `${kind}_not_found` : 'not_found';
        expect(await askFor(route, { name: 'none' }), route.operation).to.equal(`404 ${code}`);
      }
    });

    it('runs, messages and deliveries', async () => {
      for (const route of served) {
        const [, kind = ''] = /^(?:\/admin)?\/(run|submission|callback)s\/:id/.exec(route.path) ?? [];
        if (kind === '') continue;
        const code = kind === 'callback' ? 'not_found' : `${kind}_not_found`;
        expect(await askFor(route, { id: 'none' }), route.operation).to.equal(`404 ${code}`);
      }
    });

    it('instances', async () => {
      for (const route of served.filter(({ path }) => /^(?:\/admin)?\/agents\/:name\/:id/.test(path))) {
        const operation = route.operation.replace(/^admin(.)/, (_, first: string) => first.toLowerCase());
        const isHidden = callerOf !== undefined && !beginning.includes(operation);
        const wanted = isHidden ? '404 not_found' : ofConversations[operation];
        expect(await askFor(route, { id: `none-${operation}` }), route.operation).to.equal(wanted);
      }
    });

    it('conversations', async () => {
      for (const route of served.filter(({ path }) => path.includes('/:session'))) {
        const operation = route.operation.replace(/^admin(.)/, (_, first: string) => first.toLowerCase());
        const wanted = ofConversations[operation];
        expect(await askFor(route, { session: `none-${operation}` }), route.operation).to.equal(wanted);
      }
    });

    it('skills, and what the bodies of messages name', async () => {
      const at = '/agents/echo/new';
      const [useSkill, startTask] = [`${at}/skills/greet`, `${at}/tasks`];
      expect(await ask('useSkill', `${at}/skills/none`)).to.equal('404 not_found');
      expect(await ask('startTask', startTask, { prompt: 'Look.', agent: 'none' })).to.equal(
        '404 agent_not_found',
      );
      const asks = [
        ['promptAgent', at, { message: 'Hi' }],
        ['dispatchToAgent', `${at}/dispatch`, { message: 'Hi' }],
        ['useSkill', useSkill, {}],
        ['startTask', startTask, { prompt: 'Look.' }],
      ] as const;
      for (const [operation, path, body] of asks) {
        expect(await ask(operation, path, { ...body, role: 'none' }), operation).to.equal('400 unknown_role');
        for (const model of ['none', 'none/none', 'script/none'])
          expect(await ask(operation, path, { ...body, model }), operation).to.equal('400 missing_model');
      }
      const there = '/agents/echo/there/sessions/default';
      expect(await ask('compactSession', `${there}/compact`, { model: 'none' })).to.equal(
        '400 missing_model',
      );
      expect(await ask('forkSession', `${there}/fork`, { session: 'new', at: 'none' })).to.equal(
        '400 invalid_request',
      );
      expect(await ask('abortSession', '/agents/echo/there/abort', { session: 'none' })).to.equal('200');
    });

    it('files and folders', async () => {
      const at = '/agents/echo/there/files';
      expect(await ask('listFiles', `${at}?path=none`)).to.equal('404 not_found');
      expect(await ask('readFile', `${at}/content?path=none`)).to.equal('404 not_found');
    });

    it('steps, topics and approvals', async () => {
      expect(await ask('explainStep', `/runs/${endedId}/why?step=none`)).to.equal('400 invalid_request');
      expect(await ask('forkRun', `/runs/${endedId}/fork`, { from: 'none' })).to.equal('400 invalid_request');
      // It is kept until a step waits for it.
      expect(await ask('signalRun', `/runs/${runId}/signals/none`, {})).to.equal('200');
      const places: Readonly<Record<string, Answered>> = {
        'none/sign': '404 run_not_found',
        'sub_none/call': '404 submission_not_found',
        [`${runId}/none`]: '404 not_found',
        [`${submissionId}/none`]: '404 not_found',
        // Of no caller: it is no id of an approval.
        none: callerOf === undefined ? '404 not_found' : '404 run_not_found',
      };
      for (const [id, wanted] of Object.entries(places)) {
        const path = `/approvals/${encodeURIComponent(id)}`;
        expect(await ask('answerApproval', path, { decision: 'approved' }), id).to.equal(wanted);
      }
    });

    it('what the queries of lists name', async () => {
      const asks: Readonly<Record<string, Readonly<Record<string, Answered>>>> = {
        listRuns: { before: '404 run_not_found' },
        listSubmissions: { before: '404 submission_not_found' },
        listApprovals: {
          ...{ run: '404 run_not_found', submission: '404 submission_not_found' },
          after: '404 run_not_found',
        },
        listCallbacks: { before: '400 invalid_request' },
        adminExecutions: { before: '404 run_not_found' },
      };
      for (const { operation, path } of served)
        for (const [name, wanted] of Object.entries(asks[operation] ?? {}))
          expect(await ask(operation, `${path}?${name}=none`), `${operation} ${name}`).to.equal(wanted);
      // A run is no message, and a message no run.
      const ids = { run: submissionId, submission: runId };
      for (const [name, id] of Object.entries(ids))
        expect(await ask('listApprovals', `/approvals?${name}=${id}`), name).to.equal(
          `404 ${name}_not_found`,
        );
      expect(
        await ask('listApprovals', `/approvals?run=${runId}&submission=${submissionId}`),
        'both',
      ).to.equal('400 invalid_request');
    });
  });
