import {
  CodeActionKind,
  createConnection,
  DidChangeWatchedFilesNotification,
  DidChangeWorkspaceFoldersNotification,
  LSPErrorCodes,
  ResponseError,
  TextDocuments,
  TextDocumentSyncKind,
  type CancellationToken,
  type InitializeParams,
  type ServerCapabilities,
} from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { codeActions } from './code-actions.ts';
import { complete } from './complete.ts';
import { definition } from './definition.ts';
import { fixAllKind } from './fix-all.ts';
import { hover } from './hover.ts';
import type { Project } from './project.ts';
import { references } from './references.ts';
import { prepareRename, rename } from './rename.ts';
import type { RulePages } from './rule-pages.ts';
import { symbols } from './symbols.ts';
import { pathOfUri } from './uri.ts';
import { openWorkspace, pathsOf, reasonOf } from './workspace.ts';

/** What a language server is made of. */
export interface ServerOptions {
  readonly input: NodeJS.ReadableStream;
  /** Nothing but the protocol is written to it. */
  readonly output: NodeJS.WritableStream;
  readonly version: string;
  /** The pages of the rules, by which findings are explained. */
  readonly pages: Promise<RulePages>;
  /** How long after a change its project is looked at, in milliseconds. Default: 60. */
  readonly delayMs?: number;
}

const files = '**/*.{yaml,yml,json,md,hbs,ts,js,mjs}';

const capabilities: ServerCapabilities = {
  textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental, save: false },
  completionProvider: { triggerCharacters: ['.', '{', '"', "'", ' ', '#', '>', '/', '(', '@'] },
  hoverProvider: true,
  definitionProvider: true,
  referencesProvider: true,
  documentSymbolProvider: true,
  renameProvider: { prepareProvider: true },
  codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix, fixAllKind] },
  workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
};

/** Serves one editor until it asks to exit, goes away, or dies; the process ends with it. */
export function startLanguageServer({ input, output, version, pages, delayMs = 60 }: ServerOptions): void {
  const connection = createConnection(input, output);
  const documents = new TextDocuments(TextDocument);
  const log = (message: string): void => connection.console.error(message);
  const workspace = openWorkspace({
    delayMs,
    pages,
    log,
    texts: () =>
      new Map(
        documents.all().flatMap((document) => {
          const path = pathOfUri(document.uri);
          return path === undefined ? [] : [[path, document.getText()] as const];
        }),
      ),
    publish(uri, diagnostics) {
      // Editors may write a URI in another way than we do; they know their own.
      const own = documents.keys().find((key) => key === uri || pathOfUri(key) === pathOfUri(uri)) ?? uri;
      void connection.sendDiagnostics({ uri: own, diagnostics: [...diagnostics] });
    },
  });

  let initial: readonly string[] = [];
  let watches = false;
  connection.onInitialize((params) => {
    initial = foldersOf(params);
    connection.onNotification(DidChangeWorkspaceFoldersNotification.type, ({ event: { added, removed } }) =>
      workspace.folders(pathsOf(added.map(({ uri }) => uri)), pathsOf(removed.map(({ uri }) => uri))),
    );
    watches = params.capabilities.workspace?.didChangeWatchedFiles?.dynamicRegistration === true;
    return { capabilities, serverInfo: { name: 'engine', version } };
  });
  connection.onInitialized(() => {
    workspace.folders(initial);
    if (watches) {
      const asked = connection.client.register(DidChangeWatchedFilesNotification.type, {
        watchers: [{ globPattern: files }],
      });
      asked.catch((thrown: unknown) => log(`files are not watched: ${reasonOf(thrown)}`));
    }
  });
  connection.onDidChangeWatchedFiles(({ changes }) => {
    for (const path of pathsOf(changes.map(({ uri }) => uri))) workspace.changed(path);
  });
  documents.onDidChangeContent(({ document }) => changed(document.uri));
  documents.onDidClose(({ document }) => changed(document.uri));

  /** Answers a request about a file; a request that was given up, or that fails, ends nothing else. */
  const serve =
    <Params extends { readonly textDocument: { readonly uri: string } }, Result>(
      what: string,
      nothing: Result,
      answer: (project: Project, path: string, params: Params) => Promise<Result>,
    ) =>
    async (params: Params, token: CancellationToken): Promise<Result | ResponseError> => {
      // Lets messages that have come meanwhile be read, a cancellation among them.
      await new Promise((resolve) => setImmediate(resolve));
      if (token.isCancellationRequested) return given();
      const path = pathOfUri(params.textDocument.uri);
      try {
        const project = path === undefined ? undefined : workspace.projectOf(path);
        if (path === undefined || project === undefined) return nothing;
        const result = await answer(project, path, params);
        return token.isCancellationRequested ? given() : result;
      } catch (thrown) {
        if (thrown instanceof ResponseError) return thrown;
        log(`${what} failed: ${reasonOf(thrown)}`);
        return nothing;
      }
    };

  connection.onCompletion(
    serve('completion', [], async (project, path, { position }) =>
      complete(project, path, position, await pages),
    ),
  );
  connection.onHover(
    serve('hover', null, async (project, path, { position }) => hover(project, path, position, await pages)),
  );
  connection.onDefinition(
    serve('definition', [], (project, path, { position }) => definition(project, path, position)),
  );
  connection.onReferences(
    serve('references', [], (project, path, { position, context }) =>
      references(project, path, position, context.includeDeclaration),
    ),
  );
  connection.onDocumentSymbol(serve('symbols', [], (project, path) => symbols(project, path)));
  connection.onCodeAction(serve('code actions', [], codeActions));
  connection.onPrepareRename(
    serve('rename', null, (project, path, { position }) => prepareRename(project, path, position)),
  );
  connection.onRenameRequest(
    serve('rename', null, (project, path, { position, newName }) => rename(project, path, position, newName)),
  );
  documents.listen(connection);
  connection.listen();

  function changed(uri: string): void {
    const path = pathOfUri(uri);
    if (path !== undefined) workspace.changed(path);
  }
}

function given(): ResponseError {
  return new ResponseError(LSPErrorCodes.RequestCancelled, 'the request was given up');
}

/** The folders an editor opens with; older ones name only one. */
function foldersOf({ workspaceFolders, rootUri }: InitializeParams): readonly string[] {
  const uris = workspaceFolders?.map(({ uri }) => uri) ?? (rootUri === null ? [] : [rootUri]);
  return pathsOf(uris);
}
