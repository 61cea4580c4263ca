import { connect } from 'node:net';
import { expect } from 'chai';
import { errorOf, startWorld, type World } from './world.ts';

describe('a request that cannot be served', () => {
  let world: World;
  before(async () => {
    world = await startWorld({ bodyBytes: 2_000 });
  });
  after(() => world.close());

  const cases: readonly [
    title: string,
    request: readonly [string, string, unknown?, Record<string, string>?],
    status: number,
    error: object,
  ][] = [
    [
      'names an unknown URL',
      ['GET', '/nope'],
      404,
      { type: 'not_found', message: 'there is nothing at "/nope"; see "/openapi.json"' },
    ],
    [
      'uses the wrong method',
      ['DELETE', '/workflows/plain'],
      405,
      {
        type: 'method_not_allowed',
        message: 'method DELETE is not allowed at "/workflows/plain"; use GET or HEAD or POST',
      },
    ],
    [
      'names an unknown agent',
      ['POST', '/agents/ecko/1', { message: 'x' }],
      404,
      { type: 'agent_not_found', message: 'no agent "ecko"; did you mean "echo"?' },
    ],
    [
      'names an unknown workflow',
      ['POST', '/workflows/plan', {}],
      404,
      { type: 'workflow_not_found', message: 'no workflow "plan"; did you mean "plain"?' },
    ],
    ['names an unknown run', ['GET', '/runs/nope'], 404, { type: 'run_not_found', message: 'no run "nope"' }],
    [
      'asks to stream an unknown run',
      ['GET', '/runs/nope/stream'],
      404,
      { type: 'run_not_found', message: 'no run "nope"' },
    ],
    [
      'has a bad instance id',
      ['GET', '/agents/echo/%00/sessions/a'],
      400,
      { type: 'invalid_request', message: 'the instance id must not contain control characters' },
    ],
    [
      'has a broken path',
      ['GET', '/runs/%E0%A4%A'],
      400,
      { type: 'invalid_request', message: 'the path has a broken percent-encoding' },
    ],
    [
      'names a day that there is not',
      ['GET', '/runs?since=2026-02-30T00:00:00Z'],
      400,
      {
        type: 'invalid_request',
        message: '"since" must be a time such as 2026-01-31T12:00:00Z, got "2026-02-30T00:00:00Z"',
      },
    ],
    [
      'goes on behind a run that there is not',
      ['GET', '/admin/executions?before=nope'],
      404,
      { type: 'run_not_found', message: 'no run "nope"' },
    ],
    [
      'goes on behind a message that there is not',
      ['GET', '/admin/executions?before=sub_nope'],
      404,
      { type: 'submission_not_found', message: 'no submission "sub_nope"' },
    ],
    [
      'has null for the input that it must have',
      ['POST', '/workflows/greet', 'null'],
      400,
      {
        type: 'invalid_input',
        message: 'input of workflow "greet": must be object, got null',
        details: { faults: [{ pointer: '', message: 'must be object, got null' }] },
      },
    ],
    [
      'says something in a body that nobody reads',
      ['PUT', '/agents/echo/1/sessions/a', { title: 'A' }],
      400,
      { type: 'invalid_request', message: 'unknown key "title" in the body' },
    ],
    [
      'deletes with a body that nobody reads',
      ['DELETE', '/agents/echo/1', { abort: true }],
      400,
      { type: 'invalid_request', message: 'unknown key "abort" in the body' },
    ],
    [
      'deletes with a body that says nothing',
      ['DELETE', '/agents/ecko/1', 'null'],
      404,
      { type: 'agent_not_found', message: 'no agent "ecko"; did you mean "echo"?' },
    ],
    [
      'has a key where each request is done',
      ['POST', '/runs/nope/redrive', {}, { 'idempotency-key': 'a' }],
      400,
      {
        type: 'invalid_request',
        message:
          'POST /runs/:id/redrive takes no header "Idempotency-Key": each request is done; leave it out',
      },
    ],
    [
      'has a key where it does no harm',
      ['POST', '/runs/nope/cancel', {}, { 'idempotency-key': 'a' }],
      404,
      { type: 'run_not_found', message: 'no run "nope"' },
    ],
    [
      'has no body where one is needed',
      ['POST', '/agents/echo/1'],
      400,
      { type: 'invalid_input', message: 'agent "echo" needs a message' },
    ],
    [
      'has a body that is no object',
      ['POST', '/agents/echo/1', '[]'],
      400,
      { type: 'invalid_request', message: 'the body must be a JSON object' },
    ],
    [
      'has an unknown key',
      ['POST', '/agents/echo/1', { mesage: 'x' }],
      400,
      { type: 'invalid_request', message: 'unknown key "mesage" in the body; did you mean "message"?' },
    ],
    [
      'has an unknown key in an abort',
      ['POST', '/agents/echo/1/abort', { sesion: 'x' }],
      400,
      { type: 'invalid_request', message: 'unknown key "sesion" in the body; did you mean "session"?' },
    ],
    [
      'has an unknown query parameter',
      ['GET', '/runs?limt=1'],
      400,
      { type: 'invalid_request', message: 'unknown query parameter "limt"; did you mean "limit"?' },
    ],
    [
      'has a query parameter twice',
      ['GET', '/runs?limit=1&limit=2'],
      400,
      { type: 'invalid_request', message: 'query parameter "limit" is given twice' },
    ],
    [
      'has a number out of range',
      ['GET', '/runs?limit=0'],
      400,
      { type: 'invalid_request', message: '"limit" must be a whole number from 1 to 1000, got "0"' },
    ],
    [
      'has an unknown state',
      ['GET', '/runs?state=succeded'],
      400,
      { type: 'invalid_request', message: 'unknown value "succeded" of "state"; did you mean "succeeded"?' },
    ],
    [
      'asks for live events of the store',
      ['GET', '/runs/nope/events?types=text_delta'],
      400,
      { type: 'invalid_request' },
    ],
    [
      'has an unknown way to wait',
      ['POST', '/workflows/plain?wait=yes', {}],
      400,
      { type: 'invalid_request', message: 'unknown value "yes" of "wait"; expected one of "result"' },
    ],
    [
      'wants to wait and to stream',
      ['POST', '/workflows/plain?wait=result', {}, { accept: 'text/event-stream' }],
      400,
      { type: 'invalid_request' },
    ],
    [
      'has a bad Last-Event-ID',
      ['GET', '/runs/nope/stream', undefined, { 'last-event-id': 'x' }],
      400,
      { type: 'invalid_request', message: '"Last-Event-ID" must be the index of an event, got "x"' },
    ],
    [
      'accepts neither JSON nor events',
      ['POST', '/workflows/plain', {}, { accept: 'image/png' }],
      406,
      { type: 'not_acceptable' },
    ],
    ['has bad JSON', ['POST', '/workflows/plain', '{"a":'], 400, { type: 'invalid_json' }],
    [
      'hides the media type in a parameter',
      ['POST', '/workflows/plain', '{}', { 'content-type': 'text/plain; x=application/json' }],
      415,
      {
        type: 'unsupported_media_type',
        message:
          'content type "text/plain; x=application/json" is not supported; expected "application/json"',
      },
    ],
    [
      'is a form',
      ['POST', '/workflows/plain', 'a=b', { 'content-type': 'application/x-www-form-urlencoded' }],
      415,
      { type: 'unsupported_media_type' },
    ],
    [
      'has another charset',
      ['POST', '/workflows/plain', '{}', { 'content-type': 'application/json; charset=latin1' }],
      415,
      { type: 'unsupported_media_type' },
    ],
    [
      'is compressed',
      ['POST', '/workflows/plain', '{}', { 'content-encoding': 'gzip' }],
      415,
      { type: 'unsupported_media_type' },
    ],
    [
      'is too large',
      ['POST', '/workflows/plain', `"${'x'.repeat(2_000)}"`],
      413,
      { type: 'payload_too_large', message: 'the body is larger than 2000 bytes' },
    ],
    [
      'is far too large',
      ['POST', '/workflows/plain', `"${'x'.repeat(3_000_000)}"`],
      413,
      { type: 'payload_too_large' },
    ],
    [
      'is too deep',
      ['POST', '/workflows/plain', '['.repeat(201) + ']'.repeat(201)],
      400,
      { type: 'invalid_json', message: 'the body is nested deeper than 200 levels' },
    ],
    [
      'has a __proto__ key',
      ['POST', '/workflows/plain', '{"a":{"\\u005f_proto__":1}}'],
      400,
      { type: 'invalid_json', message: 'the body has a key named "__proto__"' },
    ],
    ['has a number beyond doubles', ['POST', '/workflows/plain', '[1e400]'], 400, { type: 'invalid_json' }],
    ['has a lone surrogate', ['POST', '/workflows/plain', '"\\ud800"'], 400, { type: 'invalid_json' }],
    [
      'starts with a byte order mark',
      ['POST', '/workflows/plain', '\uFEFF{}'],
      400,
      { type: 'invalid_json' },
    ],
    [
      'comes from another origin',
      ['POST', '/workflows/plain', undefined, { origin: 'https://evil.example' }],
      403,
      { type: 'forbidden', message: 'requests from origin "https://evil.example" are not allowed' },
    ],
    [
      'comes from no origin',
      ['POST', '/workflows/plain', undefined, { origin: 'null' }],
      403,
      { type: 'forbidden' },
    ],
    [
      'reads from another origin',
      ['GET', '/agents', undefined, { origin: 'http://localhost:1' }],
      403,
      { type: 'forbidden' },
    ],
  ];
  for (const [title, [method, path, body, headers], status, error] of cases) {
    it(`is refused when it ${title}`, async () => {
      const answer = await world.send(method, path, body, headers);
      expect(answer.status, JSON.stringify(answer.body)).to.equal(status);
      expect(errorOf(answer)).to.deep.include(error);
      expect(answer.headers.get('content-type')).to.equal('application/json; charset=utf-8');
      expect(await world.engine.runs.list()).to.deep.equal([]);
    });
  }

  it('names the methods that are allowed', async () => {
    const { headers } = await world.send('DELETE', '/runs');
    expect(headers.get('allow')).to.equal('GET, HEAD');
  });

  it('is refused when its bytes are no UTF-8', async () => {
    const response = await fetch(`${world.url}/workflows/plain`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: new Uint8Array([0x22, 0xff, 0x22]),
    });
    expect(response.status).to.equal(400);
    expect(errorOf({ body: (await response.json()) as Record<string, unknown> })).to.deep.equal({
      type: 'invalid_json',
      message: 'the body is not valid UTF-8',
    });
  });

  it('is refused when its Host is another name', async () => {
    const answer = await raw('GET /agents HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n');
    expect(answer).to.match(/^HTTP\/1\.1 403 Forbidden\r\n/);
    expect(answer).to.include('"type":"forbidden"');
    for (const host of ['localhost', 'LOCALHOST:9', '127.0.0.1:1', '127.9.9.9', '[::1]:8000']) {
      expect(await raw(`GET /health HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`), host).to.match(
        /^HTTP\/1\.1 200 /,
      );
    }
    for (const host of ['localhost.evil.example', '127.0.0.1.evil.example', '[::2]', '0.0.0.0', '']) {
      expect(await raw(`GET /health HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`), host).to.match(
        /^HTTP\/1\.1 403 /,
      );
    }
  });

  it('is refused with the envelope even when it is no HTTP', async () => {
    const answer = await raw('nonsense\r\n\r\n');
    expect(answer).to.match(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(answer).to.include('"type":"invalid_request"');
    expect(await raw(`GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(40_000)}\r\n\r\n`)).to.match(
      /^HTTP\/1\.1 431 /,
    );
  });

  it('is served when it comes from our own origin', async () => {
    expect((await world.send('GET', '/agents', undefined, { origin: world.url })).status).to.equal(200);
  });

  it('shows nothing of an internal error but its ref', async () => {
    world.log.length = 0;
    const { status, body } = await world.send('POST', '/agents/echo/crash', { message: 'crash' });
    expect({ status, error: errorOf({ body }) }).to.deep.equal({
      status: 500,
      error: { type: 'internal_error', message: 'an internal error occurred' },
    });
    const [entry] = world.log;
    expect(entry).to.deep.include({
      level: 'error',
      method: 'POST',
      path: '/agents/echo/crash',
      status: 500,
    });
    expect(entry?.ref).to.equal((body['error'] as { ref: string }).ref);
    expect(entry?.stack).to.match(/^TypeError: secret internals\n {4}at /);
  });

  function raw(request: string): Promise<string> {
    const { hostname, port } = new URL(world.url);
    return new Promise((resolve) => {
      let answer = '';
      const socket = connect(Number(port), hostname, () => socket.write(request));
      socket
        .on('data', (data) => (answer += data.toString()))
        // A server that has said its last resets the line when more comes.
        .on('error', () => undefined)
        .on('close', () => resolve(answer));
    });
  }
});
