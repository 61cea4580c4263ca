import { expect } from 'chai';
import { compileSchema } from '../../engine/expr/index.ts';
import type { JsonObject } from '../../engine/core/json.ts';
import { routes } from '../../engine/server/routes/routes.ts';
import { startWorld, type World } from './world.ts';

type Operation = {
  readonly operationId: string;
  readonly parameters: readonly { readonly name: string; readonly in: string }[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>;
};
type Content = Readonly<Record<string, { readonly schema: JsonObject }>>;

describe('the description of the API', () => {
  let world: World;
  let document: JsonObject;
  let paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  before(async () => {
    world = await startWorld();
    document = (await world.send('GET', '/openapi.json')).body as JsonObject;
    paths = document['paths'] as unknown as typeof paths;
  });
  after(() => world.close());

  it('names every route once, those of agents and workflows once for each', () => {
    const lines = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { operationId }]) => `${method} ${path} ${operationId}`),
    );
    expect(lines).to.deep.equal([
      'get /health health',
      'get /ready ready',
      'get /agents listAgents',
      'post /agents/counter/{id} promptAgent.counter',
      'post /agents/echo/{id} promptAgent.echo',
      'get /agents/{name}/{id}/sessions/{session} readHistory',
      'post /agents/{name}/{id}/abort abortSession',
      'get /workflows listWorkflows',
      'post /workflows/greet startWorkflow.greet',
      'post /workflows/plain startWorkflow.plain',
      'post /workflows/refuse startWorkflow.refuse',
      'post /workflows/stall startWorkflow.stall',
      'get /runs listRuns',
      'get /runs/{id} readRun',
      'get /runs/{id}/events readRunEvents',
      'get /runs/{id}/stream streamRun',
      'post /runs/{id}/cancel cancelRun',
      'post /runs/{id}/redrive redriveRun',
      'post /runs/{id}/resume resumeRun',
      'post /runs/{id}/fork forkRun',
      'get /runs/{id}/why explainStep',
      'post /runs/{id}/signals/{topic} signalRun',
      'get /approvals listApprovals',
      'post /approvals/{id} answerApproval',
      'post /agents/counter/{id}/dispatch dispatchToAgent.counter',
      'post /agents/echo/{id}/dispatch dispatchToAgent.echo',
      'get /submissions/{id} readSubmission',
      'get /submissions/{id}/events readSubmissionEvents',
      'get /submissions/{id}/stream streamSubmission',
      'post /submissions/{id}/abort abortSubmission',
      'get /openapi.json describeApi',
    ]);
    expect(new Set(routes.map(({ operation }) => operation)).size).to.equal(routes.length);
  });

  it('has the parameters of each path', () => {
    for (const [path, methods] of Object.entries(paths)) {
      const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      for (const { parameters } of Object.values(methods)) {
        expect(
          parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name),
          path,
        ).to.deep.equal(names);
      }
    }
  });

  it('has the input and output schemas of what is served', () => {
    const greet = paths['/workflows/greet']?.['post'];
    expect(greet?.requestBody?.content['application/json']?.schema).to.deep.equal(
      world.engine.program.workflows['greet']?.inputSchema,
    );
    const counter = paths['/agents/counter/{id}']?.['post']?.requestBody?.content['application/json']?.schema;
    expect((counter?.['properties'] as JsonObject)['input']).to.deep.equal(
      world.engine.program.agents['counter']?.inputSchema,
    );
  });

  it('is true of the answers', async () => {
    const { runId } = await world.engine.workflows.start('greet', { name: 'Ada' });
    await world.engine.runs.wait(runId);
    const asked: readonly [string, string, string, unknown?][] = [
      ['get', '/health', '/health'],
      ['get', '/ready', '/ready'],
      ['get', '/agents', '/agents'],
      ['get', '/workflows', '/workflows'],
      ['post', '/agents/echo/{id}', '/agents/echo/one', { message: 'Hi' }],
      ['get', '/agents/{name}/{id}/sessions/{session}', '/agents/echo/one/sessions/default'],
      ['post', '/agents/{name}/{id}/abort', '/agents/echo/one/abort', {}],
      ['post', '/workflows/greet', '/workflows/greet?wait=result', { name: 'Ada' }],
      ['post', '/workflows/plain', '/workflows/plain', {}],
      ['get', '/runs', '/runs'],
      ['get', '/runs/{id}', `/runs/${runId}`],
      ['get', '/runs/{id}/events', `/runs/${runId}/events`],
      ['post', '/runs/{id}/cancel', `/runs/${runId}/cancel`],
      ['get', '/openapi.json', '/openapi.json'],
    ];
    for (const [method, path, url, body] of asked) {
      const answer = await world.send(method.toUpperCase(), url, body);
      const schema =
        paths[path]?.[method]?.responses[String(answer.status)]?.content?.['application/json']?.schema;
      expect(schema, `${path} ${answer.status}`).to.not.equal(undefined);
      expect(compileSchema(schema ?? false).check(answer.body).faults, path).to.deep.equal([]);
    }
  });
});
