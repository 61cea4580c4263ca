import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  createProtocolConnection,
  StreamMessageReader,
  StreamMessageWriter,
  type CodeAction,
  type CompletionItem,
  type Diagnostic,
  type DocumentSymbol,
  type Hover,
  type InitializeResult,
  type Location,
  type Position,
  type ProtocolConnection,
  type PublishDiagnosticsParams,
  type RegistrationParams,
  type Range,
  type TextDocumentContentChangeEvent,
  type WorkspaceEdit,
} from 'vscode-languageserver/node';
import { engineCommand } from '../fakes/engine-cli.ts';

/** The arguments of Node that start the server. */
export const serverCommand: readonly string[] = [...engineCommand, 'lsp', '--stdio'];

/** An editor that speaks to `engine lsp --stdio`, a process of its own. */
export interface Editor {
  readonly connection: ProtocolConnection;
  readonly initialized: InitializeResult;
  /** What the server first asked to hear of. */
  readonly registered: Promise<RegistrationParams>;
  /** What the server wrote to stderr, and what it logged. */
  readonly said: string[];
  readonly pid: number | undefined;
  /** Opens a file with a text, which need not be the one on disk. */
  open(path: string, text: string): Promise<void>;
  /** Changes an open file: a part of it, or with a text alone all of it. */
  change(path: string, ...changes: (string | TextDocumentContentChangeEvent)[]): Promise<void>;
  close(path: string): Promise<void>;
  /** Resolves with the findings of a file as soon as they are as wanted. */
  findings(path: string, wanted?: (found: readonly Diagnostic[]) => boolean): Promise<readonly Diagnostic[]>;
  /** All that was published, in order. */
  readonly published: readonly PublishDiagnosticsParams[];
  completion(path: string, position: Position): Promise<CompletionItem[]>;
  hover(path: string, position: Position): Promise<string>;
  definition(path: string, position: Position): Promise<Location[]>;
  references(path: string, position: Position): Promise<Location[]>;
  symbols(path: string): Promise<DocumentSymbol[]>;
  rename(path: string, position: Position, newName: string): Promise<WorkspaceEdit | null>;
  actions(
    path: string,
    range: Range,
    diagnostics: readonly Diagnostic[],
    only?: readonly string[],
  ): Promise<CodeAction[]>;
  /** Shuts the server down and gives its exit code. */
  quit(): Promise<number | null>;
  readonly exit: Promise<number | null>;
  /** Stops the server until the function that it gives is called: then all that was sent meanwhile is there at once. */
  holdBack(): () => Promise<void>;
  /** Ends the connection as an editor does that dies. */
  hangUp(): void;
}

