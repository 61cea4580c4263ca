import { expect } from 'chai';
import { closeEngines, engineOf, linesOf, type Answer, type Call } from '../kit.ts';

const text =
  '{ type: object, required: [text], additionalProperties: false, properties: { text: { type: string } } }';
const project = {
  'engine.yaml': 'model: openai/gpt-5\nsecrets: { TOKEN: {} }\nenv: [PLACE]\n',
  'src/sandboxes/desk.yaml': 'type: virtual\nwrite: true\nshell: true\ncommands: [cat, wc, printenv]\n',
  'src/sandboxes/calm.yaml': 'type: virtual\nshell: true\ncommands: [echo]\n',
  'src/agents/clerk.yaml':
    'description: Serves.\nsandbox: desk\ntools: [say, lines, fails, shape, broken, other, where, peek, bash]\n',
  'src/tools/say.yaml': `description: Says.\ntype: command\ncommand: [printf, '%s|', "{{input.text}}", "at {{env.PLACE}}"]\ninputSchema: ${text}\n`,
  'src/tools/lines.yaml': `description: Counts.\ntype: command\nshell: wc -c "$INPUT_TEXT"\ninputSchema: ${text}\n`,
  'src/tools/fails.yaml': `description: Fails.\ntype: command\ncommand: [cat, "{{input.text}}"]\ninputSchema: ${text}\n`,
  'src/tools/shape.yaml': `description: Gives JSON.\ntype: command\ncommand: [echo, "{{input.text}}"]\ninputSchema: ${text}\noutputSchema: { type: object, required: [n], properties: { n: { type: number } } }\n`,
  'src/tools/other.yaml': `description: Elsewhere.\ntype: command\ncommand: [echo, "{{input.text}}"]\nsandbox: calm\ninputSchema: ${text}\n`,
  'src/tools/where.yaml': 'description: Where.\ntype: command\ncommand: [pwd]\ncwd: sub\n',
  'src/tools/peek.yaml': `description: Shows.\ntype: command\ncommand: [printenv, TOKEN]\nenv: { TOKEN: '\${{ secrets.TOKEN }}' }\nsecrets: [TOKEN]\n`,
  'src/tools/broken.yaml': `description: Line.\ntype: command\nshell: echo "$INPUT_TEXT"\ninputSchema: ${text}\n`,
  'src/workflows/says.yaml': `inputSchema: ${text}
sandbox: desk
steps: [{ id: say, tool: say, with: { text: '\${{ input.text }}' } }]
output: '\${{ steps.say.output }}'
`,
};

describe('engine: tools that are commands', function () {
  this.timeout(120_000);
  afterEach(closeEngines);

  /** What a model is told that makes these calls, one after the other. */
  async function answers(
    calls: readonly Call[],
    env: Record<string, string> = {},
  ): Promise<readonly string[]> {
    const { engine } = await engineOf(
      project,
      ({ messages }): Answer => {
        const made = messages.filter(({ role }) => role === 'tool').length;
        const next = calls[made];
        return next === undefined ? 'done' : { calls: [next] };
      },
      { env: { PLACE: 'Ulm', TOKEN: 'token-123456', ...env } },
    );
    const session = engine.agents.session('clerk', 'a');
    await session.writeFile('sub/f.txt', 'x');
    await session.prompt('Go');
    const history = await session.history();
    return linesOf(history.filter(({ role }) => role === 'tool')).map((line) => line.replace('tool: ', ''));
  }
  const call = (tool: string, value?: string): Call => ({
    tool,
    input: value === undefined ? {} : { text: value },
  });

  it('run during a prompt, in the sandbox of the agent, whatever that sandbox grants besides', async () => {
    expect(
      await answers([call('say', 'hello'), { tool: 'bash', input: { command: 'printf hello' } }]),
    ).to.satisfy(
      ([first, second]: string[]) =>
        first === '= "hello|at Ulm|"' && second?.startsWith('! ') === true && second.includes('printf'),
    );
  });

  it('what a model gives stays one argument', async () => {
    const nasty = [
      '; cat sub/f.txt',
      '$(cat sub/f.txt)',
      '`cat sub/f.txt`',
      '| cat sub/f.txt',
      '&& cat sub/f.txt',
      '> sub/f.txt',
      "'; cat sub/f.txt; '",
      '"',
      "it's",
      '\\',
      '*',
      '~',
      '$HOME ${HOME}',
      'a\nb\tc',
      '{a,b}',
      '!!',
      '#',
      '',
      '{{env.PLACE}}',
      '${{ secrets.TOKEN }}',
      'ünï ✓',
    ];
    const got = await answers(nasty.map((one) => call('say', one)));
    expect(got).to.deep.equal(nasty.map((one) => `= ${JSON.stringify(`${one}|at Ulm|`)}`));
  });

  it('a line for the shell finds arguments in its environment, and is held to what the sandbox grants', async () => {
    const [count, refused] = await answers([call('lines', 'sub/f.txt'), call('broken', 'x')]);
    expect(count).to.match(/^= "\s*1 sub\/f.txt"$/);
    expect(refused).to.match(/^! ".*echo/);
    const [injected] = await answers([call('lines', '$(cat sub/f.txt); cat sub/f.txt')]);
    expect(injected).to.match(/^! "the command ended with exit code 1: .*No such file/);
  });

  it('an exit code other than 0 is a failure that quotes what the command said', async () => {
    const [failed] = await answers([call('fails', 'none.txt')]);
    expect(failed).to.match(/^! "the command ended with exit code 1: cat: .*none.txt/);
  });

  it('with a schema for the result the output is JSON, and must fit', async () => {
    const [right, misfit, none] = await answers([
      call('shape', '{"n": 4}'),
      call('shape', '{"n": "4"}'),
      call('shape', 'four'),
    ]);
    expect(right).to.equal('= {"n":4}');
    expect(misfit).to.match(/^! "output of tool \\"shape\\": .*n/);
    expect(none).to.contain('what the command wrote is no JSON');
  });

  it('a sandbox of its own has none of the files of the agent; a folder is one of the workspace', async () => {
    const [other, where] = await answers([call('other', 'hi'), call('where')]);
    expect(other).to.equal('= "hi"');
    expect(where).to.equal('= "/workspace/sub"');
  });

  it('a secret reaches the environment and nobody else', async () => {
    expect(await answers([call('peek')])).to.deep.equal(['= "[secret]"']);
  });

  it('arguments that do not fit never run', async () => {
    const [refused] = await answers([{ tool: 'say', input: { text: 7, more: true } }]);
    expect(refused).to.match(/^! "invalid input: /);
  });

  it('a step runs one in the sandbox of the run', async () => {
    const { engine } = await engineOf(project, () => 'ok', { env: { PLACE: 'Ulm' } });
    const { output } = await engine.workflows.run('says', { text: '$(x) y' });
    expect(output).to.equal('$(x) y|at Ulm|');
  });
});
