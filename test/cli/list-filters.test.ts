import { expect } from 'chai';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { routes } from '../../engine/server/routes/routes.ts';
import { secret } from '../callbacks/kit.ts';
import { makeProject, runCli, startCli, type Finished, type Running } from './run-cli.ts';

const files = {
  'engine.yaml':
    'name: told\nmodel: script/m\nsecrets: { HOOK: {} }\ncallbacks: { hook: { url: http://127.0.0.1:9/hook, sign: { secret: HOOK } } }\n',
  'models/m.yaml': 'default: { text: done }\n',
  'src/agents/clerk.md': '---\ndescription: A clerk.\n---\n\nHelp.\n',
  'src/workflows/fulfil.yaml': 'steps:\n  - { id: pack, log: packed }\n',
};

/** Lists of the command by the names that narrow them, and what is told of a name that nothing has. */
const lists: readonly (readonly [args: string, slip: string, told: string])[] = [
  ['runs --workflow', 'fulfl', 'error[workflow_not_found]: no workflow "fulfl"; did you mean "fulfil"?'],
  ['runs list --workflow', 'no', 'error[workflow_not_found]: no workflow "no"; expected one of "fulfil"'],
  ['submissions --agent', 'clrk', 'error[agent_not_found]: no agent "clrk"; did you mean "clerk"?'],
  ['submissions list --agent', 'no', 'error[agent_not_found]: no agent "no"; expected one of "clerk"'],
  ['approvals --workflow', 'fulfl', 'error[workflow_not_found]: no workflow "fulfl"; did you mean "fulfil"?'],
  ['approvals --agent', 'clrk', 'error[agent_not_found]: no agent "clrk"; did you mean "clerk"?'],
  ['callbacks --callback', 'hok', 'error[not_found]: no callback "hok"; did you mean "hook"?'],
  ['callbacks list --callback', 'no', 'error[not_found]: no callback "no"; expected one of "hook"'],
  [
    'callbacks redeliver --failed --callback',
    'hok',
    'error[not_found]: no callback "hok"; did you mean "hook"?',
  ],
  [
    'logs --workflow',
    'fulfl',
    'error[workflow_not_found]: --workflow: there is no workflow "fulfl"; did you mean "fulfil"?',
  ],
  [
    'logs --agent',
    'clrk',
    'error[agent_not_found]: --agent: there is no agent "clrk"; did you mean "clerk"?',
  ],
];

/** Queries of the API that narrow a list to a name, and the code for one that nothing has. */
const queries: Readonly<Record<string, string>> = {
  'listRuns workflow': 'workflow_not_found',
  'listSubmissions agent': 'agent_not_found',
  'listApprovals workflow': 'workflow_not_found',
  'listApprovals agent': 'agent_not_found',
  'listCallbacks callback': 'not_found',
  'adminExecutions name': 'not_found',
  'adminListRuns workflow': 'workflow_not_found',
  'adminListSubmissions agent': 'agent_not_found',
  'adminListApprovals workflow': 'workflow_not_found',
  'adminListApprovals agent': 'agent_not_found',
};

describe('a list that is narrowed to a name that nothing has', function () {
  this.timeout(120_000);
  let project: Awaited<ReturnType<typeof makeProject>>;
  let served: Running | undefined;
  before(async () => {
    project = await makeProject(files);
  });
  after(async () => {
    served?.child.kill('SIGKILL');
    await served?.done;
    await project.remove();
  });

  const env = { HOOK: secret };
  const engine = (...args: string[]): Promise<Finished> => runCli(args, { cwd: project.folder, env });

  it('is refused by every command, at the store', async () => {
    for (const [args, slip, told] of lists) {
      const { exitCode, stdout, stderr } = await engine(...args.split(' '), slip);
      expect([exitCode, stdout, stderr], args).to.deep.equal([2, '', `${told}\n`]);
    }
  });

  it('is refused by every command and every route, at a server', async () => {
    served = startCli(['serve', '--port', '0'], { cwd: project.folder, env });
    const [url = ''] = /http:\/\/127\.0\.0\.1:\d+/.exec(await served.saw('openapi.json')) ?? [];
    for (const [args, slip, told] of lists) {
      const { exitCode, stdout, stderr } = await engine(...args.split(' '), slip, '--server', url);
      expect([exitCode, stdout, stderr.split(' (ref err_')[0]?.trim()], args).to.deep.equal([2, '', told]);
    }
    for (const { method, path, query = {}, operation } of routes) {
      if (method !== 'GET') continue;
      for (const name of Object.keys(query).filter((one) => /^(agent|workflow|callback|name)$/.test(one))) {
        const answer = await fetch(`${url}${path}?${name}=none`);
        const { error } = (await answer.json()) as { readonly error?: { readonly type: string } };
        expect([answer.status, error?.type], `${operation} ${name}`).to.deep.equal([
          404,
          queries[`${operation} ${name}`],
        ]);
      }
    }
    for (const [kind, type] of Object.entries({ run: 'workflow_not_found', submission: 'agent_not_found' })) {
      const answer = await fetch(`${url}/admin/executions?kind=${kind}&name=none`);
      expect(((await answer.json()) as { error: { type: string } }).error.type, kind).to.equal(type);
    }
  });

  it('is empty when the name is one that there is, or one that left something before it went', async () => {
    const before = project;
    project = await makeProject({
      ...files,
      'engine.yaml': 'name: told\nmodel: script/m\n',
      'src/agents/gone.md': '---\ndescription: Is gone.\n---\n\nHelp.\n',
      'src/workflows/gone.yaml': 'steps:\n  - { id: pack, log: packed }\n',
    });
    try {
      for (const args of [
        ['run', 'agent:gone', '--text', 'Hi'],
        ['run', 'workflow:gone'],
      ])
        expect((await engine(...args, '--quiet')).exitCode).to.equal(0);
      for (const file of ['agents/gone.md', 'workflows/gone.yaml'])
        await rm(join(project.folder, 'src', file));
      for (const args of [
        'runs --workflow fulfil',
        'submissions --agent clerk',
        'approvals --workflow fulfil --agent clerk',
        'approvals --workflow gone --agent gone',
        'runs --workflow gone --state failed',
        'submissions --agent gone --state failed',
        'submissions --agent gone --instance none',
        'logs --agent gone --since 2100-01-01',
        'logs --workflow gone --types error',
      ]) {
        const { exitCode, stdout, stderr } = await engine(...args.split(' '));
        expect([exitCode, stdout], `${args}: ${stderr}`).to.deep.equal([0, '']);
      }
      expect((await engine('runs', '--workflow', 'gone')).stdout).to.contain('succeeded');
    } finally {
      await project.remove();
      project = before;
    }
  });
});