/** Starts the server on workspace folders. */
export async function startEditor(
  folders: readonly string[],
  { capabilities = {}, processId = process.pid }: { capabilities?: object; processId?: number } = {},
): Promise<Editor> {
  const child = spawn(process.execPath, serverCommand, {
    stdio: ['pipe', 'pipe', 'pipe'],
    cwd: tmpdir(),
  });
  const said: string[] = [];
  child.stderr.setEncoding('utf8').on('data', (text: string) => said.push(text));
  const exit = new Promise<number | null>((done) => child.once('close', (code) => done(code)));
  const connection = createProtocolConnection(
    new StreamMessageReader(child.stdout),
    new StreamMessageWriter(child.stdin),
  );
  connection.onError(() => undefined);
  child.stdin.on('error', () => undefined);
  const published: PublishDiagnosticsParams[] = [];
  const waiting = new Set<() => void>();
  connection.onNotification('textDocument/publishDiagnostics', (params: PublishDiagnosticsParams) => {
    published.push(params);
    for (const look of waiting) look();
  });
  connection.onNotification('window/logMessage', ({ message }: { message: string }) => {
    said.push(message);
  });
  const registered = new Promise<RegistrationParams>((heard) => {
    connection.onRequest('client/registerCapability', (params: RegistrationParams) => {
      heard(params);
      return null;
    });
  });
  connection.listen();
  const workspaceFolders = folders.map((path) => ({ uri: uriOf(path), name: path }));
  const ended = exit.then((code) => {
    throw new Error(`the server ended with ${String(code)}:\n${said.join('')}`);
  });
  const initialized = await Promise.race([
    ended,
    connection.sendRequest<InitializeResult>('initialize', {
      processId,
      rootUri: null,
      workspaceFolders,
      capabilities: { workspace: { workspaceFolders: true }, ...capabilities },
    }),
  ]);
  ended.catch(() => undefined);
  await connection.sendNotification('initialized', {});

  const versions = new Map<string, number>();
  const at = (path: string, position: Position): object => ({ textDocument: { uri: uriOf(path) }, position });
  return {
    connection,
    initialized,
    said,
    registered,
    published,
    exit,
    pid: child.pid,
    async open(path, text) {
      versions.set(path, 1);
      const languageId = path.endsWith('.md') ? 'markdown' : 'yaml';
      await connection.sendNotification('textDocument/didOpen', {
        textDocument: { uri: uriOf(path), languageId, version: 1, text },
      });
    },
    async change(path, ...changes) {
      const version = (versions.get(path) ?? 1) + 1;
      versions.set(path, version);
      await connection.sendNotification('textDocument/didChange', {
        textDocument: { uri: uriOf(path), version },
        contentChanges: changes.map((change) => (typeof change === 'string' ? { text: change } : change)),
      });
    },
    close: (path) =>
      connection.sendNotification('textDocument/didClose', { textDocument: { uri: uriOf(path) } }),
    findings: (path, wanted = () => true) =>
      new Promise((done, fail) => {
        const late = setTimeout(() => {
          waiting.delete(look);
          fail(new Error(`no such findings of ${path}:\n${said.join('\n')}`));
        }, 100_000);
        const look = (): void => {
          const last = published.findLast(({ uri }) => uri === uriOf(path))?.diagnostics;
          if (last === undefined || !wanted(last)) return;
          clearTimeout(late);
          waiting.delete(look);
          done(last);
        };
        waiting.add(look);
        look();
      }),
    completion: (path, position) => connection.sendRequest('textDocument/completion', at(path, position)),
    async hover(path, position) {
      const found = await connection.sendRequest<Hover | null>('textDocument/hover', at(path, position));
      const contents = found?.contents;
      return typeof contents === 'object' && 'value' in contents ? contents.value : '';
    },
    definition: (path, position) => connection.sendRequest('textDocument/definition', at(path, position)),
    references: (path, position) =>
      connection.sendRequest('textDocument/references', {
        ...at(path, position),
        context: { includeDeclaration: true },
      }),
    symbols: (path) =>
      connection.sendRequest('textDocument/documentSymbol', { textDocument: { uri: uriOf(path) } }),
    rename: (path, position, newName) =>
      connection.sendRequest('textDocument/rename', { ...at(path, position), newName }),
    actions: (path, range, diagnostics, only) =>
      connection.sendRequest('textDocument/codeAction', {
        textDocument: { uri: uriOf(path) },
        range,
        context: { diagnostics, ...(only === undefined ? {} : { only }) },
      }),
    async quit() {
      await connection.sendRequest('shutdown');
      await connection.sendNotification('exit');
      return exit;
    },
    holdBack() {
      child.kill('SIGSTOP');
      return async () => {
        // Messages are written one after the other: what was sent is, when this one is.
        await connection.sendNotification('$/setTrace', { value: 'off' });
        child.kill('SIGCONT');
      };
    },
    hangUp() {
      child.stdin.end();
    },
  };
}

/** The URI of a path. */
export function uriOf(path: string): string {
  return pathToFileURL(path).href;
}

/** The text without its `|`, and the position where it stood. */
export function cursor(marked: string): { text: string; position: Position } {
  const at = marked.indexOf('¦');
  const before = marked.slice(0, at).split('\n');
  return {
    text: marked.slice(0, at) + marked.slice(at + 1),
    position: { line: before.length - 1, character: before.at(-1)?.length ?? 0 },
  };
}

/** The text that a range covers. */
export function textIn(text: string, { start, end }: Range): string {
  const lines = text.split('\n');
  const offset = ({ line, character }: Position): number =>
    lines.slice(0, line).reduce((sum, one) => sum + one.length + 1, 0) + character;
  return text.slice(offset(start), offset(end));
}

/** Writes a project into a new folder below the system's temporary folder. */
export async function makeProject(
  files: Readonly<Record<string, string>>,
): Promise<{ readonly folder: string; path(file: string): string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'engine-lsp-'));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  return {
    folder,
    path: (file) => join(folder, file),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
