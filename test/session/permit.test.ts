import { expect } from 'chai';
import { permit as decide, type Verdict } from '../../engine/session/tool-calls/permit.ts';
import type { PermissionPattern, Permissions } from '../../engine/program/permissions.ts';
import { kindsOf, type ToolHints, type ToolKind } from '../../engine/program/tool-kinds.ts';

type Call = Parameters<typeof decide>[1];

const permit = (all: readonly Permissions[], call: Omit<Call, 'kinds'> & Partial<Call>): Verdict =>
  decide(all, { kinds: call.tool === 'read' ? ['read-only'] : kindsOf({}), ...call });

const patterns = (sources: readonly string[]): PermissionPattern[] =>
  sources.map((source) => {
    if (source.startsWith('@'))
      return { source, tool: source, kind: source.slice(1) as ToolKind, argument: undefined };
    const [, tool = '', , argument] = /^([^(]+)(\((.*)\))?$/s.exec(source) ?? [];
    return { source, tool, argument };
  });

const rules = (of: {
  allow?: string[];
  ask?: string[];
  deny?: string[];
  timeoutMs?: number;
}): Permissions => ({
  allow: patterns(of.allow ?? []),
  ask: patterns(of.ask ?? []),
  deny: patterns(of.deny ?? []),
  timeoutMs: of.timeoutMs,
});

const bash = (command: string, of: Parameters<typeof rules>[0]): Verdict['verdict'] =>
  permit([rules(of)], {
    tool: 'bash',
    input: { command },
    schema: {},
    place: { workspace: '/workspace', folder: '/workspace' },
  }).verdict;

const read = (path: string, of: Parameters<typeof rules>[0]): Verdict['verdict'] =>
  permit([rules(of)], {
    tool: 'read',
    input: { path },
    schema: {},
    place: { workspace: '/workspace', folder: '/workspace' },
  }).verdict;

const hinted = (hints: ToolHints, of: Parameters<typeof rules>[0]): Verdict['verdict'] =>
  permit([rules(of)], {
    tool: 'pay',
    kinds: kindsOf(hints),
    input: {},
    schema: {},
    place: { workspace: '/workspace', folder: '/workspace' },
  }).verdict;

describe('permissions of tool calls', () => {
  it('a rule for a kind holds for what tools say of themselves, and for those that say nothing', () => {
    const ask = { ask: ['@destructive'] };
    expect(hinted({}, ask)).to.equal('ask');
    expect(hinted({ destructiveHint: true }, ask)).to.equal('ask');
    expect(hinted({ destructiveHint: false }, ask)).to.equal('allow');
    expect(hinted({ readOnlyHint: true }, ask)).to.equal('allow');
    expect(hinted({ readOnlyHint: true, openWorldHint: false }, { deny: ['@open-world'] })).to.equal('allow');
    expect(hinted({ readOnlyHint: true }, { deny: ['@open-world'] })).to.equal('deny');
    expect(hinted({ readOnlyHint: true }, { allow: ['@read-only'] })).to.equal('allow');
    expect(hinted({}, { allow: ['@read-only'] })).to.equal('ask');
    expect(hinted({ readOnlyHint: true }, { allow: ['@read-only'], deny: ['pay'] })).to.equal('deny');
    expect(bash('ls', { allow: ['@read-only'] })).to.equal('ask');
    expect(read('a', { allow: ['@read-only'] })).to.equal('allow');
  });

  it('without rules every call is made', () => {
    expect(bash('ls', {})).to.equal('allow');
  });

  it('refusing beats asking, asking beats allowing', () => {
    const all = { allow: ['bash'], ask: ['bash(git *)'], deny: ['bash(git push *)'] };
    expect(bash('ls', all)).to.equal('allow');
    expect(bash('git log', all)).to.equal('ask');
    expect(bash('git push origin', all)).to.equal('deny');
  });

  it('where something is allowed, the rest is asked about', () => {
    expect(bash('git log', { allow: ['bash(git *)'] })).to.equal('allow');
    expect(bash('rm x', { allow: ['bash(git *)'] })).to.equal('ask');
    expect(bash('rm x', { ask: ['read'] })).to.equal('allow');
  });

  it('what skills and subagents bring needs no line among what is allowed', () => {
    const one = (tool: string): string =>
      permit([rules({ allow: ['read'] })], {
        tool,
        input: {},
        schema: {},
        place: { workspace: '/', folder: '/' },
      }).verdict;
    expect(['task', 'load_skill', 'write'].map(one)).to.deep.equal(['allow', 'allow', 'ask']);
  });

  it('a command hidden in a line is refused or asked about', () => {
    for (const line of [
      'true && rm -rf x',
      'ls;rm -rf x',
      'echo $(rm -rf x)',
      'echo `rm -rf x`',
      'ls | xargs rm -rf x',
      'A=1 rm -rf x',
      '(rm -rf x)',
      'if true; then rm -rf x; fi',
      'ls\nrm -rf x',
      'sleep 1 & rm -rf x',
    ]) {
      expect(bash(line, { deny: ['bash(rm *)'] }), line).to.equal('deny');
      expect(bash(line, { ask: ['bash(rm *)'] }), line).to.equal('ask');
    }
  });

  it('a line is allowed only when each of its commands is', () => {
    const allow = { allow: ['bash(git *)', 'bash(ls)'] };
    expect(bash('git add . && git commit -m x', allow)).to.equal('allow');
    expect(bash('git log | ls', allow)).to.equal('allow');
    for (const line of ['git log; rm x', 'git log > /etc/passwd', 'git $(rm x)', 'git log & rm x', 'git `x`'])
      expect(bash(line, allow), line).to.equal('ask');
  });

  it('a path is the same however it is written', () => {
    for (const path of ['secrets/a', './secrets/a', '/workspace/secrets/a', 'x/../secrets/a', 'secrets//a'])
      expect(read(path, { deny: ['read(secrets/*)'] }), path).to.equal('deny');
    expect(read('docs/../../etc/passwd', { allow: ['read(docs/*)'] })).to.equal('ask');
    expect(read('docs/a', { allow: ['read(docs/*)'] })).to.equal('allow');
    expect(read('/etc/passwd', { deny: ['read(/etc/*)'] })).to.equal('deny');
  });

  it('the main argument of a declared tool is its only, first required, or first one', () => {
    const one = (schema: Parameters<typeof permit>[1]['schema'], input: object): string =>
      permit([rules({ deny: ['pay(1*)'] })], {
        tool: 'pay',
        input: input as never,
        schema,
        place: { workspace: '/', folder: '/' },
      }).verdict;
    const properties = { to: {}, amount: {} };
    expect(one({ properties, required: ['amount'] }, { to: 'x', amount: 100 })).to.equal('deny');
    expect(one({ properties }, { to: 'x', amount: 100 })).to.equal('allow');
    expect(one({ properties: { amount: {} } }, { amount: 15 })).to.equal('deny');
    expect(one(true, { amount: 15 })).to.equal('deny');
  });

  it('says which rule decided, and the nearest time that is given', () => {
    const call = {
      tool: 'bash',
      input: { command: 'ls' },
      schema: {},
      place: { workspace: '/', folder: '/' },
    };
    expect(permit([rules({ timeoutMs: 5 }), rules({ ask: ['b*'], timeoutMs: 7 })], call)).to.deep.equal({
      verdict: 'ask',
      rule: 'b*',
      timeoutMs: 7,
    });
    expect(permit([rules({ ask: ['bash'] })], call).timeoutMs).to.equal(7 * 86_400_000);
  });

  it('in a folder of the workspace, paths still count from the workspace', () => {
    const place = { workspace: '/workspace', folder: '/workspace/secrets' };
    const one = (path: string): string =>
      permit([rules({ deny: ['read(secrets/*)'] })], { tool: 'read', input: { path }, schema: {}, place })
        .verdict;
    expect(['a', './a', '/workspace/secrets/a', '../open/a'].map(one)).to.deep.equal([
      ...['deny', 'deny', 'deny', 'allow'],
    ]);
  });
});
