import { expect } from 'chai';
import { findingsOf } from '../fakes/project.ts';

describe('link: secrets', () => {
  it('flow only into headers, env and args; elsewhere each kind of place has its rule', async () => {
    const findings = await findingsOf({
      'engine.yaml': `model: openai/gpt-5
secrets: { KEY: {} }
mcpServers: { far: { url: 'https://x.example.com/\${{ secrets.KEY }}' } }
`,
      'src/agents/a.md': '---\ndescription: A.\n---\n{{secrets.KEY}}\n',
      'src/tools/t.yaml':
        "description: T.\ntype: http\nsecrets: [KEY]\nrequest: { url: 'https://x.example.com/{{secrets.KEY}}', query: { k: '${{ secrets.KEY }}' }, headers: { a: '${{ secrets.KEY }}', b: '${{ secrets.KEYS }}' } }\n",
      'src/workflows/w.yaml': `steps:
  - { id: a, if: 'secrets.KEY == "x"', log: 'x {{secrets.KEY}}' }
  - { id: b, set: { k: '\${{ secrets.KEY }}' } }
output: \${{ steps.b.output.k }}
`,
    });
    expect(findings).to.deep.equal([
      'engine.yaml:3:51 error security/secret-in-value secrets may be read only in "headers", "env" and "args"; send it as a header',
      'src/agents/a.md:4:3 error security/secret-in-text secrets may be read only in "headers", "env" and "args"; let the tool that needs it read it there',
      'src/tools/t.yaml:4:42 error security/secret-in-text secrets may be read only in "headers", "env" and "args"; let the tool that needs it read it there',
      'src/tools/t.yaml:4:75 error security/secret-in-value secrets may be read only in "headers", "env" and "args"; let the tool that needs it read it there',
      'src/tools/t.yaml:4:146 error ref/unknown-secret no secret "KEYS"; did you mean "KEY"?',
      'src/workflows/w.yaml:2:19 error security/secret-in-value secrets may be read only in "headers", "env" and "args"; let the tool that needs it read it there',
      'src/workflows/w.yaml:2:50 error security/secret-in-text secrets may be read only in "headers", "env" and "args"; let the tool that needs it read it there',
      'src/workflows/w.yaml:3:29 error security/secret-in-value secrets may be read only in "headers", "env" and "args"; let the tool that needs it read it there',
    ]);
  });

  it('of a project that declares none are told where to be declared', async () => {
    const findings = await findingsOf({
      'engine.yaml': 'model: openai/gpt-5\n',
      'src/tools/t.yaml':
        "description: T.\ntype: http\nsecrets: [KEY]\nrequest: { url: 'https://x.example.com/', headers: { a: '${{ secrets.KEY }}' } }\n",
      'src/tools/u.yaml':
        "description: U.\ntype: http\nrequest: { url: 'https://x.example.com/', headers: { a: '${{ secrets.KEY }}' } }\n",
    });
    const message = 'error ref/unknown-secret no secret "KEY"; declare it under "secrets" in engine.yaml';
    expect(findings).to.deep.equal([`src/tools/t.yaml:3:11 ${message}`, `src/tools/u.yaml:3:70 ${message}`]);
  });
});

describe('link: partials', () => {
  it('that are missing or go round in a circle are told at the include, with the circle', async () => {
    const findings = await findingsOf({
      'engine.yaml': 'model: openai/gpt-5\n',
      'partials/a.hbs': '{{> b}}',
      'partials/b.hbs': '{{> c}}',
      'partials/c.hbs': '{{> b}}',
      'src/agents/x.yaml': "description: X.\ninstructions: 'Hello {{> a}} {{> bb}}'\n",
    });
    expect(findings).to.deep.equal([
      'src/agents/x.yaml:2:22 error template/circular-partial partial "b" includes itself: b → c → b',
      'src/agents/x.yaml:2:30 error template/unknown-partial unknown partial "bb"; did you mean "b"?',
    ]);
  });
});

describe('link: braces of the wrong kind', () => {
  it('in a value or an address are told, with what to write', async () => {
    const findings = await findingsOf({
      'src/tools/stock.yaml': `description: Stock.
type: http
inputSchema: { type: object, required: [item], properties: { item: { type: string } } }
request: { url: 'https://x.example.com/\${{ input.item }}', query: { a: '{{input.item}}', b: 'x {{ input.item }}', c: '{{theirs}}' } }
`,
    });
    expect(findings).to.deep.equal([
      'src/tools/stock.yaml:4:40 error expr/braces an address is a template; write "{{ }}" without the "$"',
      'src/tools/stock.yaml:4:73 error expr/template-in-value "{{ }}" means nothing in a value, and stays as it is; write "${{ input.item }}"',
      'src/tools/stock.yaml:4:96 error expr/template-in-value "{{ }}" means nothing in a value, and stays as it is; write one "${{ }}" around the whole value, with + between texts',
    ]);
  });
});
