import { expect } from 'chai';
import { makeProject, startCli } from '../cli/run-cli.ts';

const canary = 'canary-of-the-engine-31415926';
/** Everything a command can ask for its environment, and for that of the process that started it. */
const looks =
  'env; printenv; set; export -p; echo "$ENGINE_CANARY"; cat /proc/self/environ; cat /proc/$PPID/environ; cat /proc/1/environ; cat /proc/*/environ; true';

describe('security: the environment of the engine', function () {
  this.timeout(120_000);

  // `local` is no boundary: its commands run as the engine's own user, who may read /proc. docs/security.md says so.
  for (const type of ['virtual', 'isolated', 'local'])
    it(`is in nothing that commands and file tools of a sandbox of type ${type} can see${type === 'local' ? ', as far as variables go' : ''}`, async function () {
      const command = type === 'local' ? 'env; printenv; set; export -p; echo "$ENGINE_CANARY"' : looks;
      const project = await makeProject({
        'engine.yaml': 'store: { type: memory }\n',
        'src/sandboxes/box.yaml': `type: ${type}\nshell: true\nwrite: true\n`,
        'src/models/peek.yaml': `replies:
  - match: { turn: 1 }
    toolCalls:
${['/proc/self/environ', '/proc/1/environ', '/proc/self/cmdline', '../../../../proc/self/environ']
  .map((path) => `      - { tool: read, input: { path: ${path} } }`)
  .join('\n')}
default: { text: "{{json results}}" }
`,
        'src/agents/peek.md':
          '---\ndescription: P.\nmodel: script/peek\nsandbox: box\ntools: [read]\n---\n\nLook.\n',
        'src/workflows/look.yaml': JSON.stringify({
          sandbox: 'box',
          steps: [
            { id: 'sh', shell: command },
            { id: 'peek', agent: 'peek', message: 'Look.' },
          ],
          output: { sh: '${{ steps.sh.output }}', peek: '${{ steps.peek.output }}' },
        }),
      });
      try {
        const { stdout, stderr } = await startCli(['run', 'look', '--json'], {
          cwd: project.folder,
          env: { ENGINE_CANARY: canary },
        }).done;
        if (type === 'isolated' && stderr.includes('sandbox_failed')) return this.skip();
        expect(stdout, stderr).to.match(/PWD|HOME|PATH/);
        expect(stdout + stderr).to.not.contain(canary);
      } finally {
        await project.remove();
      }
    });
});
