// What `npm run types` and `npm run lint` check, on one and the same program: reading and typing all files is most of
// the work of both. Started by check.mjs with the names of the parts; says of each { part, code, output }.
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('..', import.meta.url));
const formatHost = {
  getCurrentDirectory: () => root,
  getCanonicalFileName: (file) => file,
  getNewLine: () => ts.sys.newLine,
};
const parts = process.argv.slice(2);
const program = programOf(`${root}tsconfig.json`);

if (parts.includes('types')) await tell({ part: 'types', ...types() });
if (parts.includes('lint')) await tell({ part: 'lint', ...(await lint()) });
process.disconnect();

/** What was not sent whole would be lost with the channel. */
function tell(said) {
  return new Promise((resolve) => process.send(said, resolve));
}

function programOf(file) {
  const config = ts.getParsedCommandLineOfConfigFile(file, undefined, {
    ...ts.sys,
    onUnRecoverableConfigFileDiagnostic: (diagnostic) => {
      throw new Error(ts.formatDiagnostic(diagnostic, formatHost));
    },
  });
  const host = ts.createCompilerHost(config.options);
  // As the compiler has it: what is written in comments is none of its types.
  host.jsDocParsingMode = ts.JSDocParsingMode.ParseForTypeErrors;
  return ts.createProgram({
    rootNames: config.fileNames,
    options: config.options,
    configFileParsingDiagnostics: config.errors,
    host,
  });
}

function types() {
  const found = ts.sortAndDeduplicateDiagnostics(ts.getPreEmitDiagnostics(program));
  return { code: found.length === 0 ? 0 : 2, output: ts.formatDiagnostics(found, formatHost) };
}

async function lint() {
  const { ESLint } = await import('eslint');
  const eslint = new ESLint({
    cwd: root,
    overrideConfig: {
      files: ['{engine,test,bench,scripts}/**/*.ts'],
      languageOptions: { parserOptions: { programs: [program] } },
    },
  });
  const results = await eslint.lintFiles(['.']);
  const { format } = await eslint.loadFormatter('stylish');
  const found = results.some(({ errorCount, warningCount }) => errorCount + warningCount > 0);
  return { code: found ? 1 : 0, output: await format(results) };
}
