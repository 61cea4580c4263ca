import { expect } from 'chai';
import { findingsOf } from '../fakes/project.ts';

describe('link: headers', () => {
  it('have names that can be sent, once each, and leave how a message is framed to who sends it', async () => {
    const headers = `
  Transfer-Encoding: chunked
  x team: red
  X-Team: red
  x-team: blue
  'ключ': a
  content-type: text/plain
`;
    const findings = await findingsOf({
      'engine.yaml': `model: openai/gpt-5
secrets: { HOOK: {} }
providers: { own: { type: openai-compatible, baseUrl: http://127.0.0.1:1/v1, headers: { Content-Length: '1' } } }
telemetry: { otlp: { endpoint: 'http://127.0.0.1:1', headers: { upgrade: h2c } } }
`,
      'src/agents/clerk.yaml': 'description: Answers.\n',
      'src/channels/own.yaml': `agent: clerk
scheme: hmac
secret: HOOK
verify: { header: x-signature }
message: Hello
dedupe: { key: '{{body.id}}' }
reply: { status: 200, headers: { Content-Length: '3', x-ok: 'yes' } }
`,
      'src/tools/look.yaml': `description: Looks.
type: http
inputSchema: { type: object, properties: {} }
request:
  url: https://example.com/
  headers:${headers.replaceAll('\n', '\n  ')}
`,
      'src/workflows/ask.yaml': `steps:
  - { id: ask, http: { url: 'http://127.0.0.1:1/', headers: { Expect: 100-continue } } }
`,
    });
    expect(findings).to.deep.equal([
      'engine.yaml:3:89 error schema/bad-format the header "Content-Length" is written by who sends the message; leave it out',
      'engine.yaml:4:65 error schema/bad-format the header "upgrade" is written by who sends the message; leave it out',
      'src/channels/own.yaml:7:34 error schema/bad-format the header "Content-Length" is written by who sends the message; leave it out',
      'src/tools/look.yaml:7:5 error schema/bad-format the header "Transfer-Encoding" is written by who sends the message; leave it out',
      'src/tools/look.yaml:8:5 error schema/bad-format "x team" is no name of a header; write "x-team"',
      'src/tools/look.yaml:10:5 error schema/bad-format the headers "X-Team" and "x-team" are the same one; leave one out',
      'src/tools/look.yaml:11:5 error schema/bad-format "ключ" is no name of a header',
      'src/workflows/ask.yaml:2:63 error schema/bad-format the header "Expect" is written by who sends the message; leave it out',
    ]);
  });
});
