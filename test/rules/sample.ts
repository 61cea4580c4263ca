import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { analyze, compile, unavailableParts } from '../../engine/compile.ts';
import { loadCode } from '../../engine/code/load-code.ts';
import type { Diagnostic } from '../../engine/core/diagnostic.ts';
import { rules } from '../../engine/rules/index.ts';
import { projectOf, temporaryFolder, writeFiles, type Files } from '../fakes/project.ts';

/** What a section of a rule page shows: a project, or a command that makes or checks one. */
export type Sample = { readonly files: Files } | { readonly command: string };

/** What samples may refer to without showing it. */
const around: Files = {
  'src/tools/refund.yaml': `description: Gives money back.
type: http
inputSchema: { type: object, properties: { amount: { type: number } } }
annotations: { destructiveHint: true }
request: { method: POST, url: 'http://localhost/refunds' }
`,
};

const sampleFile = 'src/workflows/sample.yaml';

/**
 * Reads the section `## <heading>` of a page. Each block is a file of the sample's project; it is named after the language of
 * the block (` ```yaml src/agents/helper.yaml `), a block without a name is the workflow `sample`. A single `sh` block is a command
 * instead.
 */
export function sampleOf(page: string, heading: 'Bad' | 'Good'): Sample {
  const section = new RegExp(`^## ${heading}\\n([\\s\\S]*?)(?=^## )`, 'm').exec(page)?.[1] ?? '';
  const blocks = [...section.matchAll(/^```(\w+)(?: (.+))?\n([\s\S]*?)^```$/gm)];
  if (blocks.length === 0) throw new Error(`the page has no sample "${heading}"`);
  const [, language, , text = ''] = blocks[0] ?? [];
  if (language === 'sh') return { command: text };
  return {
    files: Object.fromEntries(blocks.map(([, , name = sampleFile, content]) => [name, content])),
  };
}

/** What the engine finds in a sample; a rule that only the preset `strict` holds must be named to be looked at. */
export async function findingsIn(sample: Sample, rule: string): Promise<readonly Diagnostic[]> {
  return (await checkSample(sample, rule)).diagnostics;
}

/** The same with the folder the sample was written to. */
export async function checkSample(
  sample: Sample,
  rule: string,
): Promise<{ readonly project: string; readonly diagnostics: readonly Diagnostic[] }> {
  if ('files' in sample) {
    const project = projectOf({ ...around, ...asked(sample.files, rule) });
    const { diagnostics, draft } = await analyze(project);
    // What cannot run yet is found by who wants to run it.
    const parts = rule.startsWith('link/') ? unavailableParts(draft) : [];
    // Code is imported for who asks for it.
    const modules = rule === 'source/bad-module' ? await loadCode(draft) : [];
    return { project, diagnostics: [...diagnostics, ...parts, ...modules] };
  }
  const folder = temporaryFolder();
  writeFiles(folder, { 'my-project/engine.yaml': 'name: shop\n', 'src/roles/README.md': 'Roles.\n' });
  const checked = /^engine validate (\S+)\n$/.exec(sample.command)?.[1];
  if (checked === undefined) execFileSync('bash', ['-c', sample.command], { cwd: folder });
  const project = join(folder, checked ?? '.');
  return { project, diagnostics: (await compile(project)).diagnostics };
}

function asked(files: Files, rule: string): Files {
  const found = rules.find(({ id }) => id === rule);
  if (found?.preset !== 'strict') return files;
  const config = files['engine.yaml'];
  const settings = `rules: { ${rule}: ${found.level} }\n`;
  return { ...files, 'engine.yaml': typeof config === 'string' ? `${config}${settings}` : settings };
}
