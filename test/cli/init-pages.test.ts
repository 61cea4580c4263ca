import { expect } from 'chai';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '../fakes/project.ts';
import { runCommand } from '../docs/commands.ts';
import { runCli } from './run-cli.ts';

const templates = readdirSync(fileURLToPath(new URL('../../specs/templates/', import.meta.url))).filter(
  (name) => name !== '_shared',
);

describe('the pages of new projects', function () {
  this.timeout(120_000);
  for (const name of templates) {
    it(`every command of "${name}" does what its page says`, async () => {
      const parent = temporaryFolder();
      const made = await runCli(['init', 'shop', '--template', name], { cwd: parent });
      expect([made.exitCode, made.stderr]).to.deep.equal([0, '']);
      const folder = join(parent, 'shop');
      const commands = commandsOf(readFileSync(join(folder, 'README.md'), 'utf8'));
      expect(commands).to.include.members(['npm install flue-engine', 'npx engine validate']);
      for (const command of commands) {
        if (command === 'npm install flue-engine' || command === 'npx engine serve') continue;
        const { exitCode, stdout, stderr } = await runCommand(command, folder);
        expect(exitCode, `${command}\n${stdout}${stderr}`).to.equal(0);
        if (command === 'npx engine validate') expect(stdout).to.match(/^ok: [^;]*$/);
      }
    });
  }
});

/** What stands in the blocks of shell commands. */
function commandsOf(page: string): string[] {
  return [...page.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].flatMap(([, block = '']) =>
    block.trim().split('\n'),
  );
}
