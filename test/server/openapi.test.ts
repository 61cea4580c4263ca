import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import openapiTS, { astToString } from 'openapi-typescript';
import ts from 'typescript';
import { detailsOf } from '../../engine/callbacks/delivery.ts';
import { createEngine } from '../../engine/engine.ts';
import type { JsonObject } from '../../engine/core/json.ts';
import { describeApi } from '../../engine/server/openapi/openapi.ts';
import { routes } from '../../engine/server/routes/routes.ts';
import { programOf, temporaryFolder } from '../fakes/project.ts';
import { typeFaults } from '../fakes/type-faults.ts';
import { files } from './every-route-project.ts';
import { readDocument } from './documented.ts';

type Operation = {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  readonly requestBody?: { readonly content: Record<string, { readonly schema: JsonObject }> };
  readonly responses: Readonly<Record<string, { readonly $ref?: string }>>;
};

describe('the description of the API', () => {
  let document: JsonObject;
  let operations: readonly (readonly [path: string, method: string, operation: Operation])[];
  before(async () => {
    const engine = await createEngine({
      program: await programOf(files),
      store: 'memory',
      env: { HOOK: 'geheim' },
    });
    document = describeApi(engine, routes, '/engine');
    await engine.close();
    const paths = document['paths'] as unknown as Record<string, Record<string, Operation>>;
    operations = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => [path, method, operation] as const),
    );
  });

  it('has every route once, those of agents and workflows once for each', () => {
    const expected = routes.flatMap(({ operation, each }) => {
      if (each === undefined) return [operation];
      const names = each === 'agent' ? ['echo', 'typed'] : ['refuse', 'sign', 'sum'];
      return names.map((name) => `${operation}.${name}`);
    });
    const ids = operations.map(([, , { operationId }]) => operationId);
    expect([...ids].sort()).to.deep.equal([...expected].sort());
    expect(new Set(routes.map(({ operation }) => operation)).size).to.equal(routes.length);
  });

  it('says where it is served, and groups what it has', () => {
    expect(document['servers']).to.deep.equal([{ url: '/engine' }]);
    expect(document['security'], 'nobody has to sign in').to.deep.equal([]);
    const tags = (document['tags'] as { name: string }[]).map(({ name }) => name);
    expect(new Set(operations.flatMap(([, , operation]) => operation.tags))).to.deep.equal(new Set(tags));
  });

  it('has the parameters of each path', () => {
    for (const [path, , { parameters = [] }] of operations) {
      const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const described = parameters.filter((one) => one.in === 'path').map(({ name }) => name);
      expect(described, path).to.deep.equal(names);
    }
  });

  it('tells the failures of each route by their status, with their codes', () => {
    const refs = new Map(operations.map(([path, method, { responses }]) => [`${method} ${path}`, responses]));
    expect(refs.get('get /runs/{id}')?.['404']?.$ref).to.equal('#/components/responses/404.run_not_found');
    expect(refs.get('post /agents/echo/{id}')?.['409']?.$ref).to.match(/conflict\.session_busy/);
    expect(refs.get('get /runs/{id}/stream')?.['503']?.$ref).to.match(
      /shutting_down\.store_unavailable\.too_many_connections$/,
    );
    expect(refs.get('put /agents/{name}/{id}/sessions/{session}')).to.include.keys('413', '415');
    for (const [what, responses] of refs) expect(Object.keys(responses), what).to.include('default');
  });

  it('has the schemas of what is served, whose references to themselves lead into the document', () => {
    const schemas = (document['components'] as { schemas: Record<string, JsonObject> }).schemas;
    const input = schemas['workflow.sum.input'] as {
      properties: { tree: unknown };
      $defs: { tree: unknown };
    };
    expect(input.properties.tree).to.deep.equal({
      $ref: '#/components/schemas/workflow.sum.input.tree',
    });
    const sum = operations.find(([, , { operationId }]) => operationId === 'startWorkflow.sum')?.[2];
    expect(sum?.requestBody?.content['application/json']?.schema).to.deep.equal({
      $ref: '#/components/schemas/workflow.sum.input',
    });
    const api = readDocument(document);
    for (const name of Object.keys(schemas)) expect(() => api.compile(name), name).not.to.throw();
  });

  it('has a delivery whose body the store has lost', () => {
    const lost = detailsOf(
      {
        ...{ id: 'cb_1', callback: 'told', event: 'run_end', executionId: 'run_1', state: 'failed' },
        ...{ createdAt: 0, attempts: 1, tries: 1, log: [] },
      },
      undefined,
    );
    const asked = { method: 'GET', path: '/callbacks/{id}', status: 200, type: 'application/json' };
    expect(lost.body).to.equal(null);
    expect(readDocument(document).faultsOf(asked, lost)).to.deep.equal([]);
  });

  it('makes types that are those of the engine', async () => {
    const types = astToString(await openapiTS(JSON.stringify(document), { silent: true }));
    const folder = temporaryFolder();
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'api.ts'), types);
    writeFileSync(join(folder, 'check.ts'), check(join(import.meta.dirname, '../../engine')));
    const faults = typeFaults([join(folder, 'api.ts'), join(folder, 'check.ts')], {
      strict: true,
      noEmit: true,
      exactOptionalPropertyTypes: true,
      allowImportingTsExtensions: true,
      skipLibCheck: true,
      module: ts.ModuleKind.NodeNext,
      target: ts.ScriptTarget.ES2023,
      types: [],
    });
    expect(faults).to.deep.equal([]);
  }).timeout(120_000);
});

