import { join } from 'node:path';
import ts from 'typescript';
import { root } from './kept-build.ts';

/** Something the compiler says of a file. */
export interface TypeFault {
  readonly file: string;
  /** Counted from 0. */
  readonly line: number;
  readonly text: string;
}

/** The options of this repository. */
const own = ts.parseJsonConfigFileContent(
  {
    ...(ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile).config as object),
    include: [],
    files: [],
  },
  ts.sys,
  root,
).options;

/** Files of this repository that were read once, by the options they were read with. */
const known = new Map<ts.CompilerOptions, Map<string, ts.SourceFile>>();

/**
 * What the compiler says about files, and of nothing that they import. What several calls import is read once.
 * @param options default those of this repository; the same object for calls that shall share.
 */
export function typeFaults(
  files: readonly string[],
  options: ts.CompilerOptions = own,
): readonly TypeFault[] {
  const program = ts.createProgram(
    files,
    { ...options, configFilePath: join(root, 'tsconfig.json') },
    hostOf(options),
  );
  return files.flatMap((file) => {
    const source = program.getSourceFile(file);
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(
      ({ messageText, start = 0 }) => ({
        file,
        line: source?.getLineAndCharacterOfPosition(start).line ?? 0,
        text: ts.flattenDiagnosticMessageText(messageText, ' '),
      }),
    );
  });
}

function hostOf(options: ts.CompilerOptions): ts.CompilerHost {
  const host = ts.createCompilerHost(options);
  const read = host.getSourceFile.bind(host);
  const files = known.get(options) ?? new Map<string, ts.SourceFile>();
  known.set(options, files);
  host.getSourceFile = (name, ...how) => {
    const source = files.get(name) ?? read(name, ...how);
    if (source !== undefined && name.startsWith(root)) files.set(name, source);
    return source;
  };
  return host;
}
