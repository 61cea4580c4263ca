import { expect } from 'chai';
import fc from 'fast-check';
import { cpSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createCompiler, type Analysis } from '../../engine/compiler.ts';
import { temporaryFolder, writeFiles } from '../fakes/project.ts';

const golden = fileURLToPath(new URL('../golden/ok', import.meta.url));

/** Workflows that call each other, in a row and in a ring, and a tool and a shared schema between them. */
const callers = {
  'schemas/order.yaml': 'type: object\nrequired: [id]\nproperties: { id: { type: string } }\n',
  'src/tools/sub.yaml': 'description: Starts one.\ntype: workflow\nworkflow: inner\n',
  'src/workflows/outer.yaml':
    "inputSchema: { $ref: schemas/order.yaml }\nsteps:\n  - { id: a, workflow: inner, with: { name: '${{ input.id }}' } }\n  - { id: b, log: '{{steps.a.output.size}}' }\n",
  'src/workflows/inner.yaml':
    'inputSchema: { type: object, required: [name], properties: { name: { type: string } } }\nsteps:\n  - { id: s, set: { size: 3 } }\n',
  'src/workflows/ring1.yaml': 'steps:\n  - { id: a, workflow: ring2, with: {} }\n',
  'src/workflows/ring2.yaml':
    'steps:\n  - { id: a, workflow: ring1, with: {} }\n  - { id: b, tool: sub, with: { name: x } }\n',
};

/** One thing somebody may do to a project; `pick` and `at` choose the file and the place. */
type Deed = { readonly what: string; readonly pick: number; readonly at: number };

const deed: fc.Arbitrary<Deed> = fc.record({
  what: fc.constantFrom('swap', 'cut', 'line', 'delete', 'add', 'rename', 'repair', 'comment', 'unsaved'),
  pick: fc.nat(1000),
  at: fc.nat(100_000),
});

describe('compiling again', function () {
  this.timeout(120_000);

  for (const name of ['refund', 'rich']) {
    it(`gives what a first look gives, whatever was changed in ${name}`, async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(deed, { minLength: 2, maxLength: 6 }), async (deeds) => {
          const folder = temporaryFolder();
          cpSync(join(golden, name), folder, { recursive: true });
          writeFiles(folder, callers);
          const original = new Map(
            filesIn(folder).map((file) => [file, readFileSync(join(folder, file), 'utf8')]),
          );
          const compiler = createCompiler(folder);
          await compiler.analyze();
          for (const one of deeds) {
            const overlay = act(folder, one, original);
            expect(seen(await compiler.analyze(overlay))).to.deep.equal(
              seen(await createCompiler(folder).analyze(overlay)),
            );
          }
          rmSync(folder, { recursive: true, force: true });
        }),
        { numRuns: Number(process.env['RUNS'] ?? 12) },
      );
    });
  }

  it('takes over workflows that nothing touched, and links the callers of what changed', async () => {
    const folder = temporaryFolder();
    writeFiles(folder, callers);
    const compiler = createCompiler(folder);
    const before = (await compiler.analyze()).draft.workflows;
    writeFiles(folder, {
      'src/workflows/inner.yaml': callers['src/workflows/inner.yaml'].replace('size: 3', 'size: 4'),
    });
    const after = (await compiler.analyze()).draft.workflows;
    expect(after['ring1']?.steps).to.equal(before['ring1']?.steps);
    expect(after['inner']?.steps).to.not.equal(before['inner']?.steps);
    expect(after['outer']?.steps).to.not.equal(before['outer']?.steps);
    expect(after['outer']?.hash).to.not.equal(before['outer']?.hash);
  });

  it('reads texts in place of files, and files that are not there', async () => {
    const folder = temporaryFolder();
    writeFiles(folder, callers);
    const compiler = createCompiler(folder);
    const overlay = new Map([
      ['src/workflows/inner.yaml', 'steps: [{ id: a, lgo: x }]'],
      [join(folder, 'src/agents/new.md'), 'Hello {{agent.nmae}}'],
    ]);
    const { diagnostics } = await compiler.analyze(overlay);
    expect(diagnostics.map(({ file, rule }) => `${file} ${rule}`)).to.include.members([
      'src/agents/new.md ref/unknown-field',
      'src/workflows/inner.yaml schema/no-verb',
    ]);
    expect((await compiler.analyze()).diagnostics).to.deep.equal(
      (await createCompiler(folder).analyze()).diagnostics,
    );
  });
});

/** All that an analysis says, in a form that can be compared. */
function seen({ diagnostics, draft, program, facts, sources }: Analysis): unknown {
  return {
    diagnostics,
    hash: draft.hash,
    isWhole: program !== undefined,
    workflows: Object.entries(draft.workflows).map(([name, { hash }]) => [name, hash]),
    unavailable: draft.unavailable,
    expressions: facts.expressions.map(({ file, pointer, source, type, range }) => [
      file,
      pointer,
      source,
      type,
      range,
    ]),
    references: facts.references.map(({ file, pointer, kind, name, known }) => [
      file,
      pointer,
      kind,
      name,
      known,
    ]),
    sources: sources.map(({ file, text }) => [file, text]),
  };
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(?:yaml|md)$/.test(file))
    .sort();
}

/** Does it; gives the texts that are not saved. */
function act(
  folder: string,
  { what, pick, at }: Deed,
  original: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const files = filesIn(folder);
  const file = files[pick % files.length] ?? '';
  const path = join(folder, file);
  const text = readFileSync(path, 'utf8');
  const place = at % Math.max(1, text.length - 2);
  const swapped =
    text.slice(0, place) + (text[place + 1] ?? '') + (text[place] ?? '') + text.slice(place + 2);
  const none = new Map<string, string>();
  if (what === 'unsaved') return new Map([[file, swapped]]);
  if (what === 'swap') writeFileSync(path, swapped);
  else if (what === 'cut') writeFileSync(path, text.slice(0, place));
  else if (what === 'line') {
    const lines = text.split('\n');
    lines.splice(at % lines.length, 1);
    writeFileSync(path, lines.join('\n'));
  } else if (what === 'comment') writeFileSync(path, `${text}\n# more\n`);
  else if (what === 'delete') rmSync(path);
  else if (what === 'rename') renameSync(path, path.replace(/(\.\w+)$/, '2$1'));
  else if (what === 'add') {
    const [from = ''] = [...original.values()].slice(at % original.size);
    writeFileSync(path.replace(/(\.\w+)$/, `-${at % 3}$1`), from);
  } else {
    for (const [name, first] of original) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), first);
    }
  }
  return none;
}