/** A file that compiles only when what is described and what the engine gives are the same. */
function check(engine: string): string {
  return `
import type { components, operations } from './api.ts';
import type { Approval, Explanation, RunRecord, ScheduleRecord, SubmissionRecord, UsageReport } from '${engine}/api.ts';
import type { EngineEvent } from '${engine}/core/event.ts';
import type { Message, Usage } from '${engine}/core/message.ts';
import type { SessionEntry, SessionNote } from '${engine}/session/index.ts';

type Schemas = components['schemas'];
type Mutable<T> = T extends readonly (infer Item)[] ? Mutable<Item>[] : T extends object ? { -readonly [K in keyof T]: Mutable<T[K]> } : T;
declare function given<T>(): Mutable<T>;

export const event: Schemas['Event']['type'] = given<EngineEvent['type']>();
export const type: EngineEvent['type'] = given<Schemas['Event']['type']>();
export const usage: Schemas['Usage'] = given<Usage>();
export const usageBack: Usage = given<Schemas['Usage']>();
export const report: Schemas['UsageReport'] = given<UsageReport>();
export const note: Schemas['SessionNote'] = given<SessionNote>();
export const kind: Schemas['Entry']['kind'] = given<SessionEntry['kind']>();
export const role: Schemas['Message']['role'] = given<Message['role']>();
type Keys<T> = T extends unknown ? keyof T : never;
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : never) : never;
export const keys: [
  Same<Keys<Schemas['Run']>, keyof RunRecord>,
  Same<Keys<Schemas['Submission']>, keyof SubmissionRecord>,
  Same<Keys<Schemas['Approval']>, keyof Approval>,
  Same<Keys<Schemas['Schedule']>, keyof ScheduleRecord>,
  Same<Keys<Schemas['Explanation']>, keyof Explanation>,
  Same<Keys<Schemas['Event']>, Keys<EngineEvent>>,
] = [true, true, true, true, true, true];
type DataKeys<T extends EngineEvent['type']> = Same<
  Keys<Extract<Schemas['Event'], { type: T }>['data']>,
  Keys<Extract<EngineEvent, { type: T }>['data']>
>;
type Open = 'approval_requested' | 'approval_resolved' | 'idle';
export const data: { [T in Exclude<EngineEvent['type'], Open>]: DataKeys<T> } = given<never>();
export const sum: operations['startWorkflow.sum']['requestBody'] = { content: { 'application/json': { tree: { children: [{}] } } } };
// @ts-expect-error
export const wrong: operations['startWorkflow.sum']['requestBody'] = { content: { 'application/json': { tree: 1 } } };
`;
}
