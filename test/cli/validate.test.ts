import { Ajv } from 'ajv';
import { expect } from 'chai';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { helloProject } from './hello-project.ts';
import { makeProject, runCli, type Files, type Finished } from './run-cli.ts';

/** Two errors, a warning and a note, one of them with another place that matters. */
const faulty: Files = {
  ...helloProject,
  'src/agents/assistant.md': '---\ndescripton: A <b> & "c".\nharness: own\n---\nYou are brief.\n',
  'src/workflows/greet.yaml': 'steps:\n  - { id: a, log: x }\n  - { id: a, log: y }\n',
  'src/workflows/wait.yaml': null,
};

/** A warning and no error. */
const doubtful: Files = { ...helloProject, 'src/roles/polite.txt': 'Be polite.' };

describe('engine validate', function () {
  this.timeout(120_000);

  it('writes JSON as its schema says', async () => {
    const file = new URL('../../specs/formats/findings.schema.json', import.meta.url);
    const isValid = new Ajv({ allErrors: true }).compile(JSON.parse(readFileSync(file, 'utf8')) as object);
    for (const files of [faulty, doubtful, helloProject]) {
      const { stdout } = await validate(files, '--json');
      expect(isValid(JSON.parse(stdout)), JSON.stringify(isValid.errors)).to.equal(true);
    }
  });

  it('writes a SARIF log with rules, regions, other places and fingerprints', async () => {
    const { stdout, stderr, exitCode } = await validate(faulty, '--format', 'sarif');
    expect(exitCode).to.equal(1);
    expect(stderr).to.match(/^\d errors.* in \d files\n$/);
    const log = JSON.parse(stdout) as Sarif;
    expect(log.version).to.equal('2.1.0');
    const [{ tool, results, columnKind } = fail()] = log.runs;
    expect(columnKind).to.equal('utf16CodeUnits');
    const duplicate = results.find(({ ruleId }) => ruleId === 'ref/duplicate-id') ?? fail();
    expect(duplicate.level).to.equal('error');
    expect(duplicate.locations[0]?.physicalLocation).to.deep.equal({
      artifactLocation: { uri: 'src/workflows/greet.yaml', uriBaseId: '%SRCROOT%' },
      region: { startLine: 3, startColumn: 11, endLine: 3, endColumn: 12 },
    });
    expect(duplicate.relatedLocations?.[0]).to.deep.include({ id: 0, message: { text: 'first here' } });
    for (const { ruleId, ruleIndex, partialFingerprints } of results) {
      const rule = tool.driver.rules[ruleIndex];
      expect(rule?.id).to.equal(ruleId);
      expect(rule?.help.markdown).to.match(new RegExp(`^# ${ruleId}\n`));
      expect(partialFingerprints.primaryLocationLineHash).to.match(/^[0-9a-f]{16}:1$/);
    }
  });

  it('keeps the fingerprint of a finding when lines are added above it', async () => {
    const marks = async (files: Files): Promise<string[]> =>
      (JSON.parse((await validate(files, '--format', 'sarif')).stdout) as Sarif).runs.flatMap(({ results }) =>
        results.map(({ partialFingerprints }) => partialFingerprints.primaryLocationLineHash),
      );
    const moved = {
      ...faulty,
      'src/workflows/greet.yaml': `\n\n${faulty['src/workflows/greet.yaml'] ?? ''}`,
    };
    expect(await marks(moved)).to.deep.equal(await marks(faulty));
  });

  it('writes JUnit XML in which only findings that fail the check are failures', async () => {
    const { stdout } = await validate(faulty, '--format', 'junit');
    expect(stdout).to.match(/^<\?xml version="1\.0" encoding="UTF-8"\?>\n<testsuites .*failures="2">\n/);
    expect(stdout).to.include('<testcase name="schema/unknown-key src/agents/assistant.md:2:1"');
    expect(stdout).to.include('unknown key &quot;descripton&quot;; did you mean &quot;description&quot;?');
    expect((await validate(doubtful, '--format', 'junit')).stdout).to.include(
      '<system-out>warning src/roles/',
    );
    expect((await validate(helloProject, '--format', 'junit')).stdout).to.include('name="no findings"');
  });

  it('fails for warnings only when it is told to', async () => {
    expect((await validate(doubtful)).exitCode).to.equal(0);
    const strict = await validate(doubtful, '--fail-on', 'warning', '--json');
    expect(strict.exitCode).to.equal(1);
    expect(JSON.parse(strict.stdout)).to.deep.include({ ok: false, errors: 0, warnings: 1 });
    expect((await validate(helloProject, '--fail-on', 'info')).exitCode).to.equal(0);
  });

  it('keeps the worst findings when there shall be few, and counts them all', async () => {
    const files = {
      ...faulty,
      'src/agents/a.txt': 'not read',
      'engine.yaml': 'nmae: hello\nmodel: script/echo\n',
    };
    const { stdout } = await validate(files, '--json', '--max-problems', '2');
    const { diagnostics, omitted, warnings, errors } = JSON.parse(stdout) as {
      diagnostics: { level: string }[];
      omitted: number;
      warnings: number;
      errors: number;
    };
    expect(diagnostics.map(({ level }) => level)).to.deep.equal(['error', 'error']);
    expect(omitted).to.equal(warnings + errors - 2);
    expect(warnings).to.be.greaterThan(0);
  });

  it('prints one format and writes others to files', async () => {
    const project = await makeProject(faulty);
    try {
      const args = ['--format', 'stylish', '--format', 'sarif=out/a.sarif', '--format', 'junit=out/b.xml'];
      const { stdout } = await run(project.folder, args);
      expect(stdout).to.match(/^src\/agents\/assistant\.md\n +2:1 {2}error {4}unknown key/);
      expect(existsSync(join(project.folder, 'out/b.xml'))).to.equal(true);
      const log = JSON.parse(readFileSync(join(project.folder, 'out/a.sarif'), 'utf8')) as Sarif;
      expect(log.version).to.equal('2.1.0');

      const both = await run(project.folder, ['--format', 'github', '--json']);
      expect(both.exitCode).to.equal(2);
      expect(both.stderr).to.include('only one format can be printed');
      const taken = await run(project.folder, ['--format', 'json=engine.yaml/x']);
      expect(taken.exitCode).to.equal(2);
      expect(taken.stderr).to.include('"engine.yaml/x" cannot be written');
    } finally {
      await project.remove();
    }
  });
});

interface Sarif {
  readonly version: string;
  readonly runs: readonly {
    readonly columnKind: string;
    readonly tool: {
      readonly driver: { readonly rules: readonly { id: string; help: { markdown: string } }[] };
    };
    readonly results: readonly {
      readonly ruleId: string;
      readonly ruleIndex: number;
      readonly level: string;
      readonly locations: readonly { readonly physicalLocation: object }[];
      readonly relatedLocations?: readonly object[];
      readonly partialFingerprints: { readonly primaryLocationLineHash: string };
    }[];
  }[];
}

async function validate(files: Files, ...args: readonly string[]): Promise<Finished> {
  const project = await makeProject(files);
  try {
    return await run(project.folder, args);
  } finally {
    await project.remove();
  }
}

function run(folder: string, args: readonly string[]): Promise<Finished> {
  return runCli(['validate', ...args], { cwd: folder });
}

function fail(): never {
  throw new Error('the log lacks a part');
}
