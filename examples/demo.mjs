// What `npm run demo` does: check an example project, run its workflow on real input, show the typed result.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const cli = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const project = fileURLToPath(new URL('./issue-triage', import.meta.url));

engine('validate', project);
engine('run', 'triage', '--project', project, '--input', `@${project}/example-input.json`);
console.log('\nThe model was scripted (examples/issue-triage/src/models/triage.yaml), so no key was needed.');
console.log('To use a real one, put its name into examples/issue-triage/engine.yaml, for example');
console.log('"triage: { model: anthropic/claude-haiku-4-5 }", and set ANTHROPIC_API_KEY.');

function engine(...args) {
  const shown = args.map((arg) => arg.replace(`${process.cwd()}/`, ''));
  console.log(`\n$ engine ${shown.join(' ')}`);
  const { status } = spawnSync(process.execPath, [cli, ...args], { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 3);
}
